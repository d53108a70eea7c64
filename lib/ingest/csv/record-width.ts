// How many cells the records of a CSV file have where the first one has not as many as the header: each may end with one delimiter
// more or less than the header does. A text behind the last column is none's: then the header may lack a label anywhere.
import type { TrailingDelimiter } from '../odd-columns.ts';
import type { SourceFile } from '../row-source.ts';
import { countCsvRecords } from './count-records.ts';
import { readRecords } from './csv-records.ts';
import type { RepeatedHeader } from './repeated-header.ts';
import { SkippedRecords, skipsRecords } from './skipped-records.ts';

/**
 * Undefined for a file like any other. Records that are broken, skipped or repeat the header are not asked; those of any other
 * width are refused either way.
 */
export async function trailingDelimiter(
  file: SourceFile,
  labels: readonly string[],
  repeated: RepeatedHeader,
): Promise<TrailingDelimiter | undefined> {
  const width = labels.length;
  const mayEndHeader = width > 1 && labels.at(-1) === '';
  const { dataset } = file;
  const skipped = skipsRecords(dataset)
    ? new SkippedRecords(dataset, (await countCsvRecords(file, width)).records)
    : undefined;
  let [hasOneMore, hasOneLess] = [false, false];
  for await (const reader of readRecords(file, width)) {
    while (reader.next()) {
      if (reader.isHeader || reader.problem || repeated.isAt(reader)) continue;
      if (skipped?.ruleAt(reader) !== undefined) continue;
      const cells = reader.cellCount;
      if (cells === width) return undefined;
      if (cells === width + 1 && reader.cell(width) !== '') return undefined;
      if (cells === width + 1) hasOneMore = true;
      if (cells === width - 1) hasOneLess = true;
    }
  }
  if (hasOneMore === (hasOneLess && mayEndHeader)) return undefined;
  return hasOneMore ? 'records' : 'header';
}
