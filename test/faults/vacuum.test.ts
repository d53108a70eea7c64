// Vacuum beside everything else, in fixed interleavings and with a crash after any effect: no live, retained or in-flight
// file is ever deleted, and in the end nothing is left over.
import { describe, expect, test } from 'vitest';
import type { MemoryStore } from '../../lib/adapters/memory-store.ts';
import { vacuumTable } from '../../lib/delta/vacuum.ts';
import { apply } from '../../lib/evolve/apply.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { maintainTables } from '../../lib/maintain/maintain-tables.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { refresh } from '../../lib/refresh/refresh.ts';
import { crashAfterEach } from '../support/crashes.ts';
import { dataFiles, wrongFiles } from '../support/kept-files.ts';
import { type Life, mortalStore, pausingStore } from '../support/mortal-store.ts';
import {
  newStore,
  openProcess,
  put,
  rowsOf,
  syncPrune,
  TestClock,
  type TestLake,
  visible,
} from '../support/shop-lake.ts';
import { copyOf, keysBelow } from '../support/store-copy.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

const DAY_MS = 24 * 3600 * 1000;
const RETENTION = { retentionMs: 7 * DAY_MS };
const SALES = { kind: 'tables', name: 'sales' } as const;
const DAILY = { kind: 'insights', name: 'sales_daily' } as const;
const KEY = 'sales/day=2024-01-01/a.csv';
const OTHER = 'sales/day=2024-01-02/b.csv';
const sale = (id: number, amount: string) => `id,customer,amount\n${id},ann,${amount}\n`;

