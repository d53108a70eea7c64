// What a name or a place in the lake means where it is not a dataset's name: its history, one of its tables, or an insight; and which
// name is meant instead.
import { currentTable, historyName, landingTable } from '../core/built-in.ts';
import type { Catalog } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { sameTable, TABLE_KINDS, type TableRef } from '../core/insight.ts';

/** The table that a definition makes, by its name in any case or by its place (`insights/totals`). */
export function definedTable(catalog: Catalog, word: string): TableRef | undefined {
  const named = catalog.resolve(word);
  if (named !== undefined) return named;
  const tables = [
    ...catalog.datasets.flatMap((dataset) => [landingTable(dataset), currentTable(dataset)]),
    ...catalog.derivations.map(({ target }) => target),
  ];
  const [kind, name, ...more] = word.split('/');
  const place = TABLE_KINDS.find((known) => known === kind);
  if (place === undefined || name === undefined || more.length > 0) return undefined;
  return tables.find((table) => sameTable(table, { kind: place, name }));
}

/** The dataset whose history the table is. */
export function datasetOfHistory({ datasets }: Catalog, { kind, name }: TableRef): Dataset | undefined {
  if (kind !== 'tables') return undefined;
  return datasets.find((dataset) => dataset.history && historyName(dataset.name) === name);
}

/** Why the name of something that definitions make is not a dataset's, and what to name; undefined for any other name. */
export function whyNoDataset(catalog: Catalog, word: string): string | undefined {
  const table = definedTable(catalog, word);
  if (table === undefined) return undefined;
  const versioned = datasetOfHistory(catalog, table);
  if (versioned)
    return `${word} is the history of the dataset ${versioned.name}, and has no source files of its own. Name ${versioned.name}: its history is computed and rebuilt with it.`;
  const derivation = catalog.derivations.find(({ target }) => sameTable(target, table));
  if (table.kind !== 'insights')
    return `${word} is a table of the dataset ${table.name}. Name the dataset: ${table.name}`;
  const inputs = (derivation?.inputs ?? []).map(({ name }) => name).join(', ');
  const datasets = catalog.datasets.map(({ name }) => name).join(', ');
  return `${word} is an insight, computed from ${inputs}, and has no source files of its own: "npx sluice sync" computes it. Datasets: ${datasets}`;
}
