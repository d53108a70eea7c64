// Counts a CSV file's records without looking at their cells, and says whether the file is plain: what the engine's rows and our
// reader's are held against.
import { TextHash } from '../../content-hash.ts';
import { RecordScanner } from '../../core/record-scanner.ts';
import { type RecordCount, type SourceFile, sourceBytes } from '../row-source.ts';
import { Utf8Check } from '../utf8-check.ts';

/**
 * `columns`: cells of a record. `isDone`: asked after each chunk, so that what is known is not looked for to the end. The text of a part
 * has no hash of its own: its file's has one.
 */
export async function countCsvRecords(
  file: SourceFile,
  columns: number,
  isDone: (isPlain: boolean) => boolean = () => false,
): Promise<RecordCount> {
  const scanner = new RecordScanner(file.dataset.dialect, columns);
  const utf8 = new Utf8Check();
  const text = file.part === undefined ? new TextHash() : undefined;
  const isPlain = () => scanner.isPlain && utf8.isValid;
  const counted = () => ({ records: scanner.records, isPlain: isPlain(), offsets: scanner.offsets });
  for await (const chunk of sourceBytes(file)) {
    scanner.push(chunk);
    utf8.push(chunk);
    if (isDone(isPlain())) return counted();
    text?.push(chunk);
  }
  scanner.end();
  utf8.end();
  return { ...counted(), ...(text === undefined ? {} : { text: text.end() }) };
}
