// Rows that changed as a table: what tells them, then columns that differ, before, after and by how much. Pure.

import type { PageColumn } from '../insight-documents.ts';
import type { Cell } from '../page-values.ts';
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

/** The columns that differ in some row, those with decimals first: they are what people ask for. */
export function differingColumns(composed: ComposedChange, partitionBy: readonly string[]): PageColumn[] {
  const { columns, rows } = composed;
  const found = columns.filter(
    (column, place) => !isTelling(composed, partitionBy, column) && rows.some((row) => differs(row, place)),
  );
  const weight = ({ isNumber, type }: PageColumn) =>
    isNumber ? (/,0\)|^(?!decimal)/.test(type) ? 1 : 0) : 2;
  return found.sort((a, b) => weight(a) - weight(b));
}

/** `shown`: names of columns to compare. `partitionBy`: tells rows as the key does. */
export function changeTable(
  composed: ComposedChange,
  partitionBy: readonly string[],
  shown: readonly string[],
): ChangeTable {
  const { columns, rows } = composed;
  const makers = [
    word(),
    ...columns.flatMap((column, place) =>
      isTelling(composed, partitionBy, column) ? [telling(column, place)] : [],
    ),
    ...columns.flatMap((column, place) =>
      shown.includes(column.name) ? beforeAndAfter(column, place, shown.length > 1) : [],
    ),
  ];
  return {
    columns: makers.map(({ column }) => column),
    shows: makers.map(({ shows }) => shows),
    rows: rows.map((row) => makers.map(({ cell }) => cell(row))),
  };
}

/** Without a key, all columns except numbers identify a row. */
function isTelling({ key }: ComposedChange, partitionBy: readonly string[], column: PageColumn): boolean {
  if (key.length === 0) return !column.isNumber;
  return key.includes(column.name) || partitionBy.includes(column.name);
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

/** `isOfMany`: their heads name the column. */
function beforeAndAfter(column: PageColumn, place: number, isOfMany: boolean): Maker[] {
  const named = (suffix: string) => ({
    ...column,
    name: `${column.name} ${suffix}`,
    ...(isOfMany ? {} : { label: suffix }),
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
      column: { ...named('per cent'), unit: null },
      shows: null,
      cell: ({ old, new: now }) => percentOf(old?.[place] ?? null, now?.[place] ?? null),
    },
  ];
}

/** A row that is new or gone counts from or to nothing, so that differences add up to those of the totals. */
function difference({ old, new: now }: RowChange, place: number): Cell {
  return differenceOf(old === null ? '0' : (old[place] ?? null), now === null ? '0' : (now[place] ?? null));
}
