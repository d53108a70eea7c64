// Jobs that fail, are asked for twice, are given up, or wait for weeks.
import { expect, test } from 'vitest';
import { apply } from '../../lib/evolve/apply.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { jobStates } from '../../lib/inspect/job-states.ts';
import { AskedJobs, MAX_FAILURES } from '../../lib/jobs/asked-jobs.ts';
import { runAll } from '../../lib/jobs/in-process.ts';
import { JobFolder, jobNames } from '../../lib/jobs/job-folder.ts';
import { maintainTables } from '../../lib/maintain/maintain-tables.ts';
import type { JobRunner, ObjectStore } from '../../lib/ports.ts';
import { refresh } from '../../lib/refresh/refresh.ts';
import { breaking } from '../support/breaking-store.ts';
import { dataFiles } from '../support/kept-files.ts';
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
import { type JobLake, syncJobs, withJobs } from '../support/with-jobs.ts';

const world = useWorld();

const DAY_MS = 24 * 3600 * 1000;
const SALES = { kind: 'tables', name: 'sales' } as const;
const DAILY = { kind: 'insights', name: 'sales_daily' } as const;
const KEY = 'sales/day=2024-01-01/a.csv';
const OTHER_DAY = 'sales/day=2024-01-02/a.csv';
const TEXT = 'id,customer,amount\n1,ann,1.00\n2,bob,2.00\n3,cy,oops\n';

async function shop(change: (landing: ObjectStore) => ObjectStore = (landing) => landing) {
  const clock = new TestClock();
  const landing = newStore(world, clock, 'landing');
  const lake = newStore(world, clock, 'lake');
  await put(landing, KEY, TEXT);
  const process = openProcess(world, clock, change(landing), lake);
  await apply(process.effects);
  return { clock, landing, lake, process };
}

async function read(lake: JobLake) {
  const { outcomes, failures } = await ingest(lake.effects, [{ source: KEY }]);
  while (lake.runner.isRunning) await lake.runner.settled();
  return {
    results: outcomes.map(({ result }) => result),
    errors: failures.map(({ error }) => String(error)),
  };
}

test('a job that fails is tried again, then waits with its own reason until somebody cancels it', async () => {
  let isBroken = true;
  const { process } = await shop(breaking(() => isBroken));
  const lake = withJobs(process, 16);
  for (let attempt = 0; attempt < MAX_FAILURES; attempt++)
    expect(await read(lake)).toEqual({ results: ['running'], errors: [] });
  const { results, errors } = await read(lake);
  expect(results).toEqual([]);
  const [state] = await jobStates(lake.effects.lake);
  expect(state).toMatchObject({ about: KEY, kind: 'source', state: 'failed', stage: 'scan' });
  expect(errors).toEqual([
    `JobFailedError: byte 19 cannot be read (its job ${state?.name} failed 3 times; "sluice jobs --cancel ${state?.name}" starts it again)`,
  ]);
  isBroken = false;
  expect((await read(lake)).results).toEqual([]);

  await new JobFolder(lake.effects.lake, state?.name ?? '').remove();
  expect((await read(lake)).results).toEqual(['running']);
  expect((await read(lake)).results).toEqual(['accepted']);
  expect(await rowsOf(process, SALES, 'id')).toEqual([{ id: 1 }, { id: 2 }]);
  expect(await jobNames(lake.effects.lake)).toEqual([]);
});

test('what a job has done stays done when it is started again', async () => {
  let readings = 0;
  let isBroken = false;
  const { process } = await shop(
    breaking(() => {
      readings += 1;
      return isBroken && readings > 2;
    }),
  );
  const lake = withJobs(process, 16);
  isBroken = true;
  await read(lake);
  expect(readings).toBe(3);
  isBroken = false;
  readings = 0;
  await read(lake);
  // Of the three blocks the first was scanned; each block but the first needs the byte before it; then two are converted.
  expect(readings).toBeLessThan(8);
  expect((await read(lake)).results).toEqual(['accepted']);
});

/** Starts nothing by itself. */
class Bystander implements JobRunner {
  readonly started: string[] = [];
  async start({ run }: { readonly run: string }, attempt: number): Promise<string> {
    this.started.push(`${run} ${attempt}`);
    return run;
  }
  async look(): Promise<'running'> {
    return 'running';
  }
}

