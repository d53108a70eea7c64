// Jobs beside what else goes on in a lake: deliveries that are marked as complete, vacuums, tables that audits look up.
import { expect, test } from 'vitest';
import { apply } from '../../lib/evolve/apply.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { AskedJobs } from '../../lib/jobs/asked-jobs.ts';
import { runAll } from '../../lib/jobs/in-process.ts';
import { JobFolder, jobNames } from '../../lib/jobs/job-folder.ts';
import { maintainTables } from '../../lib/maintain/maintain-tables.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { refresh } from '../../lib/refresh/refresh.ts';
import {
  newStore,
  openPackage,
  openProcess,
  put,
  rowsOf,
  syncPrune,
  TestClock,
} from '../support/shop-lake.ts';
import { useWorld } from '../support/use-world.ts';
import { type JobLake, syncJobs, withJobs } from '../support/with-jobs.ts';

const DAY_MS = 24 * 3600 * 1000;

const exports = useWorld(() =>
  openPackage({
    name: 'exports',
    resources: [
      {
        name: 'days',
        path: 'days/{run}/{part}.csv',
        mode: 'replace',
        delivery: { by: ['run'], newest: 'name', complete: 'done.csv' },
        schema: { fields: [{ name: 'n', type: 'integer' }, { name: 'part' }, { name: 'run' }] },
      },
    ],
  }),
);
const shop = useWorld();
const related = useWorld(() =>
  openPackage(
    {
      name: 'shop',
      resources: [
        {
          name: 'sales',
          path: 'sales/*.csv',
          schema: { fields: [{ name: 'till' }, { name: 'amount', type: 'integer' }] },
        },
        { name: 'tills', path: 'tills/*.csv', mode: 'replace', schema: { fields: [{ name: 'till' }] } },
      ],
    },
    {
      takings: `/* ---
description: What each till took.
over: sales
key: [till]
audits:
  - column: till
    relationships: { to: tills, field: till }
--- */
SELECT till, CAST(sum(amount) AS DECIMAL(38, 0)) AS takings FROM sales GROUP BY till`,
    },
  ),
);

async function settled({ runner }: JobLake): Promise<void> {
  while (runner.isRunning) await runner.settled();
}

test('a marker waits for a file of its delivery that a job reads', async () => {
  const clock = new TestClock();
  const landing = newStore(exports, clock, 'landing');
  const process = openProcess(exports, clock, landing, newStore(exports, clock, 'lake'));
  const values = async () => (await rowsOf(process, { kind: 'tables', name: 'days' }, 'n')).map(({ n }) => n);
  await apply(process.effects);
  await put(landing, 'days/1/a.csv', 'n\n1\n');
  await put(landing, 'days/1/done.csv', '');
  await syncPrune(process);
  expect(await values()).toEqual([1]);

  const lake = withJobs(process, 16);
  await put(landing, 'days/2/a.csv', `n\n${'20\n'.repeat(9)}`);
  await put(landing, 'days/2/b.csv', 'n\n21\n');
  await put(landing, 'days/2/done.csv', '');
  const { outcomes } = await ingest(lake.effects, [{ source: 'days/2/done.csv' }]);
  expect(outcomes.map(({ source, result }) => [source, result]).sort()).toEqual([
    ['days/2/a.csv', 'running'],
    ['days/2/b.csv', 'accepted'],
    ['days/2/done.csv', 'running'],
  ]);
  for (const { target } of lake.effects.catalog.derivations) await refresh(process.effects, target);
  expect(await values()).toEqual([1]);
  await syncJobs(lake);
  expect(await values()).toEqual([...Array<number>(9).fill(20), 21]);
});

/** Another process commits as soon as the vacuum's fence is up. */
function committingBesideFence(store: ObjectStore, commit: () => Promise<unknown>): ObjectStore {
  let isDone = false;
  const beside = Object.create(store) as { create: ObjectStore['create'] } & ObjectStore;
  beside.create = async (key, bytes) => {
    const created = await store.create(key, bytes);
    if (!isDone && key.startsWith('tables/sales/_delta_log/')) {
      isDone = true;
      await commit();
    }
    return created;
  };
  for (const name of [
    'head',
    'list',
    'read',
    'write',
    'download',
    'downloadRanges',
    'readRange',
    'upload',
    'remove',
  ] as const)
    Object.defineProperty(beside, name, {
      value: (store[name] as (...asked: unknown[]) => unknown).bind(store),
    });
  return beside;
}

