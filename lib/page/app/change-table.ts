// Rows that changed as a table: what tells them, then each column that differs, before, after and by how much. Pure.
import type { Cell, PageColumn } from '../documents.ts';
import type { ComposedChange, RowChange } from './compose-changes.ts';
import { differenceOf, percentOf } from './parts/decimal-change.ts';
import type { TableColumn } from './parts/table-rows.ts';

export type ChangeTable = {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly Cell[])[];
  /** Of each column: the one whose new value it shows; null for others. */
  readonly shows: readonly (string | null)[];
};

type Maker = {
  readonly column: TableColumn;
  readonly shows: string | null;
  readonly cell: (row: RowChange) => Cell;
};

const WORDS = { added: 'new', removed: 'gone', changed: 'changed' } as const;

/** `partitionBy`: tells rows as the key does. Without a key all columns tell a row, and none is before or after. */
export function changeTable(composed: ComposedChange, partitionBy: readonly string[]): ChangeTable {
  const { columns, key, rows } = composed;
  const isTelling = ({ name, isNumber }: PageColumn) =>
    key.length === 0 ? !isNumber : key.includes(name) || partitionBy.includes(name);
  const makers = [
    word(),
    ...columns.flatMap((column, place) => (isTelling(column) ? [telling(column, place)] : [])),
    ...columns.flatMap((column, place) =>
      isTelling(column) || !rows.some((row) => differs(row, place)) ? [] : beforeAndAfter(column, place),
    ),
  ];
  return {
    columns: makers.map(({ column }) => column),
    shows: makers.map(({ shows }) => shows),
    rows: rows.map((row) => makers.map(({ cell }) => cell(row))),
  };
}

function word(): Maker {
  const column = { name: 'row', type: 'string', isNumber: false, description: null, unit: null };
  return { column, shows: null, cell: ({ change }) => WORDS[change] };
}

function telling(column: PageColumn, place: number): Maker {
  const cell = (row: RowChange) => (row.new ?? row.old)?.[place] ?? null;
  return { column: { ...column, isName: true }, shows: null, cell };
}

function differs({ old, new: now }: RowChange, place: number): boolean {
  return (old?.[place] ?? null) !== (now?.[place] ?? null);
}

function beforeAndAfter(column: PageColumn, place: number): Maker[] {
  const named = (suffix: string, unit = column.unit) => ({
    ...column,
    name: `${column.name} ${suffix}`,
    unit,
  });
  const pair: Maker[] = [
    { column: named('before'), shows: null, cell: ({ old }) => old?.[place] ?? null },
    { column: named('now'), shows: column.name, cell: ({ new: now }) => now?.[place] ?? null },
  ];
  if (!column.isNumber) return pair;
  return [
    ...pair,
    { column: named('difference'), shows: null, cell: (row) => difference(row, place) },
    {
      column: named('per cent', null),
      shows: null,
      cell: ({ old, new: now }) => percentOf(old?.[place] ?? null, now?.[place] ?? null),
    },
  ];
}

/** A row that is new or gone counts from or to nothing, so that differences add up to those of the totals. */
function difference({ old, new: now }: RowChange, place: number): Cell {
  return differenceOf(old === null ? '0' : (old[place] ?? null), now === null ? '0' : (now[place] ?? null));
}
