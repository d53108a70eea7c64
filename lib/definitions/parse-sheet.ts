// The words for a workbook: which sheet of it is read, and what says nothing about one.
import type { Dataset, Field, Format } from '../core/contract.ts';
import type { ResourceWords } from './contract-schema.ts';
import type { Place } from './place.ts';

/** Whether records are rows of cells below a header. */
export function isTabular(format: Format): boolean {
  return format === 'csv' || format === 'xlsx';
}

/** Nothing for another format, or where the first sheet is meant. `place`: of the resource. */
export function parseSheet(
  words: ResourceWords,
  format: Format,
  fields: readonly Field[],
  place: Place,
): Pick<Dataset, 'sheet'> {
  if (format !== 'xlsx') return {};
  refuseTextWords(words, fields, place);
  const { sheetName, sheetNumber } = words.dialect ?? {};
  if (sheetName !== undefined && sheetNumber !== undefined)
    place
      .at('dialect', 'sheetNumber')
      .refuse('"sheetName" says already which sheet is read: remove one of them');
  if (sheetName !== undefined) return { sheet: { name: sheetName } };
  return sheetNumber === undefined || sheetNumber === 1 ? {} : { sheet: { number: sheetNumber } };
}

function refuseTextWords(
  { innerPath, encoding }: ResourceWords,
  fields: readonly Field[],
  place: Place,
): void {
  if (innerPath !== undefined)
    place
      .at('innerPath')
      .refuse(
        'it chooses files of a zip archive, and a workbook is read by its sheet: write "sheetName" in the dialect, and remove it',
      );
  if (encoding !== undefined && !/^utf-?8$/i.test(encoding))
    place.at('encoding').refuse('a workbook says itself how its texts are encoded: remove it');
  const pointed = fields.findIndex((field) => field.decimalChar !== undefined);
  if (pointed >= 0)
    place
      .at('schema', 'fields', pointed, 'decimalChar')
      .refuse('numbers in a workbook always have the decimal point ".", however they are shown: remove it');
}
