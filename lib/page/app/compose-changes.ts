// What several versions in a row changed together: of each row and file the first old and the last new state. Pure.

import type { ChangeDocument, PageColumn, SourceMove } from '../insight-documents.ts';
import type { Cell } from '../page-values.ts';
import { composeMoves } from './compose-moves.ts';
import { differenceOf, sumOf } from './parts/decimal-change.ts';
import { plainDecimal } from './parts/decimal-compare.ts';

export type RowChange = NonNullable<ChangeDocument['rows']>[number];

export type ComposedTotal = {
  readonly column: string;
  /** Over the rows that changed; null where not all of them are known. */
  readonly old: Cell;
  readonly new: Cell;
  readonly difference: string | null;
};

export type ComposedChange = {
  readonly columns: readonly PageColumn[];
  /** [] where rows are told apart by all of their cells. */
  readonly key: readonly string[];
  /** Whose old and new state are known for sure. */
  readonly rows: readonly RowChange[];
  /** Versions of which not all rows are listed, the oldest first; [] where `rows` is all that changed. */
  readonly unlisted: readonly { readonly version: number; readonly moreRows: number | null }[];
  /** Null where not all rows are known. */
  readonly counts: ChangeDocument['counts'] | null;
  /** So many at most, where they are not known: a row counts in each version that changed it. */
  readonly mostRows: number;
  readonly totals: readonly ComposedTotal[] | null;
  readonly sources: readonly SourceMove[];
  /** At most so many further files. */
  readonly moreSources: number;
  readonly definitions: readonly string[];
};

/** `changes`: of versions in a row, the oldest first. */
export function composeChanges(changes: readonly ChangeDocument[]): ComposedChange {
  const columns = sharedColumns(changes);
  const [first] = changes;
  const isKeyed = first !== undefined && changes.every(({ key }) => sameNames(key, first.key));
  const key = isKeyed ? first.key : [];
  const steps = changes.map((change) => stepOf(change, columns));
  const unlisted = changes.flatMap(({ version, rows, moreRows }) =>
    rows === null || moreRows > 0 ? [{ version, moreRows: rows === null ? null : moreRows }] : [],
  );
  const open = changes.flatMap(({ rows, moreRows }, nth) => (rows === null || moreRows > 0 ? [nth] : []));
  const rows = key.length > 0 ? keyedRows(steps, columns, key, open) : bagRows(steps, columns, open);
  const isWhole = unlisted.length === 0;
  return {
    columns,
    key,
    rows,
    unlisted,
    counts: isWhole ? countsOf(rows) : changes.length === 1 && first ? first.counts : null,
    mostRows: changes.reduce(
      (total, { counts: { added, removed, changed } }) => total + added + removed + changed,
      0,
    ),
    totals: isWhole ? totalsOf(columns, key, changes, rows) : addedTotals(changes),
    ...composeMoves(changes),
    definitions: [...new Set(changes.flatMap(({ definitions }) => definitions))],
  };
}

/** Of all of them, in the order of the newest. */
function sharedColumns(changes: readonly ChangeDocument[]): PageColumn[] {
  const found = new Map<string, PageColumn>();
  for (const { columns } of changes.toReversed())
    for (const column of columns) if (!found.has(column.name)) found.set(column.name, column);
  return [...found.values()];
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}

/** A version's rows with all columns; one that it does not have is missing there. */
function stepOf({ columns, rows }: ChangeDocument, all: readonly PageColumn[]): readonly RowChange[] {
  const places = all.map(({ name }) => columns.findIndex((column) => column.name === name));
  if (places.length === columns.length && places.every((place, index) => place === index)) return rows ?? [];
  const arranged = (row: readonly Cell[] | null) => row && places.map((place) => row[place] ?? null);
  return (rows ?? []).map((row) => ({ ...row, old: arranged(row.old), new: arranged(row.new) }));
}

type Known = { old: readonly Cell[] | null; new: readonly Cell[] | null; first: number; last: number };