test('work that is asked for again, by any process, is started once and not committed before it is done', async () => {
  const { process, clock, landing, lake } = await shop();
  const runner = new Bystander();
  const asking = () => {
    const { effects, ...other } = openProcess(world, clock, landing, lake);
    const { newId, log } = effects;
    const jobs = new AskedJobs({
      lake,
      runner,
      program: 'this',
      definitions: [],
      blockBytes: 16,
      clock: clock.now,
      newId,
      log,
    });
    return { ...other, effects: { ...effects, jobs, maxSourceBytes: 20 } };
  };
  const [one, two] = [asking(), asking()];
  for (const { effects } of [one, two, one, two]) {
    const { outcomes } = await ingest(effects, [{ source: KEY }]);
    expect(outcomes).toMatchObject([{ result: 'running', partitions: [] }]);
  }
  expect(runner.started).toHaveLength(1);
  const version = (await process.effects.tables.latest('tables/sales'))?.version;
  const [name = ''] = await jobNames(lake);
  const [run = ''] = runner.started[0]?.split(' ') ?? [];
  await runAll(process.effects, name, run);
  expect((await process.effects.tables.latest('tables/sales'))?.version).toBe(version);
  expect((await ingest(two.effects, [{ source: KEY }])).outcomes).toMatchObject([{ result: 'accepted' }]);
  expect((await ingest(one.effects, [{ source: KEY }])).outcomes).toMatchObject([{ result: 'unchanged' }]);
});

/** Of a lake of its own, by a program and a runner of the test's. */
function asking(process: TestLake, runner: JobRunner, program: string) {
  const { lake, clock, newId, log } = process.effects;
  const jobs = new AskedJobs({ lake, runner, program, definitions: [], blockBytes: 16, clock, newId, log });
  return { ...process.effects, jobs, maxSourceBytes: 20 };
}

test('a run that ends without a result is a failure', async () => {
  const { process } = await shop();
  const idle: JobRunner = { start: async ({ run }) => run, look: async () => 'ended' };
  const effects = asking(process, idle, 'this');
  const results: string[] = [];
  let error: unknown;
  for (let asked = 0; asked <= MAX_FAILURES; asked++) {
    const { outcomes, failures } = await ingest(effects, [{ source: KEY }]);
    results.push(...outcomes.map(({ result }) => result));
    error = failures[0]?.error;
  }
  expect(results).toEqual(Array(MAX_FAILURES).fill('running'));
  expect(String(error)).toContain('it ended without a result');
});

test('a task whose result cannot be written says so, whatever its engine says', async () => {
  const { process } = await shop();
  const { lake } = process.effects;
  const create: ObjectStore['create'] = async (key, bytes) => {
    if (key.includes('/results/')) throw new Error('there is no room for it');
    return lake.create(key, bytes);
  };
  const full = new Proxy(lake, {
    get(store, name: keyof ObjectStore) {
      if (name === 'create') return create;
      const own = store[name];
      return typeof own === 'function' ? own.bind(store) : own;
    },
  });
  const engine: JobRunner = {
    async start({ name, run }) {
      await runAll({ ...process.effects, lake: full }, name, run).catch(() => undefined);
      return run;
    },
    look: async () => ({ failed: 'it was aborted' }),
  };
  const effects = asking(process, engine, 'this');
  for (let attempt = 0; attempt < MAX_FAILURES; attempt++) await ingest(effects, [{ source: KEY }]);
  const { failures } = await ingest(effects, [{ source: KEY }]);
  expect(String(failures[0]?.error)).toContain('there is no room for it (its job');
});

test('what another version of the program began is given up', async () => {
  const { process } = await shop();
  const runner = new Bystander();
  await ingest(asking(process, runner, 'one'), [{ source: KEY }]);
  await ingest(asking(process, runner, 'one'), [{ source: KEY }]);
  expect(runner.started).toHaveLength(1);
  await ingest(asking(process, runner, 'another'), [{ source: KEY }]);
  expect(runner.started).toHaveLength(2);
  expect(await jobNames(process.effects.lake)).toHaveLength(1);
});

