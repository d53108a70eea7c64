// A whole lake in memory for the tests of the laws: the shop package, its use cases, and ways to look at the outcome.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { LocalQueue } from '../../lib/adapters/local-queue.ts';
import { type MemoryStore, memoryStore } from '../../lib/adapters/memory-store.ts';
import { type Catalog, landingTable } from '../../lib/core/catalog.ts';
import { type TableRef, tablePrefix } from '../../lib/core/insight.ts';
import { loadCatalog } from '../../lib/definitions/load-catalog.ts';
import { DeltaTables } from '../../lib/delta/tables.ts';
import { apply } from '../../lib/evolve/apply.ts';
import { BUNDLING } from '../../lib/ingest/bundle/bundles.ts';
import type { Bundling, Effects, Refresh } from '../../lib/lake/effects.ts';
import { wholeFiles } from '../../lib/lake/live-shares.ts';
import { allShares } from '../../lib/lake/shares.ts';
import { readOrigin } from '../../lib/lake/tags.ts';
import { deliver, type FileMessage, type Observer, type Queues } from '../../lib/local/deliver.ts';
import { deliverReopened } from '../../lib/local/deliver-reopened.ts';
import { reconcile } from '../../lib/maintain/reconcile.ts';
import type { ObjectStore, Row, SqlEngine } from '../../lib/ports.ts';
import { LocalFiles, tableRelation } from '../../lib/refresh/inputs.ts';
import { readPending } from '../../lib/refresh/pending.ts';
import { makeTemp, removeTemp } from './temp.ts';

export type World = {
  readonly sql: SqlEngine;
  readonly catalog: Catalog;
  readonly scratch: string;
  close(): Promise<void>;
};

/** What several lakes of one test share: the engine and the definitions. */
export async function openWorld(schemas = join(import.meta.dirname, '../schemas')): Promise<World> {
  const scratch = makeTemp();
  const sql = await openDuckDb({ threads: 2, tempDirectory: join(scratch, 'spill') });
  const catalog = await loadCatalog(schemas, sql);
  const close = async () => {
    sql.close();
    await removeTemp(scratch);
  };
  return { sql, catalog, scratch, close };
}

/** The same over one package: its contract, and the texts of its insights by name. Its folder is gone once it was read. */
export function openPackage(
  contract: Package,
  insights: Readonly<Record<string, string>> = {},
): Promise<World> {
  return withPackage(contract, insights, openWorld);
}

export type Package = { readonly name: string; readonly resources: readonly object[] };

/** `use` is given the folder of the definitions, which is gone afterwards. */
export async function withPackage<T>(
  contract: Package,
  insights: Readonly<Record<string, string>>,
  use: (schemas: string) => Promise<T>,
): Promise<T> {
  const schemas = makeTemp();
  try {
    await mkdir(join(schemas, contract.name, 'insights'), { recursive: true });
    await writeFile(join(schemas, contract.name, 'datapackage.json'), JSON.stringify(contract));
    for (const [name, text] of Object.entries(insights))
      await writeFile(join(schemas, contract.name, 'insights', `${name}.sql`), text);
    return await use(schemas);
  } finally {
    await removeTemp(schemas);
  }
}

let storeCount = 0;

