// Counts a source file's records without reading values, with the same independent code that checks every conversion.
import type { Violation } from '../core/violation.ts';
import { countCsvRecords } from './csv/count-records.ts';
import { readHeader } from './csv/header.ts';
import { countJsonRecords } from './json/json-source.ts';
import type { SourceFile } from './row-source.ts';

/** Returns the reason if the file's records cannot be counted. Throws BrokenArchiveError. */
export async function countSourceRecords(file: SourceFile): Promise<number | Violation> {
  if (file.dataset.format !== 'csv') return (await countJsonRecords(file)).records;
  const header = await readHeader(file);
  return 'rule' in header ? header : (await countCsvRecords(file, header.width)).records;
}
