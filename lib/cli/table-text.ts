// A table as text for a screen: aligned columns, numbers to the right. Pure.
import { visible } from './visible-text.ts';

export type TextColumn = { readonly name: string; readonly right: boolean };

/** Lines without line ends. Cells are made visible first, as that changes their width. `maxWidth` cuts lines. */
export function renderTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  maxWidth?: number,
): string[] {
  const cells = [columns.map((column) => column.name), ...rows].map((row) => row.map(visible));
  const widths = columns.map((_, index) =>
    cells.reduce((most, row) => Math.max(most, width(row[index] ?? '')), 0),
  );
  const [head = [], ...body] = cells;
  const line = (row: readonly string[]) =>
    cut(
      row
        .map((cell, index) => pad(cell, widths[index] ?? 0, columns[index]?.right ?? false))
        .join('  ')
        .trimEnd(),
      maxWidth,
    );
  return [
    line(head),
    cut(widths.map((length) => '─'.repeat(length)).join('  '), maxWidth),
    ...body.map(line),
  ];
}

function pad(text: string, length: number, right: boolean): string {
  const blanks = ' '.repeat(Math.max(0, length - width(text)));
  return right ? blanks + text : text + blanks;
}

function cut(line: string, maxWidth: number | undefined): string {
  if (maxWidth === undefined || width(line) <= maxWidth) return line;
  let kept = '';
  let used = 0;
  for (const character of line) {
    used += width(character);
    if (used > maxWidth - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

const NO_WIDTH = /\p{Mn}|\p{Me}|\p{Cf}/u;
const DOUBLE_WIDTH =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

/** Columns of a screen that the text takes. */
function width(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: printable ASCII, the common case
  if (/^[\x00-\x7f]*$/.test(text)) return text.length;
  let columns = 0;
  for (const character of text)
    columns += NO_WIDTH.test(character) ? 0 : DOUBLE_WIDTH.test(character) ? 2 : 1;
  return columns;
}
