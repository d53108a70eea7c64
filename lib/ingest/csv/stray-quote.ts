// Detects records whose quotes are ambiguous: text in unquoted cells, or one quoted cell after a lost delimiter
// (`1,foo"bar,baz",2` for `1,foo,"bar,baz",2`), in which case every later value may be in the wrong column.
import type { Dialect } from '../../core/contract.ts';

const TAB = 9;
const SPACE = 32;

/** A cell's text from `start` to before `end`, quotes around it not included. */
export type CellBounds = { readonly start: number; readonly end: number; readonly isQuoted: boolean };

/**
 * The rule. A quote in a bare cell may be the lost beginning where text stands before it and after it in its cell; `5",6"` has
 * none. From there on two quotes are one that is meant (where the dialect says so), as within any quoted cell. The quote that
 * closes what was opened so makes the record ambiguous if it ends a later bare cell, blanks aside. If anything else stands
 * after it, nothing can be read as one quoted cell, and the quotes are text: `5" pipe,6" pipe`.
 */
export function mayHaveLostDelimiter(
  data: Uint8Array,
  cells: Iterable<CellBounds>,
  { quoteChar, escapeChar, doubleQuote }: Dialect,
): boolean {
  const quote = quoteChar.charCodeAt(0);
  const escapeByte = escapeChar?.charCodeAt(0) ?? -1;
  let number = 0;
  /** The first cell with a quote that may open one, and that nothing has closed since. */
  let opened: number | undefined;
  for (const { start, end, isQuoted } of cells) {
    number += 1;
    const last = isQuoted ? end + 1 : end;
    for (let i = isQuoted ? start - 1 : start; i < last; i++) {
      if (data[i] === escapeByte && (i >= start || !isQuoted)) {
        i += 1;
        continue;
      }
      if (data[i] !== quote) continue;
      const first = i;
      while (i + 1 < last && data[i + 1] === quote) i += 1;
      const length = i - first + 1;
      const endsCell = !isQuoted && isBlank(data, i + 1, end);
      if (!doubleQuote || length % 2 === 1) {
        const isOne = doubleQuote || length === 1;
        if (opened !== undefined && opened < number && endsCell && isOne) return true;
        opened = undefined;
      }
      if (!isQuoted && first > start && !endsCell) opened ??= number;
    }
  }
  return false;
}

function isBlank(data: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (data[i] !== SPACE && data[i] !== TAB) return false;
  return true;
}
