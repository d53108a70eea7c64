// Small files, merged ones among them, that are lost or altered, or that another program took out of their table.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { apply } from '../../lib/evolve/apply.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { certifyLake } from '../../lib/inspect/certify-lake.ts';
import { COMPACTION } from '../../lib/maintain/compact.ts';
import { maintainTables } from '../../lib/maintain/maintain-tables.ts';
import { replayLog } from '../support/foreign-writer.ts';
import { compactAll } from '../support/play-history.ts';
import {
  newStore,
  openPackage,
  openProcess,
  put,
  rowsOf,
  syncPrune,
  TestClock,
} from '../support/shop-lake.ts';
import { DAY_MS, fiveFiles, sale, saleKey } from '../support/small-sales.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

test('a merged file that is lost stops its own sources alone, and the message names it', async () => {
  const { landing, store, quick } = await fiveFiles(world, new TestClock());
  await compactAll(quick);
  const lost = store
    .keys()
    .filter((key) => key.startsWith('tables/sales/day=2024-01-01') && key.endsWith('.parquet'));
  await store.remove(lost);
  await put(landing, saleKey('b'), sale(1, '100.00'));
  await put(landing, saleKey('a', 2), sale(9, '90.00'));
  const { failures, outcomes } = await ingest(quick.effects, [
    { source: saleKey('b') },
    { source: saleKey('a', 2) },
  ]);
  expect(outcomes).toMatchObject([{ source: saleKey('a', 2), result: 'accepted' }]);
  expect(failures).toMatchObject([{ request: { source: saleKey('b') } }]);
  expect(String(failures[0]?.error)).toMatch(
    /tables\/sales\/day=2024-01-01\/.*\.parquet is gone.*sluice rebuild/,
  );
});

test('a merged file whose log entry is lost stops its own sources alone, and the message names the entry', async () => {
  const { landing, store, quick } = await fiveFiles(world, new TestClock());
  await compactAll(quick);
  await quick.effects.tables.checkpointNewest('tables/sales');
  const entry = 'tables/sales/_delta_log/00000000000000000002.json';
  expect(new TextDecoder().decode(await store.read(entry))).toContain('sluice.shares');
  await put(landing, saleKey('e'), sale(8, '8.00'));
  await syncPrune(quick);
  await store.remove([entry]);
  const next = openProcess(world, new TestClock(), landing, store);
  await put(landing, saleKey('b'), sale(1, '100.00'));
  await put(landing, saleKey('e'), sale(8, '80.00'));
  const { failures, outcomes } = await ingest(next.effects, [{ source: saleKey('e') }]);
  expect([outcomes[0]?.result, failures]).toEqual(['accepted', []]);
  const merged = await ingest(next.effects, [{ source: saleKey('b') }]);
  expect(String(merged.failures[0]?.error)).toMatch(
    /tables\/sales: the log no longer has the entry of version 2, .*\.parquet.*sluice rebuild/,
  );
});

test('a lost small file holds up no other merge and no checkpoint, and is said', async () => {
  const { store, quick } = await fiveFiles(world, new TestClock());
  for (const name of ['b', 'c']) await put(quick.effects.landing, saleKey(name, 2), sale(7, '7.00'));
  await syncPrune(quick);
  const [lost = ''] = store.keys().filter((key) => key.startsWith('tables/sales/day=2024-01-01'));
  await store.remove([lost]);
  const compaction = { ...COMPACTION, leastFiles: 2 };
  const { places, failures } = await maintainTables(quick.effects, { retentionMs: DAY_MS, compaction });
  expect(places.find(({ place }) => place === 'tables/sales')).toMatchObject({
    merged: { files: 2, into: 1 },
    checkpoint: expect.any(Number),
  });
  expect(failures).toMatchObject([{ place: 'tables/sales' }]);
  expect(String(failures[0]?.error)).toContain(`${lost} is gone`);
});

test('a file that has other rows than the log says is not merged', async () => {
  const { store, quick } = await fiveFiles(world, new TestClock());
  const [first = '', other = ''] = store
    .keys()
    .filter((key) => key.startsWith('tables/sales/day=2024-01-01'));
  const empty = join(world.scratch, 'empty.parquet');
  const copy = await store.download(other);
  await world.sql.session((session) =>
    session.run(`COPY (FROM '${copy?.path}' LIMIT 0) TO '${empty}' (FORMAT parquet)`),
  );
  await store.remove([first]);
  await store.upload(empty, first);
  expect(await compactAll(quick)).toBe(0);
});

