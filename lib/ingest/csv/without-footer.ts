// A plain CSV file without its last records: a copy that the engine reads as it reads the file itself.
import { createWriteStream } from 'node:fs';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { pour } from '../pour.ts';
import { type RecordCount, type SourceFile, sourceBytes } from '../row-source.ts';
import { BYTE_ORDER_MARK } from '../source-bytes.ts';
import { CsvReader } from './csv-reader.ts';

/**
 * The copy's path, unpacked, in the scratch folder; undefined if the footer is not found. `rows`: how many records stay. `width`:
 * cells of a record.
 */
export async function withoutFooter(
  file: SourceFile,
  { offsets, records }: RecordCount,
  rows: number,
  width: number,
): Promise<string | undefined> {
  const path = join(file.scratch, 'without-footer.csv');
  const reader = new CsvReader(file.dataset.dialect, width);
  const first = file.dataset.dialect.headerRecords + rows;
  const advance = () => {
    if (offsets && reader.ordinal < first) reader.skipTo(offsets.before(first));
    while (reader.ordinal < first && reader.next());
  };
  async function* followed() {
    // Else a mark that the text begins with, after the file's own, would be taken for the copy's.
    yield BYTE_ORDER_MARK;
    for await (const chunk of sourceBytes(file)) {
      if (reader.ordinal < first) {
        reader.push(chunk);
        advance();
      }
      yield chunk;
    }
    reader.end();
    advance();
  }
  await pour(followed(), createWriteStream(path));
  if (rows === records) return path;
  if (reader.ordinal !== first) return undefined;
  await truncate(path, BYTE_ORDER_MARK.length + reader.start);
  return path;
}
