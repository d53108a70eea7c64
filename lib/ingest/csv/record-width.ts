// How many cells the records of a CSV file have where the first one has not as many as the header: each may end with one delimiter
// more or less than the header does. A text behind the last column is none's: then the header may lack a label anywhere.
import type { TrailingDelimiter } from '../odd-columns.ts';
import type { SourceFile } from '../row-source.ts';
import { countCsvRecords } from './count-records.ts';
import { readRecords } from './csv-records.ts';
import type { RepeatedHeader } from './repeated-header.ts';
import { SkippedRecords, skipsRecords } from './skipped-records.ts';

/** Of the records that tell: `exact` as many cells as the header, or a text behind its last column. */
export type SeenWidths = { readonly exact: boolean; readonly oneMore: boolean; readonly oneLess: boolean };

/**
 * Undefined for a file like any other. Records that are broken, skipped or repeat the header are not asked; those of any other
 * width are refused either way.
 */
export async function trailingDelimiter(
  file: SourceFile,
  labels: readonly string[],
  repeated: RepeatedHeader,
): Promise<TrailingDelimiter | undefined> {
  return trailingBy(labels, await seenWidths(file, labels.length, repeated));
}

/** Of a file with several parts: `seen` holds for all of them. */
export function trailingBy(
  labels: readonly string[],
  { exact, oneMore, oneLess }: SeenWidths,
): TrailingDelimiter | undefined {
  const mayEndHeader = labels.length > 1 && labels.at(-1) === '';
  if (exact || oneMore === (oneLess && mayEndHeader)) return undefined;
  return oneMore ? 'records' : 'header';
}

/** Looks no further once a record is of exact width. */
export async function seenWidths(
  file: SourceFile,
  width: number,
  repeated: RepeatedHeader,
): Promise<SeenWidths> {
  const { dataset } = file;
  const skipped = skipsRecords(dataset)
    ? new SkippedRecords(dataset, (await countCsvRecords(file, width)).records)
    : undefined;
  let [oneMore, oneLess] = [false, false];
  for await (const reader of readRecords(file, width)) {
    while (reader.next()) {
      if (reader.isHeader || reader.problem || repeated.isAt(reader)) continue;
      if (skipped?.ruleAt(reader) !== undefined) continue;
      const cells = reader.cellCount;
      if (cells === width || (cells === width + 1 && reader.cell(width) !== ''))
        return { exact: true, oneMore, oneLess };
      if (cells === width + 1) oneMore = true;
      if (cells === width - 1) oneLess = true;
    }
  }
  return { exact: false, oneMore, oneLess };
}
