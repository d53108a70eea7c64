// How many records a source file has, counted by the same independent code that every conversion is held against, and by
// nothing else: no value is read.
import type { Violation } from '../core/violation.ts';
import { countCsvRecords } from './csv/csv-source.ts';
import { readHeader } from './csv/header.ts';
import { countJsonRecords } from './json/json-source.ts';
import type { SourceFile } from './row-source.ts';

/** The reason where the file has no records that anybody could count. Throws BrokenArchiveError. */
export async function countSourceRecords(file: SourceFile): Promise<number | Violation> {
  if (file.dataset.format !== 'csv') return (await countJsonRecords(file)).records;
  const header = await readHeader(file);
  return 'rule' in header ? header : (await countCsvRecords(file, header.labels.length)).records;
}
