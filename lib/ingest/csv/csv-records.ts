// Reads the records of a CSV source file chunk by chunk, and decides which of them cannot be rows.
import type { Violation } from '../../core/violation.ts';
import { fileViolation, type SourceFile, sourceBytes } from '../row-source.ts';
import { CsvReader } from './csv-reader.ts';
import { type RepeatedHeader, repeatedHeader } from './repeated-header.ts';
import type { SkippedRecords } from './skipped-records.ts';

/**
 * The reader, each time that it has got more: take records with `next` until it says false. `columns` is known once the
 * header is. Throws as sourceBytes.
 */
export async function* readRecords(file: SourceFile, columns?: number): AsyncIterable<CsvReader> {
  const reader = new CsvReader(file.dataset.dialect, columns, file.part);
  for await (const chunk of sourceBytes(file)) {
    reader.push(chunk);
    yield reader;
    if (reader.refusal) return;
  }
  reader.end();
  yield reader;
}

/**
 * What a record must be to be a row: `repeated` where those that repeat the header are none, and not left to the engine to find.
 * `skipped`: those that are left out, whatever else they are. `endsEmpty`: the last cell belongs to no column.
 */
export type RecordShape = {
  readonly columns: number;
  readonly repeated?: RepeatedHeader;
  readonly skipped?: SkippedRecords;
  readonly endsEmpty?: boolean;
};

/** Why the current record is no row of such a file. */
export function recordProblem(reader: CsvReader, shape: RecordShape): Violation | undefined {
  if (reader.problem) return reader.problem;
  if (shape.repeated?.isAt(reader)) return repeatedHeader();
  return reader.cellCount === shape.columns ? undefined : otherWidth(reader.cellCount, shape);
}

function otherWidth(count: number, { columns, endsEmpty = false }: RecordShape): Violation {
  const cells = count === 1 ? 'one cell' : `${count} cells`;
  const named = endsEmpty ? columns - 1 : columns;
  const empty = endsEmpty ? ' and an empty cell at the end of each record' : '';
  const message = `the record has ${cells}, and the file has ${named === 1 ? 'one column' : `${named} columns`}${empty}`;
  return fileViolation(count < columns ? 'missing-cell' : 'extra-cell', message);
}