test('what another program did to a table is not hidden by a merge', async () => {
  const { landing, quick } = await fiveFiles(world, new TestClock());
  await apply(quick.effects);
  const snapshot = await quick.effects.tables.latest('tables/sales');
  const [file] = snapshot?.files.values() ?? [];
  const entry = { remove: { path: file?.path, deletionTimestamp: 0, dataChange: true } };
  const version = String((snapshot?.version ?? 0) + 1).padStart(20, '0');
  const text = `${JSON.stringify({ commitInfo: { operation: 'DELETE', engineInfo: 'other' } })}\n${JSON.stringify(entry)}\n`;
  await put(quick.effects.lake, `tables/sales/_delta_log/${version}.json`, text);
  expect(await compactAll(quick)).toBe(0);
  expect((await quick.effects.tables.latest('tables/sales'))?.foreign).toHaveLength(1);
  expect(landing.keys()).toHaveLength(5);
});

/** Four files of one day that may not come twice; each row says its file. */
async function notices(clock: TestClock) {
  const own = await openPackage({
    name: 'notices',
    resources: [
      {
        name: 'notices',
        path: 'notices/day=*/*.csv',
        partitionBy: ['day', { field: 'kind' }],
        duplicates: 'reject',
        schema: {
          fields: [
            { name: 'day', type: 'date' },
            { name: 'text', type: 'string' },
            { name: 'kind', type: 'integer' },
          ],
        },
      },
    ],
  });
  const landing = newStore(own, clock, 'landing');
  const store = newStore(own, clock, 'lake');
  const lake = openProcess(own, clock, landing, store);
  const send = (name: string, ...rows: readonly string[]) =>
    put(landing, `notices/day=2024-01-01/${name}.csv`, ['text,kind', ...rows].join('\n'));
  const texts = async () =>
    (await rowsOf(lake, NOTICES, 'text, kind')).map(({ text, kind }) => `${text} ${kind}`);
  return { own, landing, store, lake, send, texts };
}

const NOTICES = { kind: 'tables', name: 'notices' } as const;

test('a source that another one replaces stays in a lost file, and what has nothing to do with it comes in', async () => {
  const clock = new TestClock();
  const { own, landing, store, lake, send, texts } = await notices(clock);
  clock.tick();
  for (const name of ['b', 'c', 'd']) await send(name, `${name},0`);
  await syncPrune(lake);
  await compactAll(lake);
  await store.remove(store.keys().filter((key) => key.startsWith('tables/notices/day=')));
  await landing.write('notices/day=2024-01-01/a.csv', new TextEncoder().encode('text,kind\nb,0'));
  await send('x', 'x,1');
  const asked = ['a', 'x'].map((name) => ({ source: `notices/day=2024-01-01/${name}.csv` }));
  const { outcomes, failures } = await ingest(lake.effects, asked);
  expect(outcomes).toMatchObject([{ source: asked[1]?.source, result: 'accepted' }]);
  expect(failures).toMatchObject([{ request: asked[0] }]);
  expect(String(failures[0]?.error)).toContain('is gone');
  await expect(texts()).rejects.toThrow('is gone');
  await own.close();
});

test('a lost merged file that another program took out is read again with all of its sources’ other files', async () => {
  const { own, store, lake, send, texts } = await notices(new TestClock());
  await send('a', 'a,0', 'a,1');
  await send('b', 'b,0');
  await send('c', 'c,1', 'c,2');
  await send('d', 'd,2');
  await syncPrune(lake);
  await compactAll(lake);
  const before = await texts();
  const state = await replayLog(store, 'tables/notices');
  const [first] = [...(state?.files.values() ?? [])].filter(
    ({ partitionValues }) => partitionValues.kind === '0',
  );
  const remove = { path: first?.path, dataChange: true, deletionTimestamp: 0, tags: null };
  const entry = [{ commitInfo: { operation: 'DELETE', engineInfo: 'delta-rs' } }, { remove }];
  const version = String((state?.version ?? 0) + 1).padStart(20, '0');
  await put(
    store,
    `tables/notices/_delta_log/${version}.json`,
    entry.map((one) => JSON.stringify(one)).join('\n'),
  );
  await store.remove([`tables/notices/${decodeURIComponent(first?.path ?? '')}`]);
  await syncPrune(lake);
  expect(await texts()).toEqual(before);
  const { problems } = await certifyLake(lake.effects);
  expect(problems).toEqual([]);
  await own.close();
});
