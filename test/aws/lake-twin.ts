// The lake of a stack, and a clean local one over the same landing: what differs between them.
import { randomUUID } from 'node:crypto';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { s3Store } from '../../lib/adapters/s3-store.ts';
import { landingTable } from '../../lib/core/catalog.ts';
import { sameTable, type TableRef, tablePrefix } from '../../lib/core/insight.ts';
import { DeltaTables } from '../../lib/delta/tables.ts';
import { namedTables } from '../../lib/inspect/find-table.ts';
import type { Effects } from '../../lib/lake/effects.ts';
import { isDataFile } from '../../lib/lake/layout.ts';
import { type LocalLake, openLake } from '../../lib/local/open-lake.ts';
import { syncLake } from '../../lib/local/sync-lake.ts';
import type { ObjectStore, ObjectVersion, Row } from '../../lib/ports.ts';
import { LocalFiles, tableRelation } from '../../lib/refresh/inputs.ts';
import { makeTemp, removeTemp } from '../support/temp.ts';
import { s3 } from './target.ts';

const SCHEMAS = join(import.meta.dirname, '../../schemas');
const CACHE_BYTES = 1_000_000_000;

export type Buckets = {
  readonly LandingBucket: string;
  readonly LakeBucket: string;
  /** The folder of the landing bucket that source files come from. Default: all of it. */
  readonly prefix?: string;
};
export type RemoteLake = { readonly effects: Effects; close(): Promise<void> };

/** Reads what the functions write. Keeps the data files that it has fetched, which are immutable. */
export async function openRemoteLake(
  { LandingBucket, LakeBucket, prefix = '' }: Buckets,
  schemas = SCHEMAS,
): Promise<RemoteLake> {
  const scratch = makeTemp();
  const local = await openLake(
    { landing: join(scratch, 'landing'), lake: join(scratch, 'lake'), schemas },
    () => undefined,
  );
  const landing = s3Store({ client: s3, bucket: LandingBucket, prefix, scratch });
  const lake = s3Store({
    client: s3,
    bucket: LakeBucket,
    scratch,
    cache: { maxBytes: CACHE_BYTES, immutable: isDataFile },
  });
  const sql = await openDuckDb();
  const effects = { ...local.effects, sql, scratch, landing, lake };
  const tables = new DeltaTables({ ...effects, store: lake, newId: randomUUID });
  const close = async () => {
    sql.close();
    await local.close();
    await removeTemp(scratch);
  };
  return { effects: { ...effects, tables }, close };
}

/** A new lake over a copy of landing, times of arrival included, made by `sync` with nothing but folders. */
export async function openTwin(
  landing: ObjectStore,
  schemas = SCHEMAS,
): Promise<LocalLake & { readonly folder: string }> {
  const folder = makeTemp();
  const source = join(folder, 'landing');
  await mkdir(source);
  const versions: ObjectVersion[] = [];
  for await (const version of landing.list('')) versions.push(version);
  await inLots(versions, async ({ key, lastModifiedMs }) => {
    const path = join(source, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, (await landing.read(key)) ?? '');
    await utimes(path, lastModifiedMs / 1000, lastModifiedMs / 1000);
  });
  const local = await openLake({ landing: source, lake: join(folder, 'lake'), schemas }, () => undefined);
  const { deadLetters } = await syncLake(local, { selection: {}, prune: false, allowMassWithdrawal: false });
  if (deadLetters.length > 0) throw new Error(`the local lake failed: ${JSON.stringify(deadLetters)}`);
  const close = async () => {
    await local.close();
    await removeTemp(folder);
  };
  return { ...local, folder, close };
}

/** Tables, insights, and the arrivals behind tables. */
export function allTables(effects: Effects): TableRef[] {
  const named = namedTables(effects);
  const arrivals = effects.catalog.datasets.map(landingTable);
  return [...named, ...arrivals.filter((table) => !named.some((known) => sameTable(known, table)))];
}

export type Comparison = { readonly rows: number; readonly differences: readonly string[] };

/** Row by row, repeated rows counted, by EXCEPT ALL over the data files of both. */
export async function compareLakes(one: Effects, other: Effects): Promise<Comparison> {
  const files = [new LocalFiles(one.lake), new LocalFiles(other.lake)] as const;
  const differences: string[] = [];
  let rows = 0;
  // The engine of a lake reads no other lake.
  const sql = await openDuckDb();
  try {
    for (const table of allTables(one)) {
      const [a, b] = await Promise.all([relation(one, files[0], table), relation(other, files[1], table)]);
      await sql.session(async (session) => {
        const [counted] = await session.rows<{ n: number }>(`SELECT count(*) AS n FROM (${a})`);
        rows += counted?.n ?? 0;
        const beyond = (x: string, y: string) =>
          session.rows<Row>(`SELECT * FROM (${x}) EXCEPT ALL SELECT * FROM (${y}) LIMIT 3`);
        for (const row of await beyond(a, b)) differences.push(difference(table, one, row));
        for (const row of await beyond(b, a)) differences.push(difference(table, other, row));
      });
    }
  } finally {
    sql.close();
    for (const taken of files) await taken.release();
  }
  return { rows, differences };
}

function difference(table: TableRef, { lake }: Effects, row: Row): string {
  return `${tablePrefix(table)}: only ${lake.location} has ${JSON.stringify(row)}`;
}

async function relation(effects: Effects, local: LocalFiles, table: TableRef): Promise<string> {
  const snapshot = await effects.tables.latest(tablePrefix(table));
  if (snapshot === undefined) throw new Error(`${effects.lake.location} has no ${tablePrefix(table)}`);
  const files = [...snapshot.files.values()];
  await inLots(files, async (file) => void (await local.path(tablePrefix(table), file)));
  return tableRelation(effects.catalog, local, table, snapshot, files);
}

/** Sixteen at a time. */
export async function inLots<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}
