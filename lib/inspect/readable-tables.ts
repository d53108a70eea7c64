// The tables and insights that a query can name: those that the lake's folders hold. Definitions, where there are any, only
// say which of two tables of one name is meant.

import type { Catalog } from '../core/catalog.ts';
import { sameTable, type TableRef, tablePrefix } from '../core/insight.ts';
import { CliError } from '../errors.ts';
import { mapInParallel } from '../in-parallel.ts';
import type { Effects } from '../lake/effects.ts';
import { hasLog, isEmptied, tablesOfKind } from '../maintain/lake-tables.ts';
import type { QueryReads } from '../sql/query-reads.ts';

/** What it takes to read a lake: no definition, and no landing. */
export type LakeReads = Pick<Effects, 'lake' | 'tables' | 'sql'>;

/** Of `tables` those that a query can read; all of them where that is not certain. */
export function readTables(
  tables: readonly TableRef[],
  { named, isUnderstood }: QueryReads,
): readonly TableRef[] {
  return isUnderstood ? tables.filter(({ name }) => named.has(name.toLowerCase())) : tables;
}

/** Arrivals are inner workings. */
const KINDS = ['tables', 'insights'] as const;

/** Every table and insight that has a log, one of each name, in the order of their names; those that were dropped too. */
export async function readableTables(effects: LakeReads, catalog: Catalog): Promise<TableRef[]> {
  const found = await mapInParallel(KINDS, (kind) => tablesOfKind(effects.lake, kind));
  return onePerName(effects, catalog, found.flat());
}

/** Those that the query can read, dropped ones too. All are listed only if a name is written unlike the table's own, or is none. */
export async function tablesOf(
  effects: LakeReads,
  catalog: Catalog,
  reads: QueryReads,
): Promise<readonly TableRef[]> {
  const named = reads.isUnderstood ? await namedExactly(effects, [...reads.named.keys()]) : undefined;
  if (named) return onePerName(effects, catalog, named);
  return readTables(await readableTables(effects, catalog), reads);
}

/** Undefined where one of the names is no table's. */
async function namedExactly({ lake }: LakeReads, names: readonly string[]): Promise<TableRef[] | undefined> {
  const found = await mapInParallel(names, async (name) => {
    // Others would be no single folder of the lake.
    if (!/^\w+$/.test(name)) return [];
    const candidates = KINDS.map((kind): TableRef => ({ kind, name }));
    const there = await mapInParallel(candidates, (table) => hasLog(lake, tablePrefix(table)));
    return candidates.filter((_, nth) => there[nth]);
  });
  return found.some((tables) => tables.length === 0) ? undefined : found.flat();
}

/** The one that is defined, else the one that was not dropped. Throws CliError where that leaves two. */
async function onePerName(
  { tables: logs }: LakeReads,
  catalog: Catalog,
  tables: readonly TableRef[],
): Promise<TableRef[]> {
  const groups = new Map<string, TableRef[]>();
  for (const table of tables)
    groups.set(table.name.toLowerCase(), [...(groups.get(table.name.toLowerCase()) ?? []), table]);
  const chosen = await mapInParallel([...groups], async ([name, group]) => {
    const [only, ...others] = group;
    if (only === undefined || others.length === 0) return only;
    const defined = catalog.resolve(name);
    const meant = group.find((table) => defined && sameTable(table, defined));
    if (meant) return meant;
    const dropped = await mapInParallel(group, (table) => isEmptied(logs, tablePrefix(table)));
    const [live = only, second] = group.filter((_, nth) => !dropped[nth]);
    if (second === undefined) return live;
    throw new CliError(
      `This lake has two tables that are called ${name}: ${group.map(tablePrefix).join(' and ')}. The definitions say which one is meant: pass their folder as --schemas DIR.`,
    );
  });
  return chosen.filter((table) => table !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
}
