// One file of text as rows, by its contract's format; what the file is packed in was taken off, or is unpacked as it is read.
import type { Violation } from '../core/violation.ts';
import { countCsvRecords } from './csv/count-records.ts';
import { csvSource } from './csv/csv-source.ts';
import { readHeader } from './csv/header.ts';
import { pastSepLine } from './csv/sep-line.ts';
import { countJsonRecords, jsonSource } from './json/json-source.ts';
import type { RowSource, SourceFile } from './row-source.ts';

/** Throws as sourceBytes. */
export function formatSource(file: SourceFile): Promise<RowSource | Violation> {
  return file.dataset.format === 'csv' ? csvSource(file) : jsonSource(file);
}

/** Counts the records without reading values. Throws as sourceBytes. */
export async function countFormatRecords(given: SourceFile): Promise<number | Violation> {
  if (given.dataset.format !== 'csv') return (await countJsonRecords(given)).records;
  const file = await pastSepLine(given);
  if ('rule' in file) return file;
  const header = await readHeader(file);
  return 'rule' in header ? header : (await countCsvRecords(file, header.width)).records;
}
