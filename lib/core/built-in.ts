// The tables of a dataset, and those of them that are computed from its arrivals by built-in SQL. Knows neither insights nor
// other datasets.
import { type Dataset, tableColumns } from './contract.ts';
import { definitionHash } from './definition-hash.ts';
import type { Derivation, TableRef } from './insight.ts';
import { replaceSql } from './replace-sql.ts';
import { historyColumns, historySql, newestRowsSql } from './row-versions.ts';
import type { Column } from './schema.ts';

/** The table that takes the rows of landing files unchanged. */
export function landingTable(dataset: Dataset): TableRef {
  return { kind: dataset.mode === 'append' ? 'tables' : 'arrivals', name: dataset.name };
}

/** The table that the dataset's name means in SQL. */
export function currentTable(dataset: Pick<Dataset, 'name'>): TableRef {
  return { kind: 'tables', name: dataset.name };
}

/** The name of a dataset's table of versions. */
export function historyName(dataset: string): string {
  return `${dataset}_history`;
}

/** The names that the dataset's tables have in SQL, its own first. */
export function tableNames({ name, history }: Pick<Dataset, 'name' | 'history'>): string[] {
  return history ? [name, historyName(name)] : [name];
}

/** The tables that people read, with their columns; the dataset's own first. */
export function readTables(dataset: Dataset): { readonly table: TableRef; readonly columns: Column[] }[] {
  const own = { table: currentTable(dataset), columns: tableColumns(dataset) };
  return dataset.history ? [own, { table: historyTable(dataset), columns: historyColumns(dataset) }] : [own];
}

function historyTable({ name }: Dataset): TableRef {
  return { kind: 'tables', name: historyName(name) };
}

/** The tables computed from the dataset's arrivals; none for append. The relation of arrivals also has the SOURCE_COLUMNS of scan-sql.ts. */
export function builtIn(dataset: Dataset): Derivation[] {
  if (dataset.mode === 'append') return [];
  return dataset.history ? [currentRows(dataset), history(dataset)] : [currentRows(dataset)];
}

/** The current rows of an upsert or replace dataset. */
function currentRows(dataset: Dataset): Derivation {
  const columns = tableColumns(dataset);
  const sql =
    dataset.mode === 'upsert'
      ? newestRowsSql(dataset)
      : replaceSql(
          dataset,
          columns.map((column) => column.name),
        );
  const key = dataset.mode === 'upsert' ? dataset.primaryKey : [];
  return ofArrivals(dataset, { target: currentTable(dataset), sql, key, columns }, dataset.description);
}

/** Every version of each key. */
function history(dataset: Dataset): Derivation {
  const key = [...dataset.primaryKey, 'valid_from'];
  const computed = {
    target: historyTable(dataset),
    sql: historySql(dataset),
    key,
    columns: historyColumns(dataset),
  };
  return ofArrivals(dataset, computed, `Every version of each key of ${dataset.name}`);
}

function ofArrivals(
  dataset: Dataset,
  { target, sql, key, columns }: Pick<Derivation, 'target' | 'sql' | 'key' | 'columns'>,
  description: string | undefined,
): Derivation {
  const arrivals = landingTable(dataset);
  const { scope, delivery } = dataset;
  const meaning = { sql, partitionBy: dataset.partitionBy.map((p) => p.name), key };
  const chosen = {
    ...(scope === undefined ? {} : { scope }),
    ...(delivery === undefined ? {} : { delivery }),
  };
  return {
    target,
    file: dataset.file,
    ...(description === undefined ? {} : { description }),
    ...meaning,
    inputs: [arrivals],
    over: arrivals,
    audits: [],
    columns,
    ...(dataset.mode === 'replace' ? { delivered: dataset } : { dividedBy: dataset.primaryKey }),
    hash: definitionHash({ ...meaning, ...chosen, types: columns.map((column) => column.type) }),
  };
}
