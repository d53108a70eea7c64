// A source file beyond the limit is refused before a byte of it is read, and is read once the limit is raised.
import { statfs } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { apply } from '../../lib/evolve/apply.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { sizeViolation, sourceLimit } from '../../lib/ingest/size-limit.ts';
import { reconcile } from '../../lib/maintain/reconcile.ts';
import {
  newStore,
  openProcess,
  openWorld,
  put,
  rowsOf,
  TestClock,
  type TestLake,
  type World,
} from '../support/shop-lake.ts';
import { testTemp } from '../support/temp.ts';

const SOURCE = 'sales/day=2024-01-01/a.csv';
const SALES = { kind: 'tables', name: 'sales' } as const;
const small = 'id,customer,amount\n1,ann,1.00\n';
const large = `${small}${'2,bob,2.00\n'.repeat(10)}`;

let world: World;
let lake: TestLake;
let downloads: number;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  const clock = new TestClock();
  const landing = newStore(world, clock, 'landing');
  const { download } = landing;
  downloads = 0;
  landing.download = (...args) => {
    downloads += 1;
    return download.apply(landing, args);
  };
  lake = openProcess(world, clock, landing, newStore(world, clock, 'lake'));
  await apply(lake.effects);
});

test('it is rejected unread with a report that names size, limit and setting, and the old rows stay', async () => {
  const effects = { ...lake.effects, maxSourceBytes: 100 };
  await put(effects.landing, SOURCE, small);
  await ingest(effects, [{ source: SOURCE }]);
  expect(downloads).toBe(1);

  await put(effects.landing, SOURCE, large);
  const { outcomes, failures } = await ingest(effects, [{ source: SOURCE }]);
  expect(failures).toEqual([]);
  expect(outcomes[0]?.result).toBe('rejected');
  expect(outcomes[0]?.report?.reason).toMatchObject({
    rule: 'too-large',
    value: '140',
    message: expect.stringContaining(
      '140 bytes, and at most 100 bytes are read here (the setting maxSourceBytes)',
    ),
  });
  expect(downloads).toBe(1);
  expect(await rowsOf(lake, SALES)).toHaveLength(1);

  await ingest(effects, [{ source: SOURCE }]);
  expect(downloads).toBe(1);
});

test('once the limit is raised, reconcile hands it to ingest, which reads it', async () => {
  const limited = { ...lake.effects, maxSourceBytes: 100 };
  await put(limited.landing, SOURCE, large);
  await ingest(limited, [{ source: SOURCE }]);
  expect(await reconcile(limited, {})).toMatchObject({ ingest: [], rejected: [{ source: SOURCE }] });

  const raised = { ...lake.effects, maxSourceBytes: 1000 };
  const found = await reconcile(raised, {});
  expect(found.ingest).toMatchObject([{ source: SOURCE, sizeBytes: 140 }]);
  expect((await ingest(raised, found.ingest)).outcomes[0]?.result).toBe('accepted');
  expect(await rowsOf(lake, SALES)).toHaveLength(11);
});

test('an archive is refused unread where it is too large as it is', async () => {
  const version = { key: 'sales/a.csv.gz', etag: 'e', sizeBytes: 200_000_000, lastModifiedMs: 0 };
  const limit = (maxSourceBytes: number) => sourceLimit({ maxSourceBytes, scratch: '/' });
  expect(sizeViolation(version, await limit(200_000_000))).toBeUndefined();
  expect(sizeViolation(version, await limit(199_000_000))?.message).toContain(
    '200.0 MB packed, and at most 199.0 MB',
  );
});

test('without a setting the disk of temporary files decides', async () => {
  const folder = testTemp();
  const { bytes } = await sourceLimit({ scratch: folder });
  const { bavail, bsize } = await statfs(folder);
  expect(bytes).toBeLessThanOrEqual((bavail * bsize) / 3 + 1e9);
  expect(bytes).toBeGreaterThan(((bavail * bsize) / 3) * 0.8 - 1e9);
});

test('a reconcile that runs out of time says what it left', async () => {
  for (const day of [1, 2, 3]) await put(lake.effects.landing, `sales/day=2024-01-0${day}/a.csv`, small);
  const found = await reconcile(lake.effects, {}, { outOfTime: () => true });
  expect(found).toMatchObject({ ingest: [], unexamined: 3 });
});
