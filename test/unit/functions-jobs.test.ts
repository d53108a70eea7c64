// Files too large for a function, over a lake in memory: their jobs are started once, nobody spins while one runs, and whoever waits is
// asked for again by an event of its end, or by reconcile.
import { beforeEach, expect, test } from 'vitest';
import { ingestBatch } from '../../lib/aws/ingest-batch.ts';
import { isJobEvent, passOnJobEvent } from '../../lib/aws/job-news.ts';
import { reconcileByMessages } from '../../lib/aws/maintain-lake.ts';
import { AskedJobs } from '../../lib/jobs/asked-jobs.ts';
import { runAll } from '../../lib/jobs/in-process.ts';
import { JobFolder, jobNames } from '../../lib/jobs/job-folder.ts';
import { liveShares } from '../../lib/lake/live-shares.ts';
import type { JobRunner } from '../../lib/ports.ts';
import {
  CSV,
  clock,
  common,
  created,
  files,
  forEver,
  keyOf,
  lake,
  logged,
  measured,
  message,
  refreshes,
  useFunctionBatches,
} from '../support/function-batches.ts';
import { put } from '../support/shop-lake.ts';

useFunctionBatches();

const HOUR_MS = 3600_000;
const LARGE = `id,customer,amount\n${Array.from({ length: 50 }, (_, n) => `${n},ann,1.00\n`).join('')}`;

/** An engine elsewhere on which nothing happens but what the test says. */
class ToldRunner implements JobRunner {
  readonly started: string[] = [];
  readonly #names = new Map<string, string>();
  readonly states = new Map<string, 'ended' | { readonly failed: string }>();
  async start({ name, run }: { readonly name: string; readonly run: string }, attempt: number) {
    const id = `${run}:${attempt}`;
    if (!this.started.includes(id)) this.started.push(id);
    this.#names.set(id, name);
    return id;
  }
  async look(started: string) {
    return this.started.includes(started) ? (this.states.get(started) ?? 'running') : 'unknown';
  }
  async jobOf(started: string) {
    return this.#names.get(started);
  }
}

let runner: ToldRunner;
beforeEach(() => {
  runner = new ToldRunner();
});

function withJobs() {
  const given = common();
  const { lake: store, clock, newId, log } = given.effects;
  const jobs = new AskedJobs({
    lake: store,
    runner,
    program: 'this',
    definitions: [],
    blockBytes: 300,
    clock,
    newId,
    log,
  });
  return { ...given, effects: { ...given.effects, maxSourceBytes: 200, jobs } };
}

const arrive = (body: object) =>
  ingestBatch({ ...withJobs(), bucket: 'landing' }, [message('a', body)], forEver);
const reconcile = () => reconcileByMessages({ ...withJobs(), bucket: 'landing' }, () => false);
const event = (jobRunId: string, state: string) => ({
  version: '0',
  source: 'aws.emr-serverless',
  'detail-type': 'EMR Serverless Job Run State Change',
  detail: { jobRunId, applicationId: '00app', state, previousState: 'RUNNING' },
});
const tell = async (jobRunId: string, state: string) => {
  const told = event(jobRunId, state);
  if (!isJobEvent(told)) throw new Error(`${state} is not passed on`);
  await passOnJobEvent(withJobs(), runner, told);
};
const work = async () => {
  const [name = ''] = await jobNames(lake.effects.lake);
  const run = (await new JobFolder(lake.effects.lake, name).plan())?.run ?? '';
  await runAll(lake.effects, name, run);
};
const shown = async () => {
  const snapshot = await lake.effects.tables.latest('tables/sales');
  return [...(await liveShares(lake.effects.tables, 'tables/sales', snapshot)).keys()];
};

test('a file too large is acknowledged, its job started once, and nothing sent about it', async () => {
  await put(lake.effects.landing, keyOf(1), LARGE);
  for (let n = 0; n < 3; n += 1) expect(await arrive(created(keyOf(1), LARGE.length))).toEqual([]);
  expect(runner.started).toHaveLength(1);
  expect([files.sent, await shown()]).toEqual([[], []]);
});

