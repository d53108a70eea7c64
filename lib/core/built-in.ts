// The tables of a dataset, and those of them that are computed from its arrivals by built-in SQL. Knows neither insights nor
// other datasets.
import { identifier } from '../sql/quoting.ts';
import { type Dataset, tableColumns } from './contract.ts';
import { definitionHash } from './definition-hash.ts';
import type { Derivation, TableRef } from './insight.ts';
import { replaceSql } from './replace-sql.ts';

/** The table that takes the rows of landing files unchanged. */
export function landingTable(dataset: Dataset): TableRef {
  return { kind: dataset.mode === 'append' ? 'tables' : 'arrivals', name: dataset.name };
}

/** The table that the dataset's name means in SQL. */
export function currentTable(dataset: Dataset): TableRef {
  return { kind: 'tables', name: dataset.name };
}

/** The tables computed from the dataset's arrivals; none for append. */
export function builtIn(dataset: Dataset): Derivation[] {
  return dataset.mode === 'append' ? [] : [currentRows(dataset)];
}

/**
 * The current rows of an upsert or replace dataset, computed from its arrivals. The relation of the arrivals also has the
 * SOURCE_COLUMNS of scan-sql.ts.
 */
function currentRows(dataset: Dataset): Derivation {
  const arrivals = landingTable(dataset);
  const columns = tableColumns(dataset);
  const key = dataset.mode === 'upsert' ? dataset.primaryKey : [];
  const select = `SELECT ${columns.map((column) => identifier(column.name)).join(', ')} FROM ${identifier(dataset.name)}`;
  const newest = 'ORDER BY _sluice_last_modified DESC, _sluice_source DESC';
  const sql =
    dataset.mode === 'upsert'
      ? `${select} QUALIFY row_number() OVER (PARTITION BY ${key.map(identifier).join(', ')} ${newest}) = 1`
      : replaceSql(
          dataset,
          columns.map((column) => column.name),
        );
  const { scope, delivery } = dataset;
  const meaning = { sql, partitionBy: dataset.partitionBy.map((p) => p.name), key };
  const chosen = {
    ...(scope === undefined ? {} : { scope }),
    ...(delivery === undefined ? {} : { delivery }),
  };
  return {
    target: currentTable(dataset),
    file: dataset.file,
    ...(dataset.description === undefined ? {} : { description: dataset.description }),
    ...meaning,
    inputs: [arrivals],
    over: arrivals,
    audits: [],
    columns,
    ...(dataset.mode === 'replace' ? { delivered: dataset } : {}),
    hash: definitionHash({ ...meaning, ...chosen, types: columns.map((column) => column.type) }),
  };
}
