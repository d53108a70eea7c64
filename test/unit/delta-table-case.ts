// What the tests of Delta tables share: a table's first actions, data files by number, and stores that count or fail.
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { memoryStore } from '../../lib/adapters/memory-store.ts';
import type { Action, Add, Metadata } from '../../lib/delta/actions.ts';
import { entryKey } from '../../lib/delta/log-keys.ts';
import { schemaString } from '../../lib/delta/schema.ts';
import type { Entry } from '../../lib/delta/snapshot.ts';
import type { DeltaEffects, DeltaTables } from '../../lib/delta/tables.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { makeTemp, removeTemp } from '../support/temp.ts';

export const TABLE = 'tables/billing';
export const NOW = Date.parse('2024-05-01T12:00:00Z');

export const METADATA: Metadata = {
  id: '5d2b8a6e-0000-4000-8000-000000000001',
  name: 'billing',
  format: { provider: 'parquet', options: {} },
  schemaString: schemaString([
    { name: 'region', type: 'string' },
    { name: 'n', type: 'long' },
  ]),
  partitionColumns: ['region'],
  configuration: { 'delta.enableExpiredLogCleanup': 'false' },
  createdTime: NOW,
};

export const FIRST: readonly Action[] = [
  { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
  { metaData: METADATA },
];

export function file(name: number | string): Add {
  return {
    path: `region=eu/${name}.parquet`,
    partitionValues: { region: 'eu' },
    size: 100,
    modificationTime: NOW,
    dataChange: true,
    stats: '{"numRecords":1}',
    tags: { 'sluice.source': `landing/${name}.csv` },
  };
}

/** Effects on a fresh memory store with a counter for ids, and what must be closed after the tests. */
export async function deltaCase(): Promise<{
  effects: DeltaEffects;
  logged: string[];
  close(): Promise<void>;
}> {
  const scratch = makeTemp();
  const sql = await openDuckDb({ threads: 1, memoryLimitMb: 512 });
  const logged: string[] = [];
  let ids = 0;
  const effects: DeltaEffects = {
    store: memoryStore({ clock: () => new Date(NOW), scratch }),
    sql,
    scratch,
    clock: () => new Date(NOW),
    newId: () => {
      ids += 1;
      return `id-${ids}`;
    },
    log: (_level, event) => logged.push(event),
  };
  const close = async () => {
    sql.close();
    await removeTemp(scratch);
  };
  return { effects, logged, close };
}

export async function createTable(tables: DeltaTables): Promise<void> {
  await tables.commit(TABLE, async () => ({ operation: 'CREATE TABLE', actions: FIRST }));
}

/** One commit that adds `name` and, where given, removes nothing else. */
export function addFile(tables: DeltaTables, name: number | string) {
  return tables.commit(TABLE, async () => ({ operation: 'WRITE', actions: [{ add: file(name) }] }));
}

/** The entries of a table that got the file `file(n)` in version n; `timeMs`: when that was, where the commits say it. */
export function longLog(versions: number, timeMs?: (version: number) => number): Entry[] {
  return Array.from({ length: versions }, (_, version) => {
    const timestamp = timeMs?.(version);
    const info = { engineInfo: 'sluice', ...(timestamp === undefined ? {} : { timestamp }) };
    return {
      version,
      actions: [{ commitInfo: info }, ...(version === 0 ? FIRST : [{ add: file(version) }])],
    };
  });
}

/** As the log of `TABLE`, without digests. */
export async function writeEntries(store: ObjectStore, entries: readonly Entry[]): Promise<void> {
  for (const { version, actions } of entries) {
    const lines = actions.map((action) => JSON.stringify(action));
    await store.write(entryKey(TABLE, version), new TextEncoder().encode(lines.join('\n')));
  }
}

export function paths(files: ReadonlyMap<string, Add> | undefined): string[] {
  return [...(files?.keys() ?? [])].sort();
}

/** Counts what is asked of a store, by method. */
export function countingStore(store: ObjectStore): { store: ObjectStore; counts: Record<string, number> } {
  const counts: Record<string, number> = {};
  const counted = new Proxy(store, {
    get(target, name) {
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        counts[String(name)] = (counts[String(name)] ?? 0) + 1;
        return Reflect.apply(member, target, args) as unknown;
      };
    },
  });
  return { store: counted, counts };
}
