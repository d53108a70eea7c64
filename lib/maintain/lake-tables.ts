// Which tables the lake holds, by its folders: one request per table, however many files they have.

import { landingTable } from '../core/catalog.ts';
import { TABLE_KINDS, type TableRef, tablePrefix } from '../core/insight.ts';
import { logPrefix } from '../delta/log-keys.ts';
import type { DeltaTables } from '../delta/tables.ts';
import { CorruptionError } from '../errors.ts';
import { isDropped } from '../evolve/drop-table.ts';
import { mapInParallel } from '../in-parallel.ts';
import type { Effects } from '../lake/effects.ts';
import type { ObjectStore } from '../ports.ts';

/** The tables that no contract and no insight defines, nor one that was set aside, as `insights/<name>`; without those that were dropped. */
export async function undefinedTables(effects: Effects): Promise<string[]> {
  const found: string[] = [];
  for (const table of await strayTables(effects)) {
    const prefix = tablePrefix(table);
    if (!effects.catalog.asideNamed(table.name) && !(await isEmptied(effects.tables, prefix)))
      found.push(prefix);
  }
  return found;
}

/** Those that no sound definition makes. */
async function strayTables({ lake, catalog }: Effects): Promise<TableRef[]> {
  const defined = new Set([
    ...catalog.datasets.map((dataset) => tablePrefix(landingTable(dataset))),
    ...catalog.derivations.map(({ target }) => tablePrefix(target)),
  ]);
  const isStray = (table: TableRef) => !defined.has(tablePrefix(table));
  return (await mapInParallel(TABLE_KINDS, (kind) => tablesOfKind(lake, kind, isStray))).flat();
}

/** All wanted ones that have a log, those that were dropped too. */
export async function tablesOfKind(
  lake: ObjectStore,
  kind: TableRef['kind'],
  isWanted: (table: TableRef) => boolean = () => true,
): Promise<TableRef[]> {
  const tables: TableRef[] = [];
  for await (const prefix of folders(lake, `${kind}/`)) {
    const table = { kind, name: prefix.slice(kind.length + 1) };
    if (isWanted(table)) tables.push(table);
  }
  const there = await mapInParallel(tables, (table) => hasLog(lake, tablePrefix(table)));
  return tables.filter((_, nth) => there[nth]);
}

/** A log that cannot be read is not one that was dropped. */
export async function isEmptied(tables: DeltaTables, prefix: string): Promise<boolean> {
  try {
    return isDropped(await tables.latest(prefix));
  } catch (error) {
    if (error instanceof CorruptionError) return false;
    throw error;
  }
}

/** `tables/` → `tables/billing`, `tables/orders`; perhaps empty ones, too. Elsewhere than on disk the listing jumps from the first key of a folder behind its last. */
export async function* folders(lake: ObjectStore, parent: string): AsyncGenerator<string> {
  if (lake.folders !== undefined) {
    yield* await lake.folders(parent);
    return;
  }
  let after: string | undefined;
  for (;;) {
    const key = await firstKey(lake, parent, after);
    if (key === undefined) return;
    const end = key.indexOf('/', parent.length);
    if (end < 0) {
      after = key;
      continue;
    }
    const folder = key.slice(0, end);
    yield folder;
    // `0` is the character after `/`.
    after = `${folder}0`;
  }
}

async function firstKey(
  lake: ObjectStore,
  prefix: string,
  after: string | undefined,
): Promise<string | undefined> {
  for await (const { key } of lake.list(prefix, after)) return key;
  return undefined;
}

/** Whether there is a table of that prefix: `tables/billing`. */
export async function hasLog(lake: ObjectStore, prefix: string): Promise<boolean> {
  return holdsObjects(lake, logPrefix(prefix));
}

export async function holdsObjects(lake: ObjectStore, prefix: string): Promise<boolean> {
  return (await firstKey(lake, prefix, undefined)) !== undefined;
}
