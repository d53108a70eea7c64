// Very many small files at once, by several functions that commit to one table: requests a file and lost commits, counted.
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { FILES_PER_BATCH } from '../../lib/aws/limits.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { liveShares } from '../../lib/lake/live-shares.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { salesByDay } from '../support/sales-by-day.ts';
import { newStore, openPackage, openProcess, put, syncPrune, TestClock } from '../support/shop-lake.ts';
import { useWorld } from '../support/use-world.ts';

const FILES = Number(process.env.SLUICE_TEST_FILES ?? 300);
/** As the stack has it. */
const FUNCTIONS = 5;
const PAGE_KEYS = 1000;

const CONTRACT = {
  name: 'shop',
  resources: [salesByDay([{ name: 'amount', type: 'integer' }])],
};

const world = useWorld(() => openPackage(CONTRACT));

/** As S3: each request is one, a listing one for each thousand keys; answers take a moment. */
function likeS3(store: ObjectStore, requests: Map<string, number>, place: string): ObjectStore {
  const count = (name: string) =>
    requests.set(`${place} ${name}`, (requests.get(`${place} ${name}`) ?? 0) + 1);
  const list = async function* (prefix: string, after?: string) {
    let listed = 0;
    for await (const object of store.list(prefix, after)) {
      if (listed % PAGE_KEYS === 0) count('list');
      listed += 1;
      yield object;
    }
    if (listed === 0) count('list');
  };
  return new Proxy(store, {
    get(target, name) {
      if (name === 'list') return list;
      if (name === 'keysPerRequest') return PAGE_KEYS;
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        count(String(name));
        await setTimeout(1);
        return (await Reflect.apply(member, target, args)) as unknown;
      };
    },
  });
}

test('many small files cost two and a half requests each at most, and few commits are lost', async () => {
  const clock = new TestClock();
  const [landing, lake] = [newStore(world, clock, 'landing'), newStore(world, clock, 'lake')];
  await syncPrune(openProcess(world, clock, landing, lake));
  const keys = Array.from(
    { length: FILES },
    (_, n) => `sales/day=2024-01-${String(1 + (n % 28)).padStart(2, '0')}/${n}.csv`,
  );
  for (const [n, key] of keys.entries()) await put(landing, key, `amount\n${n}\n`);
  const requests = new Map<string, number>();
  let conflicts = 0;
  const waiting = [...keys];
  const work = async () => {
    const process = openProcess(
      world,
      clock,
      likeS3(landing, requests, 'landing'),
      likeS3(lake, requests, 'lake'),
    );
    while (waiting.length > 0) {
      const batch = waiting.splice(0, FILES_PER_BATCH).map((source) => ({ source }));
      const result = await ingest(process.effects, batch);
      expect(result.failures).toEqual([]);
      conflicts += result.conflicts;
    }
  };
  await Promise.all(Array.from({ length: FUNCTIONS }, work));
  const { effects } = openProcess(world, clock, landing, lake);
  const live = await liveShares(effects.tables, 'tables/sales', await effects.tables.latest('tables/sales'));
  expect(live.size).toBe(FILES);
  const total = [...requests.values()].reduce((sum, n) => sum + n, 0);
  if (process.env.SLUICE_TEST_FILES) console.log({ perFile: total / FILES, conflicts, requests });
  expect(total / FILES).toBeLessThan(2.5);
  expect(conflicts).toBeLessThanOrEqual((60 * FILES) / 2000 + FUNCTIONS);
});
