// A rebuild, and a widening, that die after every single effect; and what happens beside them meanwhile.
import { afterAll, describe, expect, test } from 'vitest';
import type { MemoryStore } from '../../lib/adapters/memory-store.ts';
import { vacuumTable } from '../../lib/delta/vacuum.ts';
import { apply } from '../../lib/evolve/apply.ts';
import { rebuild } from '../../lib/evolve/rebuild.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { readReport, replaceReport } from '../../lib/ingest/report.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { misfits, PLAIN, ShopWorlds } from '../support/changing-shop.ts';
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
  type World,
} from '../support/shop-lake.ts';
import { copyOf, keysBelow } from '../support/store-copy.ts';

const worlds = new ShopWorlds();
afterAll(() => worlds.close());
const clock = new TestClock();

const SALES = { kind: 'tables', name: 'sales' } as const;
const KEYS = ['sales/day=2024-01-01/a.csv', 'sales/day=2024-01-01/b.csv', 'sales/day=2024-01-02/a.csv'];
const WIDER = { ...PLAIN, precision: 14, scale: 3 };
const OTHER = { ...PLAIN, idType: { type: 'string' } };

async function syncedShop(world: World): Promise<{ landing: MemoryStore; store: MemoryStore }> {
  const [landing, store] = [newStore(world, clock, 'landing'), newStore(world, clock, 'lake')];
  for (const key of KEYS) await put(landing, key, 'id,amount,colour\n1,1.25,red\n2,0.125,red\n');
  await syncPrune(openProcess(world, clock, landing, store));
  return { landing, store };
}

async function rebuildSales({ effects }: TestLake) {
  const [sales] = effects.catalog.datasets;
  if (sales === undefined) throw new Error('the shop has one dataset');
  return rebuild(effects, sales, { dropLost: false });
}

const dataFiles = async (store: ObjectStore) =>
  (await keysBelow(store, 'tables/sales/')).filter((key) => key.endsWith('.parquet')).length;

describe.each([
  { what: 'a widening', contract: WIDER, run: ({ effects }: TestLake) => apply(effects) },
  { what: 'a rebuild', contract: OTHER, run: rebuildSales },
])('$what', ({ contract, run }) => {
  test('may die after any effect: readers see the old table or the new one, and the next run goes on', async () => {
    const [before, world] = [await worlds.of(PLAIN), await worlds.of(contract)];
    const { landing, store } = await syncedShop(before);
    const old = await rowsOf(openProcess(before, clock, landing, store), SALES);
    const clean = openProcess(world, clock, landing, await copyOf(before, clock, store));
    await run(clean);
    const fresh = await rowsOf(clean, SALES);
    await syncPrune(clean);
    const expected = await visible(clean);

    let deaths = 0;
    for (let n = 1; ; n++) {
      const copy = await copyOf(before, clock, store);
      const life: Life = { effectsLeft: n, dead: false };
      await run(openProcess(world, clock, landing, mortalStore(copy, life))).catch(() => undefined);
      if (!life.dead) break;
      deaths += 1;
      const seen = openProcess(before, clock, landing, copy);
      const { metadata } = (await seen.effects.tables.latest('tables/sales')) ?? {};
      const isNew = metadata?.configuration['sluice.contract'] === world.catalog.datasets[0]?.hash;
      const reader = isNew ? openProcess(world, clock, landing, copy) : seen;
      expect(await rowsOf(reader, SALES), `after effect ${n}`).toEqual(isNew ? fresh : old);
      const next = openProcess(world, clock, landing, copy);
      const [files, notes] = [await dataFiles(copy), (await keysBelow(copy, 'staging/')).length];
      await run(next);
      if (!isNew) expect((await dataFiles(copy)) - files, `after effect ${n}`).toBe(KEYS.length - notes);
      await syncPrune(next);
      expect(next.dead).toEqual([]);
      expect(await visible(next), `after effect ${n}`).toEqual(expected);
      expect(await misfits(next)).toEqual([]);
    }
    expect(deaths).toBeGreaterThan(6);
  }, 60_000);

  test('what a vacuum swept from a run that died is made again', async () => {
    const [before, world] = [await worlds.of(PLAIN), await worlds.of(contract)];
    const { landing, store } = await syncedShop(before);
    const life: Life = { effectsLeft: 5, dead: false };
    await run(openProcess(world, clock, landing, mortalStore(store, life))).catch(() => undefined);
    expect(life.dead).toBe(true);
    clock.tick();
    const staged = await dataFiles(store);
    await vacuumTable(openProcess(before, clock, landing, store).effects, 'tables/sales', { retentionMs: 0 });
    expect(await dataFiles(store)).toBeLessThan(staged);
    const next = openProcess(world, clock, landing, store);
    await run(next);
    await syncPrune(next);
    expect(await misfits(next)).toEqual([]);
    expect(await keysBelow(store, 'staging/')).toEqual([]);
  });
});

