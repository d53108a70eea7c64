// A row of an insight, and the way to the receipt of one of its numbers and back. Pure.

import type { InsightDocument, InsightPart, PageColumn } from '../insight-documents.ts';
import type { Cell, Partition } from '../page-values.ts';
import type { Route } from './routes.ts';

type Table = Pick<InsightDocument, 'name' | 'columns' | 'partitionBy' | 'key'>;
type Row = readonly Cell[];
export type ReceiptRoute = Extract<Route, { view: 'receipt' }>;

/** Of the number in that column of the row. */
export function receiptRoute(table: Table, columns: readonly PageColumn[], row: Row, column: string | null) {
  const cellOf = (name: string) => row[columns.findIndex((one) => one.name === name)] ?? null;
  const telling = tellingColumns(table, columns);
  const route: ReceiptRoute = {
    view: 'receipt',
    name: table.name,
    partition: table.partitionBy.map(cellOf),
    column,
    row: Object.fromEntries(telling.map((name) => [name, cellOf(name)])),
  };
  return route;
}

/** Besides the partition's, the columns whose values tell a row: without a key, all except numbers. */
function tellingColumns({ key, partitionBy }: Table, columns: readonly PageColumn[]): string[] {
  const telling = key.length > 0 ? key : columns.flatMap(({ name, isNumber }) => (isNumber ? [] : [name]));
  return telling.filter((name) => !partitionBy.includes(name));
}

/** Whether a column's values are names of things, a year or an account, not quantities. */
export function isNameOf({ key, partitionBy }: Pick<Table, 'key' | 'partitionBy'>, column: string): boolean {
  return key.includes(column) || partitionBy.includes(column);
}

export function samePartition(by: readonly string[], partition: Partition, values: readonly Cell[]): boolean {
  return by.every((name, at) => (partition[name] ?? null) === (values[at] ?? null));
}

export function partOf(
  { parts, partitionBy }: InsightDocument,
  values: readonly Cell[],
): InsightPart | undefined {
  return parts.find(({ partitions }) =>
    partitions.some((partition) => samePartition(partitionBy, partition, values)),
  );
}

/** The rows of the partition that have the route's values. */
export function rowsAt(
  partitionBy: readonly string[],
  columns: readonly PageColumn[],
  rows: readonly Row[],
  { partition, row }: Pick<ReceiptRoute, 'partition' | 'row'>,
): readonly Row[] {
  const wanted = [...partitionBy.map((name, at) => [name, partition[at] ?? null]), ...Object.entries(row)];
  const places = wanted.map(
    ([name, cell]) => [columns.findIndex((column) => column.name === name), cell] as const,
  );
  return rows.filter((cells) => places.every(([place, cell]) => place < 0 || cells[place] === cell));
}

/** `2024-01-03`, `eu / 2024-01`: for headings. '' for the one partition of a table without partitions. */
export function partitionText(values: readonly Cell[]): string {
  const texts = values.map((cell) => cell ?? 'no value');
  return texts.reduce(
    (text, next) =>
      text === ''
        ? next
        : /^\d{1,2}$/.test(next) && /\d{4}(?:-\d\d)*$/.test(text)
          ? `${text}-${next.padStart(2, '0')}`
          : `${text} / ${next}`,
    '',
  );
}