/** `open`: steps with rows that are not listed. A row is known only if none of them is before its first or after its last change. */
function keyedRows(
  steps: readonly (readonly RowChange[])[],
  columns: readonly PageColumn[],
  key: readonly string[],
  open: readonly number[],
): RowChange[] {
  const places = key.map((name) => columns.findIndex((column) => column.name === name));
  const known = new Map<string, Known>();
  for (const [nth, step] of steps.entries())
    for (const change of step) {
      const row = change.new ?? change.old ?? [];
      const id = JSON.stringify(places.map((place) => sameText(row[place] ?? null, columns[place])));
      const before = known.get(id);
      if (before === undefined) known.set(id, { old: change.old, new: change.new, first: nth, last: nth });
      else Object.assign(before, { new: change.new, last: nth });
    }
  const [firstOpen = Number.POSITIVE_INFINITY, lastOpen = -1] = [open[0], open.at(-1)];
  return [...known.values()].flatMap((row) =>
    row.first <= firstOpen && row.last >= lastOpen ? changeOf(row, columns) : [],
  );
}

function changeOf({ old, new: now }: Known, columns: readonly PageColumn[]): RowChange[] {
  if (old === null) return now === null ? [] : [{ change: 'added', old, new: now }];
  if (now === null) return [{ change: 'removed', old, new: now }];
  return rowId(old, columns) === rowId(now, columns) ? [] : [{ change: 'changed', old, new: now }];
}

/** Rows without a key: equal ones cancel each other out, as often as they were added and removed. */
function bagRows(
  steps: readonly (readonly RowChange[])[],
  columns: readonly PageColumn[],
  open: readonly number[],
): RowChange[] {
  if (open.length > 0 && steps.length > 1) return [];
  const times = new Map<string, { readonly row: readonly Cell[]; n: number }>();
  const count = (row: readonly Cell[] | null, n: number) => {
    if (row === null) return;
    const id = rowId(row, columns);
    const found = times.get(id);
    if (found) found.n += n;
    else times.set(id, { row, n });
  };
  for (const change of steps.flat()) {
    count(change.old, -1);
    count(change.new, 1);
  }
  return [...times.values()].flatMap(({ row, n }) =>
    Array.from({ length: Math.abs(n) }, () =>
      n > 0
        ? { change: 'added' as const, old: null, new: row }
        : { change: 'removed' as const, old: row, new: null },
    ),
  );
}

function rowId(row: readonly Cell[], columns: readonly PageColumn[]): string {
  return JSON.stringify(columns.map((column, index) => sameText(row[index] ?? null, column)));
}

/** `1.50` and `1.5` are the same number: a column's scale may have changed on the way. */
function sameText(cell: Cell, column: PageColumn | undefined): Cell {
  if (cell === null || !column?.isNumber) return cell;
  const plain = plainDecimal(cell);
  if (plain === undefined) return cell;
  const short = plain.includes('.') ? plain.replace(/\.?0+$/, '') : plain;
  return short === '-0' ? '0' : short;
}

function countsOf(rows: readonly RowChange[]): ChangeDocument['counts'] {
  const counts = { added: 0, removed: 0, changed: 0 };
  for (const { change } of rows) counts[change] += 1;
  return counts;
}

/** Of the columns that the versions themselves add up. */
function totalsOf(
  columns: readonly PageColumn[],
  key: readonly string[],
  changes: readonly ChangeDocument[],
  rows: readonly RowChange[],
): ComposedTotal[] {
  const named = new Set(changes.flatMap(({ totals }) => (totals ?? []).map(({ column }) => column)));
  return columns.flatMap(({ name, isNumber }, place) => {
    if (!isNumber || !named.has(name) || key.includes(name)) return [];
    const old = sumOf(rows.map((row) => row.old?.[place] ?? null)) ?? '0';
    const now = sumOf(rows.map((row) => row.new?.[place] ?? null)) ?? '0';
    return [{ column: name, old, new: now, difference: differenceOf(old, now) }];
  });
}

/** The differences of versions in a row add up, even where their rows are not known. */
function addedTotals(changes: readonly ChangeDocument[]): ComposedTotal[] | null {
  const [first] = changes;
  if (first === undefined || changes.some(({ totals }) => totals === null)) return null;
  const columns = [...new Set(changes.flatMap(({ totals }) => (totals ?? []).map(({ column }) => column)))];
  return columns.map((column) => {
    const own = changes.flatMap(({ totals }) => (totals ?? []).filter((total) => total.column === column));
    const differences = own.map((total) => differenceOf(total.old ?? '0', total.new ?? '0'));
    const isOne = changes.length === 1;
    return {
      column,
      old: isOne ? (own[0]?.old ?? null) : null,
      new: isOne ? (own[0]?.new ?? null) : null,
      difference: differences.includes(null) ? null : differenceOf('0', sumOf(differences)),
    };
  });
}
