// What a cell holds, as the text that a field reads: as the XML has it, but for dates and booleans, which have another face there.
// ECMA-376 Part 1, sections 18.18.11 (ST_CellType) and 22.9.2.19 (ST_Xstring).

import { shown } from '../../core/violation.ts';
import { dateText } from './date-text.ts';
import { numberValue } from './number-value.ts';
import { brokenPart } from './part-xml.ts';
import type { SharedTexts } from './shared-texts.ts';
import { cellReference, type SheetCell } from './sheet-rows.ts';
import type { Workbook } from './workbook.ts';

/** `row`: of the sheet. Throws BrokenArchiveError for a shared text that the workbook does not hold. */
export function cellText(
  { sheet, kinds, is1904 }: Workbook,
  shared: SharedTexts | undefined,
  row: number,
  { column, type, style, value }: SheetCell,
): string {
  switch (type) {
    case 's': {
      const text = INDEX.test(value) ? shared?.at(Number(value)) : undefined;
      if (text !== undefined) return plainText(text);
      const problem = `cell ${cellReference(row, column)} has the shared text ${shown(value)}, and there are ${shared?.count ?? 0}`;
      throw brokenPart(sheet, problem);
    }
    case 'str':
    case 'inlineStr':
      return plainText(value);
    case 'b':
      return BOOLEANS[value.trim()] ?? value;
    case 'n': {
      const kind = kinds[style] ?? 'number';
      return kind === 'number' ? numberValue(value.trim()) : dateText(value.trim(), kind, is1904);
    }
    // An error (#N/A), or a date that is ISO 8601 already.
    default:
      return value.trim();
  }
}

/** Number() also takes a blank for 0, and 0x1. */
const INDEX = /^\s*\d+\s*$/;
const BOOLEANS: Readonly<Record<string, string>> = { '0': 'false', '1': 'true' };

/** Characters that XML cannot have, or would change, such as _x000D_ for a carriage return; half a character stays as it is written. */
function plainText(text: string): string {
  if (!text.includes('_x')) return text;
  const plain = text.replace(/_x([0-9a-f]{4})_/gi, (_, code) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  return HALF.test(plain) ? text : plain;
}

const HALF = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