describe('a writer that sleeps for weeks between upload and commit', () => {
  async function sleepingIngest() {
    const clock = new TestClock();
    const landing = newStore(world, clock, 'landing');
    const lake = newStore(world, clock, 'lake');
    const awake = openProcess(world, clock, landing, lake);
    await apply(awake.effects);
    await put(landing, KEY, sale(1, '1.00'));
    const pausing = pausingStore(lake, /^tables\/sales\/_delta_log\//);
    const sleeper = openProcess(world, clock, landing, pausing.store);
    const ingested = ingest(sleeper.effects, [{ source: KEY }]);
    await pausing.reached;
    clock.pass(30 * DAY_MS);
    return { clock, landing, lake, awake, ingested, wake: pausing.go };
  }

  test('vacuum sweeps its upload: it uploads anew, and the rows are in', async () => {
    const { awake, clock, ingested, wake } = await sleepingIngest();
    expect((await maintainTables(awake.effects, RETENTION)).total.files).toBe(1);
    wake();
    expect(await ingested).toMatchObject({ conflicts: 1, failures: [], outcomes: [{ result: 'accepted' }] });
    expect(await rowsOf(awake, SALES, 'id, amount')).toEqual([{ id: 1, amount: '1.00' }]);
    expect(await wrongFiles(awake, clock.now().getTime())).toEqual({ lost: [], left: [] });
  });

  test('it commits after vacuum has listed, before the fence: its file stays', async () => {
    const { awake, clock, landing, lake, ingested, wake } = await sleepingIngest();
    const fence = pausingStore(lake, /^tables\/sales\/_delta_log\//);
    const sweeper = openProcess(world, clock, landing, fence.store);
    const swept = vacuumTable(sweeper.effects, 'tables/sales', RETENTION);
    await fence.reached;
    wake();
    expect((await ingested).conflicts).toBe(0);
    fence.go();
    expect((await swept).files).toBe(0);
    expect(await rowsOf(awake, SALES, 'id, amount')).toEqual([{ id: 1, amount: '1.00' }]);
  });

  test('the table has moved on without a vacuum: its upload serves', async () => {
    const { awake, landing, ingested, wake } = await sleepingIngest();
    await put(landing, OTHER, sale(2, '2.00'));
    await ingest(awake.effects, [{ source: OTHER }]);
    wake();
    expect((await ingested).conflicts).toBe(1);
    expect((await dataFiles(awake)).get('tables/sales')).toHaveLength(2);
  });

  test('a refresh computes anew', async () => {
    const clock = new TestClock();
    const landing = newStore(world, clock, 'landing');
    const lake = newStore(world, clock, 'lake');
    const awake = openProcess(world, clock, landing, lake);
    await apply(awake.effects);
    await put(landing, KEY, sale(1, '1.00'));
    await ingest(awake.effects, [{ source: KEY }]);
    const pausing = pausingStore(lake, /^insights\/sales_daily\/_delta_log\//);
    const refreshed = refresh(openProcess(world, clock, landing, pausing.store).effects, DAILY);
    await pausing.reached;
    clock.pass(30 * DAY_MS);
    expect((await vacuumTable(awake.effects, 'insights/sales_daily', RETENTION)).files).toBe(1);
    pausing.go();
    expect((await refreshed).published).toHaveLength(1);
    expect(await rowsOf(awake, DAILY, 'customer, amount')).toEqual([{ customer: 'ann', amount: '1.00' }]);
  });
});

/** A lake with replaced, deleted and orphaned files, weeks old and recent ones. */
async function wornLake(clock: TestClock): Promise<{ landing: MemoryStore; lake: MemoryStore }> {
  const landing = newStore(world, clock, 'landing');
  const lake = newStore(world, clock, 'lake');
  const process = () => openProcess(world, clock, landing, lake);
  await put(landing, 'customers/1.csv', 'customer,city\nann,Rome\n');
  for (let round = 0; round < 4; round += 1) {
    await put(landing, KEY, `${sale(round, '1.00')}9,bob,oops\n`);
    if (round % 2 === 0) await put(landing, OTHER, sale(round, '2.00'));
    else await landing.remove([OTHER]);
    await put(landing, `nobody/wants.${round}`, 'x');
    await syncPrune(process());
    await landing.remove([`nobody/wants.${round}`]);
    clock.pass(4 * DAY_MS);
    // One that dies after its upload, and leaves the data file behind.
    await put(landing, KEY, sale(round, '7.00'));
    const life: Life = { effectsLeft: 1, dead: false };
    await ingest(openProcess(world, clock, landing, mortalStore(lake, life)).effects, [{ source: KEY }]);
  }
  await syncPrune(process());
  return { landing, lake };
}

test('a crash after any effect leaves a lake that reads the same, and the next run ends as one without a crash', async () => {
  const clock = new TestClock();
  const { landing, lake } = await wornLake(clock);
  const sinceMs = clock.now().getTime() - RETENTION.retentionMs;
  const before = await visible(openProcess(world, clock, landing, lake));
  const remains = async (store: ObjectStore) =>
    (await keysBelow(store, '')).filter((key) => !key.includes('/_delta_log/'));
  const clean = await copyOf(world, clock, lake);
  const swept = await maintainTables(openProcess(world, clock, landing, clean).effects, RETENTION);
  expect(swept).toMatchObject({ failures: [], total: { finished: true } });
  expect(swept.total.files).toBeGreaterThan(15);
  expect(await wrongFiles(openProcess(world, clock, landing, clean), sinceMs)).toEqual({
    lost: [],
    left: [],
  });

  const maintain = ({ effects }: TestLake) => maintainTables(effects, RETENTION);
  const crashes = await crashAfterEach({ world, clock, landing, lake }, maintain, async (next, when) => {
    expect(await visible(next), when).toEqual(before);
    expect((await wrongFiles(next, sinceMs)).lost, when).toEqual([]);
    expect((await maintain(next)).failures).toEqual([]);
    expect(await remains(next.effects.lake), when).toEqual(await remains(clean));
  });
  expect(crashes).toBeGreaterThan(20);
});

test('a table whose log has a gap is left alone, and said so; the others are not held up', async () => {
  const clock = new TestClock();
  const { landing, lake } = await wornLake(clock);
  const before = (await dataFiles(openProcess(world, clock, landing, lake))).get('tables/sales');
  await lake.remove([`tables/sales/_delta_log/${'0'.repeat(19)}3.json`]);
  const done = await maintainTables(openProcess(world, clock, landing, lake).effects, RETENTION);
  expect(done.failures.map(({ place }) => place)).toEqual(['files/sales', 'tables/sales']);
  expect(String(done.failures[0]?.error)).toContain('00000000000000000003.json is missing');
  expect((await dataFiles(openProcess(world, clock, landing, lake))).get('tables/sales')).toEqual(before);
  expect(done.places.find(({ place }) => place === 'insights/sales_daily')?.files).toBeGreaterThan(0);
});

test('reports and quarantine files: those of present, live and retained versions stay, superseded ones go after the retention', async () => {
  const clock = new TestClock();
  const landing = newStore(world, clock, 'landing');
  const lake = newStore(world, clock, 'lake');
  const sync = () => syncPrune(openProcess(world, clock, landing, lake));
  const maintain = () => maintainTables(openProcess(world, clock, landing, lake).effects, RETENTION);
  const count = (prefix: string) => lake.keys().filter((key) => key.startsWith(prefix)).length;
  const bad = (id: number) => `${sale(id, '1.00')}9,bob,oops\n`;
  await put(landing, KEY, bad(1));
  await put(landing, 'sales/day=2024-01-03/empty.csv', 'id,customer,amount\n1,ann,oops\n');
  await put(landing, 'sales/day=2024-01-04/broken.csv', 'no,such,columns\n1,2,3\n');
  await put(landing, 'stray.txt', 'x');
  await sync();
  expect([count('files/'), count('quarantine/'), count('unknown/')]).toEqual([3, 2, 1]);

  clock.pass(30 * DAY_MS);
  await maintain();
  expect([count('files/'), count('quarantine/'), count('unknown/')]).toEqual([3, 2, 1]);

  await put(landing, KEY, bad(2));
  await landing.remove(['sales/day=2024-01-03/empty.csv', 'stray.txt']);
  await maintain();
  // The new version is not ingested yet, so the old one is what the table shows.
  expect([count('files/'), count('quarantine/'), count('unknown/')]).toEqual([2, 1, 0]);
  await sync();
  clock.pass(6 * DAY_MS);
  await maintain();
  expect([count('files/'), count('quarantine/')]).toEqual([3, 2]);
  clock.pass(2 * DAY_MS);
  await maintain();
  expect([count('files/'), count('quarantine/')]).toEqual([2, 1]);
  expect(lake.keys().filter((key) => key.startsWith('files/'))).toEqual([
    expect.stringContaining('files/sales/sales/day=2024-01-01/a.csv/'),
    expect.stringContaining('files/sales/sales/day=2024-01-04/broken.csv/'),
  ]);
});
