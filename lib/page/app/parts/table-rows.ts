// Which rows a table shows, and in which order. Pure.

import type { PageColumn } from '../../insight-documents.ts';
import type { Cell } from '../../page-values.ts';
import { compareCells, unitsOf } from './decimal-compare.ts';

export type TableColumn = PageColumn & {
  /** Names a thing, as a year does: its digits are not in groups. */
  readonly isName?: boolean;
  /** What its head says, where that is not its name. */
  readonly label?: string;
};

export type TableSort = { readonly column: number; readonly descending: boolean };

/** The indexes of the rows that have every word somewhere in a cell, letters' case aside, sorted; equal ones stay in their order. */
export function shownRows(
  columns: readonly Pick<PageColumn, 'isNumber'>[],
  rows: readonly (readonly Cell[])[],
  words: string,
  sort: TableSort | null,
): readonly number[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = rows.flatMap((row, index) => (hasAll(row, wanted) ? [index] : []));
  if (sort === null) return found;
  const isNumber = columns[sort.column]?.isNumber ?? false;
  const cells = rows.map((row) => row[sort.column] ?? null);
  const units = isNumber ? unitsOf(cells) : [];
  const compared = (a: number, b: number) => {
    const [first, second] = [units[a], units[b]];
    if (first === undefined || second === undefined)
      return sorted(cells[a] ?? null, cells[b] ?? null, isNumber, sort.descending);
    const order = first < second ? -1 : first > second ? 1 : 0;
    return sort.descending ? -order : order;
  };
  return found.sort((a, b) => compared(a, b) || a - b);
}

function hasAll(row: readonly Cell[], words: readonly string[]): boolean {
  return words.every((word) => row.some((cell) => cell?.toLowerCase().includes(word)));
}

/** Missing values stand last either way. */
function sorted(a: Cell, b: Cell, isNumber: boolean, descending: boolean): number {
  const order = compareCells(a, b, isNumber);
  return descending && a !== null && b !== null ? -order : order;
}

/** A click sorts a column upwards, the next downwards, the next not at all. */
export function nextSort(sort: TableSort | null, column: number): TableSort | null {
  if (sort?.column !== column) return { column, descending: false };
  return sort.descending ? null : { column, descending: true };
}