test('a rebuild reads a file again that an older Sluice refused', async () => {
  const world = await worlds.of(PLAIN);
  const { landing, store } = await syncedShop(world);
  const process = openProcess(world, clock, landing, store);
  const { effects } = process;
  const [sales] = effects.catalog.datasets;
  const [kept = '', refused = ''] = KEYS;
  const version = await effects.landing.head(kept);
  const known = sales && version && (await readReport(effects.lake, sales, version));
  if (!known) throw new Error('it was read');
  // As that one left it: a report, and no rows.
  await effects.landing.remove([refused]);
  await syncPrune(process);
  await put(landing, refused, 'id,amount,colour\n7,2.5,blue\n');
  const late = await effects.landing.head(refused);
  if (!late) throw new Error('it is there');
  const { etag } = late;
  const lastModified = new Date(late.lastModifiedMs).toISOString();
  const told = { ...known, source: refused, etag, lastModified, rows: 1, accepted: 0, quarantined: 1 };
  const reason = {
    field: '',
    rule: 'no-valid-rows',
    value: null,
    message: 'all of its rows are refused',
  } as const;
  await replaceReport(effects.lake, { ...told, outcome: 'rejected', reason });
  await syncPrune(process);
  expect(JSON.stringify(await rowsOf(process, SALES))).not.toContain('blue');
  await rebuildSales(process);
  expect(JSON.stringify(await rowsOf(process, SALES))).toContain('blue');
});

describe('while a rebuild is at its commit', () => {
  async function paused() {
    const [before, world] = [await worlds.of(PLAIN), await worlds.of(OTHER)];
    const { landing, store } = await syncedShop(before);
    const { store: slow, reached, go } = pausingStore(store, /tables\/sales\/_delta_log\/\d+\.json$/);
    const running = rebuildSales(openProcess(world, clock, landing, slow));
    await reached;
    clock.tick();
    await put(landing, KEYS[0] ?? '', 'id,amount,colour\n7,7,blue\n');
    const old = openProcess(before, clock, landing, store);
    const finish = async () => {
      go();
      await running;
    };
    return { world, landing, store, old, finish };
  }
  const ids = async (lake: TestLake) => (await rowsOf(lake, SALES, 'id')).map(({ id }) => id);

  test('a newer file that is ingested under the old contract wins', async () => {
    const { world, landing, store, old, finish } = await paused();
    expect((await ingest(old.effects, [{ source: KEYS[0] ?? '' }])).outcomes[0]?.result).toBe('accepted');
    await finish();
    expect(await ids(openProcess(world, clock, landing, store))).toEqual(['1', '1', '7']);
  });

  test('a newer file that waits for the new contract wins, and the old one cannot undo the rebuild', async () => {
    const { world, landing, store, old, finish } = await paused();
    const lake = openProcess(world, clock, landing, store);
    expect((await ingest(lake.effects, [{ source: KEYS[0] ?? '' }])).failures).toHaveLength(1);
    await finish();
    expect((await ingest(old.effects, [{ source: KEYS[0] ?? '' }])).failures).toHaveLength(1);
    expect((await ingest(lake.effects, [{ source: KEYS[0] ?? '' }])).failures).toEqual([]);
    expect(await ids(lake)).toEqual(['1', '1', '7']);
  });
});

test('what landing does not have any more stops a rebuild before a byte is read', async () => {
  const [before, world] = [await worlds.of(PLAIN), await worlds.of(OTHER)];
  const { landing, store } = await syncedShop(before);
  await landing.remove([KEYS[2] ?? '']);
  const lake = openProcess(world, clock, landing, store);
  await expect(rebuildSales(lake)).rejects.toThrow(
    /not in landing any more: put them back:\n {2}sales\/day=2024-01-02\/a\.csv/,
  );
  expect(await keysBelow(store, 'staging/')).toEqual([]);
});
