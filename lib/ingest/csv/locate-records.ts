// Finds the lines and texts of a CSV file's refused records: those that validation flagged, and those that cannot be rows.
// If there are none of the latter, only the parts of the file around flagged records are read again.
import type { RefusedRow, Violation } from '../../core/violation.ts';
import { CorruptionError } from '../../errors.ts';
import { FlaggedRowCursor } from '../flagged-row-cursor.ts';
import type { FlaggedRows, SourceFile } from '../row-source.ts';
import type { CsvReader } from './csv-reader.ts';
import { type RecordShape, readRecords, recordProblem } from './csv-records.ts';
import type { RepeatedHeader } from './repeated-header.ts';

/** `inRows`: how a row that the engine took for the header once more can be told, where it looked. */
export type RejectedShape = RecordShape & {
  readonly inRows?: RepeatedHeader;
  /** So many records stand behind the rows. */
  readonly footerRows?: number;
};

/** In the file's order. */
export function locateRecords(
  file: SourceFile,
  shape: RejectedShape,
  flagged: FlaggedRows,
): AsyncIterable<RefusedRow> {
  const { relationRows, counted } = flagged;
  return relationRows === counted.records - (shape.footerRows ?? 0)
    ? flaggedRecords(file, shape, flagged)
    : allRecords(file, shape, flagged);
}

/** Every record is a row: the flagged ones are found by their numbers. */
async function* flaggedRecords(
  file: SourceFile,
  shape: RejectedShape,
  { rows, counted: { offsets } }: FlaggedRows,
): AsyncIterable<RefusedRow> {
  const flags = rows[Symbol.asyncIterator]();
  const { headerRecords } = file.dataset.dialect;
  let flag = await flags.next();
  for await (const reader of readRecords(file, shape.columns)) {
    while (!flag.done) {
      const wanted = headerRecords + flag.value.row;
      if (offsets) reader.skipTo(offsets.before(wanted));
      while (reader.ordinal < wanted && reader.next());
      if (reader.ordinal < wanted) break;
      requireRow(file, reader, shape);
      requireRepeated(file, reader, shape, flag.value.violations);
      yield { line: reader.line, raw: reader.raw(), violations: flag.value.violations };
      flag = await flags.next();
    }
    if (flag.done) return;
  }
  throw new CorruptionError(
    `${file.path}: the engine has a row ${flag.value.row}, and the file has not. Nothing was committed; please report this file's shape.`,
  );
}

function requireRow(file: SourceFile, reader: CsvReader, shape: RejectedShape): void {
  const problem = recordProblem(reader, shape);
  if (problem === undefined) return;
  throw new CorruptionError(
    `${file.path}: line ${reader.line} is no row to us (${problem.message}) and one to the engine. Nothing was committed; please report this file's shape.`,
  );
}

/** The engine compared some of the columns: the others may say that the record is another than the header. */
function requireRepeated(
  file: SourceFile,
  reader: CsvReader,
  { inRows }: RejectedShape,
  violations: readonly Violation[],
): void {
  if (inRows === undefined || violations[0]?.rule !== 'repeated-header' || inRows.isAt(reader)) return;
  throw new CorruptionError(
    `${file.path}: line ${reader.line} repeats the header in some columns alone. Nothing was committed; please report this file's shape.`,
  );
}

async function* allRecords(
  file: SourceFile,
  shape: RejectedShape,
  flagged: FlaggedRows,
): AsyncIterable<RefusedRow> {
  const flags = await FlaggedRowCursor.over(flagged);
  for await (const reader of readRecords(file, shape.columns)) {
    while (reader.next()) {
      if (reader.isHeader || shape.skipped?.ruleAt(reader) !== undefined) continue;
      const violations = flags.against(recordProblem(reader, shape));
      if (violations === undefined) continue;
      requireRepeated(file, reader, shape, violations);
      yield { line: reader.line, raw: rawText(file, reader), violations };
      await flags.advance();
    }
  }
  flags.requireAll(file);
}

/** Bytes that are no UTF-8 are mostly Latin-1, and read as such none is lost. */
function rawText({ dataset }: SourceFile, reader: CsvReader): string {
  const isLatin = dataset.encoding === 'utf-8' && reader.problem?.rule === 'encoding-error';
  return reader.raw(isLatin ? 'latin1' : 'utf8');
}