test('without jobs a partition that is too large keeps its rows and says why, until it is not any more', async () => {
  const { process } = await shop();
  await syncPrune(process);
  const small = { ...process.effects, maxPartitionBytes: 1 };
  await put(process.effects.landing, OTHER_DAY, TEXT);
  await ingest(small, [{ source: OTHER_DAY }]);
  const first = await refresh(small, DAILY);
  expect(first).toMatchObject({ published: [], stale: [{ partition: { day: '2024-01-02' } }] });
  expect(first.stale[0]?.message).toMatch(
    /^it sees .* of data files, and at most 1 bytes are computed here .* --spark/,
  );
  expect((await refresh(small, DAILY)).version).toBe(first.version);
  expect(await refresh(process.effects, DAILY)).toMatchObject({
    published: [{ day: '2024-01-02' }],
    stale: [],
  });
});

test('a source that changes while its job runs is read anew', async () => {
  const { process, landing } = await shop();
  const lake = withJobs(process, 16);
  await ingest(lake.effects, [{ source: KEY }]);
  await put(landing, KEY, TEXT.replace('1.00', '5.00'));
  await syncJobs(lake);
  expect(await rowsOf(process, SALES, 'id, amount')).toEqual([
    { id: 1, amount: '5.00' },
    { id: 2, amount: '2.00' },
  ]);
});

test('a partition whose inputs move on while its job runs gets what was computed, and is computed again', async () => {
  const { process, landing, clock } = await shop();
  await syncPrune(process);
  const plain = { ...process, effects: { ...process.effects } };
  const lake = withJobs(process, 1000);
  await put(landing, KEY, TEXT.replace('1.00', '5.00'));
  await ingest(plain.effects, [{ source: KEY }]);
  const first = await refresh(lake.effects, DAILY);
  expect(first).toMatchObject({ published: [], running: [{ day: '2024-01-01' }], waiting: [] });
  const again = await refresh(lake.effects, DAILY);
  expect(again.version).toBe(first.version);
  while (lake.runner.isRunning) await lake.runner.settled();

  clock.tick();
  await put(landing, KEY, TEXT.replace('1.00', '7.00'));
  await ingest(plain.effects, [{ source: KEY }]);
  const published = await refresh(lake.effects, DAILY);
  expect(published).toMatchObject({ published: [{ day: '2024-01-01' }], waiting: [{ day: '2024-01-01' }] });
  const ann = async () => (await rowsOf(process, DAILY, 'customer, amount'))[0];
  expect(await ann()).toMatchObject({ amount: '5.00' });
  await syncJobs(lake);
  expect(await ann()).toMatchObject({ amount: '7.00' });
  expect(await jobNames(lake.effects.lake)).toEqual([]);
});

test('maintain leaves alone what a job has made, and sweeps a job that nobody asked for in a week', async () => {
  const { process, clock } = await shop();
  const lake = withJobs(process, 16);
  await read(lake);
  const made = await dataFiles(process);
  expect(made.get('tables/sales')).toHaveLength(1);
  clock.pass(3 * DAY_MS);
  await maintainTables(lake.effects, { retentionMs: DAY_MS });
  expect(await dataFiles(process)).toEqual(made);
  clock.pass(5 * DAY_MS);
  for (let run = 0; run < 2; run++) await maintainTables(lake.effects, { retentionMs: DAY_MS });
  expect(await jobNames(lake.effects.lake)).toEqual([]);
  expect((await dataFiles(process)).get('tables/sales')).toEqual([]);
  await syncJobs(lake);
  expect(await rowsOf(process, SALES, 'id')).toEqual([{ id: 1 }, { id: 2 }]);
});

test('a job of a process that was stopped goes on in the next one, and is no failure', async () => {
  const { process, clock, landing, lake } = await shop();
  const stopped = withJobs(process, 16);
  await ingest(stopped.effects, [{ source: KEY }]);
  await stopped.runner.close();
  for (let start = 0; start < MAX_FAILURES + 1; start++) {
    const next = withJobs(openProcess(world, clock, landing, lake), 16);
    await ingest(next.effects, [{ source: KEY }]);
    await next.runner.close();
  }
  expect((await jobStates(lake)).map(({ failures }) => failures)).toEqual([[]]);
  await syncJobs(withJobs(openProcess(world, clock, landing, lake), 16));
  expect(await rowsOf(process, SALES, 'id')).toEqual([{ id: 1 }, { id: 2 }]);
});
