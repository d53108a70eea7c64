// A table as the text that other programs read: every value exactly as it is. Pure.
import type { Cell } from '../../page-values.ts';

type TextRows = readonly (readonly Cell[])[];

/** RFC 4180: a value with a comma, a quote or a line's end stands in quotes. A missing value is nothing, an empty text `""`. */
export function csvText(header: readonly string[], rows: TextRows): string {
  return [header, ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(cell: Cell): string {
  if (cell === null) return '';
  return cell === '' || /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** For a spreadsheet's paste: a value with a tab, a quote or a line's end stands in quotes. */
export function tsvText(header: readonly string[], rows: TextRows): string {
  return [header, ...rows].map((row) => row.map(tsvCell).join('\t')).join('\n');
}

function tsvCell(cell: Cell): string {
  if (cell === null) return '';
  return /["\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
