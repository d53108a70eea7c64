// Law 9 against a disk that loses bits: one bit is flipped in one object of a lake, and certify names a problem whenever a reader
// of the lake would see something else than before. The reader is this file's own, and knows nothing of digests.
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { MemoryStore } from '../../lib/adapters/memory-store.ts';
import { CliError, CorruptionError } from '../../lib/errors.ts';
import { certifyLake } from '../../lib/inspect/certify-lake.ts';
import { maintainTables } from '../../lib/maintain/maintain-tables.ts';
import { salesByDay } from '../support/sales-by-day.ts';
import { newStore, openPackage, openProcess, put, syncPrune, TestClock } from '../support/shop-lake.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const CONTRACT = {
  name: 'kiosk',
  resources: [
    salesByDay([
      { name: 'id', type: 'integer' },
      { name: 'amount', type: 'number', precision: 9, scale: 2 },
    ]),
    {
      name: 'customers',
      path: 'customers/*.csv',
      mode: 'upsert',
      schema: { primaryKey: 'customer', fields: [{ name: 'customer' }, { name: 'city' }] },
    },
  ],
};
const DAILY = `/* ---
partitionBy: [day]
key: [day]
--- */
SELECT day, count(*) AS sales, sum(amount) AS amount FROM sales GROUP BY day`;

const clock = new TestClock();
const world = useWorld(() => openPackage(CONTRACT, { daily: DAILY }));
let landing: MemoryStore;
let lake: MemoryStore;
let keys: string[];

/** A lake with all kinds of objects: entries, checkpoints and pointers, live and replaced data files, quarantine, reports. */
beforeAll(async () => {
  landing = newStore(world, clock, 'landing');
  lake = newStore(world, clock, 'lake');
  const sync = () => syncPrune(openProcess(world, clock, landing, lake));
  await put(landing, 'sales/day=2024-01-02/b.csv', 'id,amount\n3,7.00\n4,oops\n');
  await put(landing, 'sales/day=2024-01-04/broken.csv', 'nothing,known\n1,2\n');
  await put(landing, 'customers/1.csv', 'customer,city\nann,Rome\nbob,Oslo\n');
  for (let version = 1; version <= 11; version++) {
    clock.tick();
    await put(landing, 'sales/day=2024-01-01/a.csv', `id,amount\n1,${version}.25\n2,x\n`);
    await sync();
  }
  await maintainTables(openProcess(world, clock, landing, lake).effects, { retentionMs: 3_600_000 });
  keys = lake.keys().filter((key) => !key.startsWith('unknown/'));
}, 120_000);

/** One bit of one object is another. Kinds of objects are met alike, however many of each there are. */
const flip = fc.record({ kind: fc.nat(), nth: fc.nat(), byte: fc.nat(), bit: fc.nat(7) });

function kindOf(key: string): string {
  const [folder] = key.split('/');
  if (!key.includes('/_delta_log/')) return `${folder}`;
  return `${folder} ${/(json|checkpoint\.parquet|_last_checkpoint)$/.exec(key)?.[0]}`;
}

/** `undefined`: what no reader can read. */
type Sight = string | undefined;

/** What one object says to its readers; of an object that others point at, too, that is enough: no other object changed. */
async function sight(key: string, path: string, bytes: Uint8Array): Promise<Sight> {
  try {
    const text = () => new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (key.endsWith('.json') && key.includes('/_delta_log/'))
      return JSON.stringify(
        text()
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
      );
    if (key.endsWith('_last_checkpoint')) {
      // PROTOCOL.md, "Last Checkpoint File Schema"; a hint without checksum is a hint.
      const { version, size, sizeInBytes, numOfAddFiles, parts, tags } = JSON.parse(text());
      return JSON.stringify([version, size, sizeInBytes, numOfAddFiles, parts, tags]);
    }
    if (key.endsWith('.json')) return JSON.stringify(JSON.parse(text()));
    return await world.sql.session(async (session) => {
      const rows = await session.rows(
        `SELECT to_json(r) AS j FROM read_parquet('${path}', hive_partitioning = false) r`,
      );
      const columns = await session.describe(
        `SELECT * FROM read_parquet('${path}', hive_partitioning = false)`,
      );
      // Readers skip files and row groups by what their footers say.
      const bounds = await session.rows(
        `SELECT path_in_schema, stats_min_value, stats_max_value, stats_null_count, num_values FROM parquet_metadata('${path}')`,
      );
      return JSON.stringify([columns, rows, bounds]);
    });
  } catch {
    return undefined;
  }
}

async function problems(): Promise<readonly string[]> {
  try {
    return (await certifyLake(openProcess(world, clock, landing, lake).effects)).problems;
  } catch (error) {
    // A sentence is an answer, too; anything else is a stack in somebody's terminal.
    if (error instanceof CliError || error instanceof CorruptionError) return [error.message];
    throw error;
  }
}

async function sightOf(key: string): Promise<Sight> {
  const bytes = (await lake.read(key)) as Uint8Array;
  return sight(key, (await lake.download(key))?.path ?? '', bytes);
}

test('the lake is certified as it is', async () => {
  expect(await problems()).toEqual([]);
  expect(new Set(keys.map(kindOf)).size).toBeGreaterThan(12);
});

/** In each build; twenty times as many at night. */
const TRIES = 75;

test('every flipped bit that changes what a reader sees is named', async () => {
  const kinds = [...new Set(keys.map(kindOf))].sort();
  const seen = { changed: 0, unchanged: 0 };
  await fc.assert(
    fc.asyncProperty(flip, async ({ kind, nth, byte, bit }) => {
      const ofKind = keys.filter((key) => kindOf(key) === kinds[kind % kinds.length]);
      const key = ofKind[nth % ofKind.length] as string;
      const before = (await lake.read(key)) as Uint8Array;
      const after = Uint8Array.from(before);
      const at = byte % after.length;
      after[at] = (after[at] as number) ^ (1 << bit);
      const was = await sightOf(key);
      await lake.write(key, after);
      try {
        const isSeen = (await sightOf(key)) !== was;
        seen[isSeen ? 'changed' : 'unchanged'] += 1;
        if (isSeen) expect(await problems(), `bit ${bit} of byte ${at} of ${key}`).not.toEqual([]);
      } finally {
        await lake.write(key, before);
      }
    }),
    tries(TRIES),
  );
  expect(seen.changed).toBeGreaterThan(TRIES / 2);
}, 900_000);
