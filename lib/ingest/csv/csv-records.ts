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
  const reader = new CsvReader(file.dataset.dialect, columns);
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
 * `skipped`: those that are left out, whatever else they are.
 */
export type RecordShape = {
  readonly columns: number;
  readonly repeated?: RepeatedHeader;
  readonly skipped?: SkippedRecords;
};

/** Why the current record is no row of such a file. */
export function recordProblem(reader: CsvReader, { columns, repeated }: RecordShape): Violation | undefined {
  if (reader.problem) return reader.problem;
  if (repeated?.isAt(reader)) return repeatedHeader();
  if (reader.cellCount === columns) return undefined;
  const cells = reader.cellCount === 1 ? 'one cell' : `${reader.cellCount} cells`;
  const message = `the record has ${cells}, and the file has ${columns === 1 ? 'one column' : `${columns} columns`}`;
  return fileViolation(reader.cellCount < columns ? 'missing-cell' : 'extra-cell', message);
}
