// A CSV file's text up to its first record: prepended to refused records, it makes them a file again.

import type { SourceFile } from '../row-source.ts';
import { readRecords } from './csv-records.ts';

/** Line ends included; '' for a file without a header. Lines that the dialect skips are left blank. */
export async function headerText(file: SourceFile): Promise<string> {
  const { skipLines, headerRecords } = file.dataset.dialect;
  const records: string[] = [];
  let lineEnd = '\n';
  for await (const reader of readRecords(file)) {
    while (records.length < headerRecords && reader.next()) {
      lineEnd = reader.lineEnd || lineEnd;
      records.push(`${reader.raw()}${lineEnd}`);
    }
    if (records.length === headerRecords) break;
  }
  return `${lineEnd.repeat(skipLines)}${records.join('')}`;
}