/** Time stands still unless `tick` moves it by a second. */
export class TestClock {
  #ms = Date.UTC(2024, 0, 1);
  readonly now = () => new Date(this.#ms);
  tick(): void {
    this.pass(1000);
  }
  pass(ms: number): void {
    this.#ms += ms;
  }
}

export function newStore(world: World, clock: TestClock, name: string): MemoryStore {
  storeCount += 1;
  return memoryStore({
    clock: clock.now,
    scratch: join(world.scratch, `${name}-${storeCount}`),
    location: name,
  });
}

export type TestLake = { readonly effects: Effects; readonly queues: Queues; readonly dead: string[] };

/** A process that works on these stores: with a cold cache and empty queues. */
/** Every file is converted on its own. */
export const ONE_BY_ONE: Bundling = { ...BUNDLING, mostFiles: 1 };

export function openProcess(
  world: World,
  clock: TestClock,
  landing: ObjectStore,
  lake: ObjectStore,
  bundling?: Bundling,
): TestLake {
  const dead: string[] = [];
  let ids = 0;
  storeCount += 1;
  const process = storeCount;
  const newId = () => `id-${process}-${++ids}`;
  const log = () => undefined;
  const onDead = async (message: unknown, error: unknown) => {
    dead.push(`${JSON.stringify(message)}: ${error instanceof Error ? error.stack : String(error)}`);
  };
  const queues: Queues = {
    files: new LocalQueue<FileMessage>({ idOf: (m) => `${m.dataset}/${m.source}`, maxAttempts: 3, onDead }),
    refreshes: new LocalQueue<Refresh>({ idOf: (m) => tablePrefix(m.target), maxAttempts: 3, onDead }),
  };
  const { sql, catalog, scratch } = world;
  const tables = new DeltaTables({ store: lake, sql, clock: clock.now, newId, log, scratch });
  const effects = {
    catalog,
    landing,
    lake,
    tables,
    sql,
    refreshes: queues.refreshes,
    clock: clock.now,
    newId,
    log,
    scratch,
    ...(bundling === undefined ? {} : { bundling }),
  };
  return { effects, queues, dead };
}

/** A process on a landing and a lake of its own, both empty. */
export function openLake(world: World, clock: TestClock, bundling?: Bundling): TestLake {
  const [landing, lake] = [newStore(world, clock, 'landing'), newStore(world, clock, 'lake')];
  return openProcess(world, clock, landing, lake, bundling);
}

/** What `sluice sync --prune` does. */
export async function syncPrune({ effects, queues }: TestLake): Promise<void> {
  const { refused } = await apply(effects);
  if (refused[0]) throw new Error(refused[0].message);
  const found = await reconcile(effects, {});
  await queues.files.send([...found.ingest, ...found.vanished]);
  await queues.refreshes.send(effects.catalog.derivations.map(({ target }) => ({ target })));
  const latest = new Map(found.rejected.map((report) => [report.source, report]));
  const observer: Observer = {
    ingested: ({ outcomes }) => {
      for (const { source, report } of outcomes) if (report) latest.set(source, report);
    },
  };
  await deliver(effects, queues, observer);
  await deliverReopened(effects, queues, () => [...latest.values()], observer);
}

export function put(landing: ObjectStore, key: string, text: string): Promise<void> {
  return landing.write(key, new TextEncoder().encode(text));
}

export async function rowsOf({ effects }: TestLake, table: TableRef, columns = '*'): Promise<Row[]> {
  const snapshot = await effects.tables.latest(tablePrefix(table));
  if (snapshot === undefined) throw new Error(`no table ${tablePrefix(table)}`);
  const local = new LocalFiles(effects.lake);
  const relation = await tableRelation(effects.catalog, local, table, snapshot, [...snapshot.files.values()]);
  return effects.sql.session((session) => session.rows(`SELECT ${columns} FROM (${relation}) ORDER BY ALL`));
}

/** Everything that a reader can see, in an order of its own: rows, live sources, stale partitions. */
export async function visible(lake: TestLake): Promise<Record<string, unknown>> {
  const { catalog, tables } = lake.effects;
  const state: Record<string, unknown> = {};
  const refs = new Map<string, TableRef>();
  for (const dataset of catalog.datasets) refs.set(tablePrefix(landingTable(dataset)), landingTable(dataset));
  for (const { target } of catalog.derivations) refs.set(tablePrefix(target), target);
  for (const [prefix, ref] of refs) {
    const snapshot = await tables.latest(prefix);
    const sources = allShares(await wholeFiles(tables, prefix, snapshot?.files.values() ?? [])).flatMap(
      (share) => {
        const origin = readOrigin(share);
        return origin
          ? [`${origin.source} ${origin.etag} ${origin.acceptedRows}+${origin.quarantinedRows}`]
          : [];
      },
    );
    state[prefix] = {
      rows: await rowsOf(lake, ref),
      sources: sources.sort(),
      stale: snapshot && readPending(snapshot),
    };
  }
  return state;
}