test('a vacuum deletes no file that a job made and that is committed beside its fence', async () => {
  const clock = new TestClock();
  const [landing, store] = [newStore(shop, clock, 'landing'), newStore(shop, clock, 'lake')];
  const process = openProcess(shop, clock, landing, store);
  await apply(process.effects);
  const KEY = 'sales/day=2024-01-01/a.csv';
  await put(landing, KEY, 'id,customer,amount\n1,ann,1.00\n2,bob,2.00\n');
  const lake = withJobs(process, 16);
  await ingest(lake.effects, [{ source: KEY }]);
  await settled(lake);
  // What a process left behind that died, so that there is something to delete.
  await store.write('tables/sales/day=2024-01-01/left.parquet', new Uint8Array(8));
  clock.pass(3 * DAY_MS);
  const sweeping = openProcess(
    shop,
    clock,
    landing,
    committingBesideFence(store, () => ingest(lake.effects, [{ source: KEY }])),
  );
  const { failures } = await maintainTables(sweeping.effects, { retentionMs: DAY_MS });
  expect(failures).toEqual([]);
  expect(await jobNames(store)).toEqual([]);
  expect(await store.head('tables/sales/day=2024-01-01/left.parquet')).toBeUndefined();
  const fresh = openProcess(shop, clock, landing, store);
  expect(await rowsOf(fresh, { kind: 'tables', name: 'sales' }, 'id')).toEqual([{ id: 1 }, { id: 2 }]);
});

test('what an audit looks up may change while a job runs: the rows are judged again', async () => {
  const clock = new TestClock();
  const landing = newStore(related, clock, 'landing');
  const process = openProcess(related, clock, landing, newStore(related, clock, 'lake'));
  const { lake, newId, log } = process.effects;
  await apply(process.effects);
  await put(landing, 'sales/a.csv', 'till,amount\nnorth,1\nsouth,2\n');
  await put(landing, 'tills/1.csv', 'till\nnorth\nsouth\n');
  await syncPrune(process);
  const runner = { start: async () => 'one', look: async () => 'running' as const };
  const jobs = new AskedJobs({
    lake,
    runner,
    program: 'this',
    definitions: [],
    clock: clock.now,
    newId,
    log,
  });
  const asking = { ...process.effects, jobs, maxPartitionBytes: 1 };
  const [takings, tills] = [
    { kind: 'insights', name: 'takings' },
    { kind: 'tables', name: 'tills' },
  ] as const;
  await put(landing, 'sales/b.csv', 'till,amount\nsouth,5\n');
  await ingest(process.effects, [{ source: 'sales/b.csv' }]);
  expect((await refresh(asking, takings)).running).toEqual([{}]);

  clock.tick();
  await put(landing, 'tills/1.csv', 'till\nnorth\n');
  await ingest(process.effects, [{ source: 'tills/1.csv' }]);
  await refresh(process.effects, tills);
  expect((await refresh(asking, takings)).running).toEqual([{}]);
  const [name = ''] = await jobNames(lake);
  const run = (await new JobFolder(lake, name).plan())?.run ?? '';
  await runAll(process.effects, name, run);
  expect(await refresh(asking, takings)).toMatchObject({ published: [{}], waiting: [{}] });
  const last = await refresh(process.effects, takings);
  expect(last.stale.map(({ message }) => message)).toEqual([expect.stringContaining('south')]);
});

const days = useWorld(() =>
  openPackage({
    name: 'exports',
    resources: [
      {
        name: 'days',
        path: 'days/{run}/{part}.csv',
        mode: 'replace',
        scope: ['day'],
        partitionBy: ['day'],
        delivery: { by: ['run'], newest: 'name', complete: 'done.csv' },
        schema: {
          fields: [
            { name: 'day', type: 'date' },
            { name: 'n', type: 'integer' },
            { name: 'part' },
            { name: 'run' },
          ],
        },
      },
    ],
  }),
);

test('a delivery that is completed while a job runs is the one that counts in the end', async () => {
  const clock = new TestClock();
  const landing = newStore(days, clock, 'landing');
  const process = openProcess(days, clock, landing, newStore(days, clock, 'lake'));
  const { lake, newId, log } = process.effects;
  const target = { kind: 'tables', name: 'days' } as const;
  await apply(process.effects);
  const add = async (key: string, text: string) => {
    await put(landing, key, text);
    await ingest(process.effects, [{ source: key }]);
  };
  await add('days/1/a.csv', 'day,n\n2024-01-01,1\n');
  await add('days/1/done.csv', '');
  await refresh(process.effects, target);
  await add('days/2/a.csv', 'day,n\n2024-01-01,20\n');

  const runner = { start: async () => 'one', look: async () => 'running' as const };
  const jobs = new AskedJobs({
    lake,
    runner,
    program: 'this',
    definitions: [],
    clock: clock.now,
    newId,
    log,
  });
  const asking = { ...process.effects, jobs, maxPartitionBytes: 1 };
  expect((await refresh(asking, target)).running).toEqual([{ day: '2024-01-01' }]);
  await add('days/2/done.csv', '');
  expect((await refresh(asking, target)).running).toEqual([{ day: '2024-01-01' }]);
  const [name = ''] = await jobNames(lake);
  await runAll(process.effects, name, (await new JobFolder(lake, name).plan())?.run ?? '');
  expect(await refresh(asking, target)).toMatchObject({
    published: [{ day: '2024-01-01' }],
    waiting: [{ day: '2024-01-01' }],
  });
  await refresh(process.effects, target);
  expect((await rowsOf(process, target, 'n')).map(({ n }) => n)).toEqual([20]);
});