test('the end of its run asks for it again, and then its rows are there and its job is gone', async () => {
  await put(lake.effects.landing, keyOf(1), LARGE);
  await arrive(created(keyOf(1)));
  await work();
  await tell(runner.started[0] ?? '', 'SUCCESS');
  expect([files.sent, measured.failedJobs]).toEqual([[{ source: keyOf(1) }], undefined]);
  expect(await arrive(files.sent[0] ?? {})).toEqual([]);
  expect([await shown(), await jobNames(lake.effects.lake)]).toEqual([[keyOf(1)], []]);
});

test('a run that failed is measured, and what it was about is tried again', async () => {
  await put(lake.effects.landing, keyOf(1), LARGE);
  await arrive(created(keyOf(1)));
  const [first = ''] = runner.started;
  runner.states.set(first, { failed: 'no worker could be had' });
  await tell(first, 'FAILED');
  expect([files.sent, measured.failedJobs]).toEqual([[{ source: keyOf(1) }], [1]]);
  await arrive(files.sent[0] ?? {});
  expect(runner.started).toHaveLength(2);
});

test('a run of a job that was given up, and one that nobody knows, is no failure', async () => {
  await put(lake.effects.landing, keyOf(1), LARGE);
  await arrive(created(keyOf(1)));
  await put(lake.effects.landing, keyOf(1), `${LARGE}99,bob,2.00\n`);
  await arrive(created(keyOf(1)));
  expect(runner.started).toHaveLength(2);
  await tell(runner.started[0] ?? '', 'FAILED');
  await tell('another', 'FAILED');
  expect([files.sent, measured.failedJobs]).toEqual([[], undefined]);
  expect(logged.filter((event) => event === 'job.unknown')).toHaveLength(2);
});

test.each(['SUBMITTED', 'RUNNING', 'CANCELLING'])('a run that is %s tells nobody', (state) => {
  expect(isJobEvent(event('r', state))).toBe(false);
});

test('each reconcile asks once for what a job does, however long; asking starts and sends nothing', async () => {
  await put(lake.effects.landing, keyOf(1), LARGE);
  await put(lake.effects.landing, keyOf(2), CSV);
  await arrive(created(keyOf(1)));
  await arrive(created(keyOf(2)));
  // The first two also ask for what the lake does not show: lib/aws/asked-files.ts, which then pauses longer and longer.
  for (let hour = 0; hour < 9; hour += 1) {
    clock.pass(HOUR_MS);
    files.sent.length = 0;
    await reconcile();
    const asked = [...files.sent];
    expect(new Set(asked.map(({ source }) => source))).toEqual(new Set([keyOf(1)]));
    expect(asked.length).toBeLessThanOrEqual(2);
    files.sent.length = 0;
    refreshes.sent.length = 0;
    for (const news of asked) expect(await arrive(news)).toEqual([]);
    expect(files.sent).toEqual([]);
  }
  expect(runner.started).toHaveLength(1);
  expect(measured.longestJobMinutes).toEqual([60, 120, 180, 240, 300, 360, 420, 480, 540]);
  expect(measured.failedJobs).toEqual(Array(9).fill(0));
});

test('a job that failed for good is counted at each reconcile, and waits', async () => {
  await put(lake.effects.landing, keyOf(1), LARGE);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await arrive(created(keyOf(1)));
    runner.states.set(runner.started[attempt] ?? '', { failed: 'no worker could be had' });
  }
  expect(await arrive(created(keyOf(1)))).toHaveLength(1);
  expect(runner.started).toHaveLength(3);
  await reconcile();
  expect(measured.failedJobs).toEqual([1]);
});

test('the job of a file that landing holds no more is removed', async () => {
  await put(lake.effects.landing, keyOf(1), LARGE);
  await arrive(created(keyOf(1)));
  clock.tick();
  await lake.effects.landing.remove([keyOf(1)]);
  await reconcile();
  expect([await jobNames(lake.effects.lake), files.sent]).toEqual([[], []]);
  expect(logged).toContain('job.moot');
});

test('without an engine elsewhere reconcile measures no jobs', async () => {
  await reconcileByMessages({ ...common(), bucket: 'landing' }, () => false);
  expect([measured.failedJobs, measured.longestJobMinutes]).toEqual([undefined, undefined]);
});
