// Where a refused value stands in the text of its row, so that it can be marked. Says nothing rather than the wrong place. Pure.
import type { Cell } from '../page-values.ts';

/** In UTF-16 units of the row's text. */
export type Span = { readonly start: number; readonly end: number };

const DELIMITERS = [',', ';', '\t', '|'];

/**
 * By the file's own header: the column of that name, where header and row have equally many. Otherwise where the value's text
 * stands once and alone in the row. Undefined where neither tells.
 */
export function valueSpan(raw: string, header: string | null, field: string, value: Cell): Span | undefined {
  return inColumn(raw, header, field) ?? standsOnce(raw, value);
}

function inColumn(raw: string, header: string | null, field: string): Span | undefined {
  const names = (header ?? '').split(/\r\n|\n|\r/).findLast((line) => line.trim() !== '');
  if (names === undefined || field === '') return undefined;
  for (const delimiter of DELIMITERS) {
    const columns = cellSpans(names, delimiter).map(({ start, end }) =>
      unquoted(names.slice(start, end)).trim(),
    );
    const at = columns.indexOf(field);
    if (at < 0 || columns.indexOf(field, at + 1) >= 0) continue;
    const cells = cellSpans(raw, delimiter);
    const cell = cells[at];
    if (cells.length === columns.length && cell !== undefined && cell.end > cell.start) return cell;
  }
  return undefined;
}

/** Of one row; a delimiter within quotes parts nothing. */
function cellSpans(text: string, delimiter: string): Span[] {
  const spans: Span[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') isQuoted = !isQuoted;
    if (character !== delimiter || isQuoted) continue;
    spans.push({ start, end: at });
    start = at + 1;
  }
  spans.push({ start, end: text.replace(/[\r\n]+$/, '').length });
  return spans;
}

function unquoted(text: string): string {
  return text
    .replace(/^\ufeff/, '')
    .replace(/^\s*"(.*)"\s*$/, (_, inner: string) => inner.replaceAll('""', '"'));
}

const WORD = /[\p{L}\p{N}.+-]/u;

function standsOnce(raw: string, value: Cell): Span | undefined {
  if (value === null || value === '') return undefined;
  const start = raw.indexOf(value);
  const end = start + value.length;
  if (start < 0 || raw.includes(value, start + 1)) return undefined;
  const isWithinWord = WORD.test(raw.charAt(start - 1)) || WORD.test(raw.charAt(end));
  return isWithinWord ? undefined : { start, end };
}

/** The text in pieces, the spans among them marked; spans that overlap are one. */
export function markedPieces(
  text: string,
  spans: readonly Span[],
): readonly { readonly text: string; readonly isMarked: boolean }[] {
  const pieces: { text: string; isMarked: boolean }[] = [];
  let at = 0;
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    if (end <= at) continue;
    if (start > at) pieces.push({ text: text.slice(at, start), isMarked: false });
    pieces.push({ text: text.slice(Math.max(at, start), end), isMarked: true });
    at = end;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), isMarked: false });
  return pieces;
}
