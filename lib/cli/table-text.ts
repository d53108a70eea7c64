// A table as text for a screen: aligned columns, numbers to the right. Pure.
import width from 'string-width';
import { visible } from '../core/visible-text.ts';

export type TextColumn = { readonly name: string; readonly right: boolean };

export const left = (name: string): TextColumn => ({ name, right: false });
/** Of numbers. */
export const right = (name: string): TextColumn => ({ name, right: true });

/** Lines without line ends. Cells are made visible first, because that changes their width. `maxWidth` cuts lines. */
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

/** Cut to the given number of screen columns. */
export function cut(line: string, maxWidth: number | undefined): string {
  if (maxWidth === undefined || width(line) <= maxWidth) return line;
  let kept = '';
  let used = 0;
  for (const { segment: character } of new Intl.Segmenter().segment(line)) {
    used += width(character);
    if (used > maxWidth - 1) break;
    kept += character;
  }
  return `${kept}…`;
}
