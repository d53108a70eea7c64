// What makes a version of a source file: on S3 the same bytes have the same ETag, and still arrive anew.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ObjectStore, ObjectVersion } from '../../lib/ports.ts';
import {
  newStore,
  openProcess,
  put,
  rowsOf,
  syncPrune,
  TestClock,
  type TestLake,
} from '../support/shop-lake.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const clock = new TestClock();

/** ETags as S3 makes them for single-part uploads: the MD5 of the bytes. */
function contentEtags(store: ObjectStore): ObjectStore {
  const renamed = async (version: ObjectVersion): Promise<ObjectVersion> => {
    const bytes = (await store.read(version.key)) ?? new Uint8Array();
    return { ...version, etag: createHash('md5').update(bytes).digest('hex') };
  };
  return {
    location: store.location,
    async head(key) {
      const version = await store.head(key);
      return version && renamed(version);
    },
    async *list(prefix, after) {
      for await (const version of store.list(prefix, after)) yield await renamed(version);
    },
    read: (key) => store.read(key),
    download: (key) => store.download(key),
    downloadRanges: (...asked) => store.downloadRanges(...asked),
    readRange: (...asked) => store.readRange(...asked),
    write: (key, bytes) => store.write(key, bytes),
    create: (key, bytes) => store.create(key, bytes),
    upload: (path, key) => store.upload(path, key),
    remove: (keys) => store.remove(keys),
  };
}

function openLake(): TestLake {
  const landing = contentEtags(newStore(world, clock, 'landing'));
  return openProcess(world, clock, landing, newStore(world, clock, 'lake'));
}

test('the same bytes sent again are the newest of an upsert dataset', async () => {
  const lake = openLake();
  const { landing } = lake.effects;
  const cities = () => rowsOf(lake, { kind: 'tables', name: 'customers' }, 'customer, city');
  await put(landing, 'customers/1.csv', 'customer,city\nann,Rome\n');
  clock.tick();
  await put(landing, 'customers/2.csv', 'customer,city\nann,Oslo\n');
  await syncPrune(lake);
  expect(await cities()).toEqual([{ customer: 'ann', city: 'Oslo' }]);
  clock.tick();
  await put(landing, 'customers/1.csv', 'customer,city\nann,Rome\n');
  await syncPrune(lake);
  expect(await cities()).toEqual([{ customer: 'ann', city: 'Rome' }]);
  await landing.remove(['customers/1.csv']);
  await syncPrune(lake);
  expect(await cities()).toEqual([{ customer: 'ann', city: 'Oslo' }]);
});

test('the same bytes sent again change nothing in append mode: no version of the table is made', async () => {
  const lake = openLake();
  const key = 'sales/day=2024-01-01/a.csv';
  const text = 'id,customer,amount\n1,ann,1.00\n';
  const version = async () => (await lake.effects.tables.latest('tables/sales'))?.version;
  await put(lake.effects.landing, key, text);
  await syncPrune(lake);
  const before = await version();
  clock.tick();
  await put(lake.effects.landing, key, text);
  await syncPrune(lake);
  expect(await version()).toBe(before);
});
