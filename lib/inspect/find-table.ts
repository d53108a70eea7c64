// Which table a person means by a name, and which of its versions by a time: or a sentence with what there is.

import type { Catalog } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { didYouMean } from '../core/did-you-mean.ts';
import { sameTable, type TableRef, tablePrefix } from '../core/insight.ts';
import type { Snapshot } from '../delta/snapshot.ts';
import { CliError, UsageError } from '../errors.ts';
import type { Effects } from '../lake/effects.ts';
import { type PartitionFilter, parsePartitionFilter } from '../lake/partition-filter.ts';
import { whyNoDataset } from './other-names.ts';
import { readableTables } from './readable-tables.ts';
import { columnsAt } from './table-at.ts';
import type { TableLog } from './table-log.ts';

/** `present`: the newest version. */
export type FoundTable = { readonly table: TableRef; readonly present: Snapshot };

/** What is known of a table, by its prefix; undefined if the lake has none there. */
type Look<T> = (prefix: string) => Promise<T | undefined>;

/** Everything that has a name: the datasets' tables, then the insights. Arrivals are inner workings. */
export function namedTables({ catalog }: Pick<Effects, 'catalog'>): TableRef[] {
  const tables = catalog.datasets.map(({ name }): TableRef => ({ kind: 'tables', name }));
  const derived = catalog.derivations
    .map(({ target }) => target)
    .filter((target) => !tables.some((table) => sameTable(table, target)));
  return [...tables, ...derived];
}

/**
 * A dataset or an insight by its name in any case, or a table by its place in the lake (`arrivals/customers`); one that no
 * definition makes any more, too, while the lake holds it. Throws CliError.
 */
export async function findTable(effects: Effects, name: string): Promise<FoundTable> {
  const { table, found } = await lookFor(effects, name, (prefix) => effects.tables.latest(prefix));
  return { table, present: found };
}

/** The same by another look. */
export async function lookFor<T>(
  effects: Effects,
  name: string,
  look: Look<T>,
): Promise<{ readonly table: TableRef; readonly found: T }> {
  const table = effects.catalog.resolve(name);
  if (table !== undefined) {
    const found = await look(tablePrefix(table));
    if (found) return { table, found };
    throw new CliError(`${name} is defined, but not in the lake yet: run "npx sluice sync".`);
  }
  for (const candidate of placesOf(name)) {
    const found = await look(tablePrefix(candidate));
    if (found) return { table: candidate, found };
  }
  const names = await knownNames(effects);
  throw new CliError([
    `There is no dataset and no insight ${JSON.stringify(name)}.${didYouMean(name, names)}`,
    names.length === 0 ? 'There are none.' : `There are: ${names.join(', ')}`,
  ]);
}

/** Without definitions: what the lake holds. */
async function knownNames(effects: Effects): Promise<string[]> {
  const defined = namedTables(effects);
  const tables = defined.length > 0 ? defined : await readableTables(effects, effects.catalog);
  return tables.map(({ name }) => name);
}

/** Throws UsageError, or what is wrong with the definition of that name. */
export function requireDataset(catalog: Catalog, name: string): Dataset {
  const names = catalog.datasets.map((dataset) => dataset.name);
  const found = catalog.datasets.find((dataset) => dataset.name === name);
  if (found) return found;
  const by = catalog.asideNamed(name);
  if (by) throw by.error;
  const why = names.some((known) => known.toLowerCase() === name.toLowerCase())
    ? undefined
    : whyNoDataset(catalog, name);
  if (why !== undefined) throw new UsageError(why);
  throw new UsageError(
    `There is no dataset ${JSON.stringify(name)}.${didYouMean(name, names)} Datasets: ${names.join(', ')}`,
  );
}

const KINDS = ['insights', 'tables', 'arrivals'] as const;

function placesOf(name: string): TableRef[] {
  const [kind, rest = '', ...more] = name.split('/');
  const named = KINDS.find((known) => known === kind);
  if (named !== undefined && /^\w[\w.-]*$/.test(rest) && more.length === 0)
    return [{ kind: named, name: rest }];
  return /^\w[\w.-]*$/.test(name) ? KINDS.map((known) => ({ kind: known, name })) : [];
}

/** `2024-01-31T10:00:00Z` */
export function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The partitions that `words` (`year=2024`) select, of the table at a version. Throws UsageError on words that name none. */
export function partitionsNamed(log: TableLog, version: number, words: readonly string[]): PartitionFilter {
  const metadata = log.metadata(version);
  const columns = columnsAt(metadata).filter(({ name }) => metadata.partitionColumns.includes(name));
  const filter = parsePartitionFilter(log.prefix, columns, words);
  if ('problem' in filter) throw new UsageError(filter.problem);
  return filter;
}
