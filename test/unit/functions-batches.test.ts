// Batches of messages over a lake in memory: what fails, what is finished early, what is sent again for want of time.
import { describe, expect, test } from 'vitest';
import { ingestBatch } from '../../lib/aws/ingest-batch.ts';
import { refreshBatch } from '../../lib/aws/refresh-batch.ts';
import {
  CSV,
  common,
  created,
  DAILY,
  done,
  files,
  forEver,
  hidden,
  idsOf,
  keyOf,
  lake,
  logged,
  measured,
  message,
  pauses,
  refreshes,
  SALES,
  useFunctionBatches,
  world,
} from '../support/function-batches.ts';
import { newStore, openProcess, put, rowsOf, TestClock } from '../support/shop-lake.ts';

useFunctionBatches();

describe('ingest', () => {
  test('one commit for all; garbage fails alone, with its reason logged and a pause that grows', async () => {
    for (const day of [1, 2]) await put(lake.effects.landing, keyOf(day), CSV);
    const messages = [message('1', created(keyOf(1))), message('2', created(keyOf(2))), message('x', 'x', 3)];
    expect(idsOf(await ingestBatch(common(), messages, forEver))).toEqual(['x']);
    expect(pauses).toEqual({ x: 40 });
    expect(logged).toContain('message.failed');
    expect(await rowsOf(lake, SALES)).toHaveLength(2);
    expect((await lake.effects.tables.latest('tables/sales'))?.version).toBe(1);
    expect(measured).toEqual({ rows: [2], quarantined: [0], rejectedFiles: [0], conflicts: [0] });
    expect(refreshes.sent).toContainEqual({ target: DAILY, arrivedMs: Date.UTC(2023, 11, 31, 23, 59, 50) });
  });

  test('the pause doubles, and the last failure goes to the dead letters without one', async () => {
    const messages = [1, 2, 3, 4, 5].map((attempts) => message(String(attempts), 'x', attempts));
    await ingestBatch(common(), messages, forEver);
    expect(pauses).toEqual({ 1: 10, 2: 20, 3: 40, 4: 80, 5: 0 });
  });

  test('a message fails where one of its keys failed, and twins fail together', async () => {
    const landing = lake.effects.landing;
    await put(landing, keyOf(1), CSV);
    const broken = { ...landing, head: (key: string) => (key === keyOf(2) ? fail() : landing.head(key)) };
    const fail = () => Promise.reject(new Error('no answer'));
    const store = Object.assign(Object.create(landing), broken);
    const batch = common();
    const messages = [
      message('both', { Records: [...created(keyOf(1)).Records, ...created(keyOf(2)).Records] }),
      message('good', created(keyOf(1))),
      message('bad', created(keyOf(2))),
    ];
    const failed = await ingestBatch(
      { ...batch, effects: { ...batch.effects, landing: store } },
      messages,
      forEver,
    );
    expect(idsOf(failed)).toEqual(['both', 'bad']);
    expect(await rowsOf(lake, SALES)).toHaveLength(1);
  });

  test('a message that failed before stands alone and last, and what is done is finished before it', async () => {
    for (const day of [1, 2, 3]) await put(lake.effects.landing, keyOf(day), CSV);
    const messages = [
      message('old', created(keyOf(1)), 2),
      message('a', created(keyOf(2))),
      message('b', created(keyOf(3))),
    ];
    expect(await ingestBatch(common(), messages, forEver)).toEqual([]);
    expect(done).toEqual(['a', 'b']);
    expect((await lake.effects.tables.latest('tables/sales'))?.version).toBe(2);
  });

  test('of messages that were handed out before one is tried, when the others are in safety', async () => {
    for (const day of [1, 2, 3]) await put(lake.effects.landing, keyOf(day), CSV);
    const messages = [
      message('a', created(keyOf(1)), 2),
      message('b', created(keyOf(2)), 3),
      message('c', { source: keyOf(3), isSuspect: true }),
    ];
    expect(await ingestBatch(common(), messages, forEver)).toEqual([]);
    expect(await rowsOf(lake, SALES)).toMatchObject([{ day: '2024-01-02' }]);
    const arrivedMs = Date.UTC(2023, 11, 31, 23, 59, 50);
    expect(files.sent).toEqual([
      { source: keyOf(1), sizeBytes: 30, arrivedMs, isSuspect: true },
      { source: keyOf(3), isSuspect: true },
    ]);
    expect(done).toEqual(['a', 'c']);
    expect(hidden).toEqual({ a: 90, b: 90, c: 90 });
  });

  test('suspects that there is no time for are sent anew as suspects', async () => {
    for (const day of [1, 2, 3, 4]) await put(lake.effects.landing, keyOf(day), CSV);
    const messages = [1, 2, 3, 4].map((day) => message(String(day), created(keyOf(day), 60_000_000), 2));
    expect(await ingestBatch(common(), messages, () => 15_000)).toEqual([]);
    expect(await rowsOf(lake, SALES)).toHaveLength(1);
    expect(files.sent.map(({ source, isSuspect }) => [source, isSuspect])).toEqual(
      [3, 4, 2].map((day) => [keyOf(day), true]),
    );
  });

  test('where the others cannot be sent anew nothing is tried', async () => {
    for (const day of [1, 2]) await put(lake.effects.landing, keyOf(day), CSV);
    const messages = [message('a', created(keyOf(1)), 2), message('b', created(keyOf(2)), 3)];
    const full = { send: () => Promise.reject(new Error('no answer')) };
    const failed = await ingestBatch({ ...common(), files: full }, messages, forEver);
    expect(idsOf(failed).sort()).toEqual(['a', 'b']);
    expect(await rowsOf(lake, SALES)).toEqual([]);
    expect(done).toEqual([]);
  });

  test('a source that was to leave a dataset which nothing defines any more is done with, and said', async () => {
    await put(lake.effects.landing, keyOf(1), CSV);
    const messages = [message('1', { source: keyOf(1), dataset: 'gone' })];
    expect(await ingestBatch(common(), messages, forEver)).toEqual([]);
    expect(logged).toEqual(['ingest.undefined']);
    expect(await rowsOf(lake, SALES)).toEqual([]);
  });

  test('what there is no time for is sent anew, not failed; the first slice is always worked on', async () => {
    for (const day of [1, 2]) await put(lake.effects.landing, keyOf(day), CSV);
    const messages = [
      message('1', created(keyOf(1), 60_000_000)),
      message('2', created(keyOf(2), 60_000_000)),
    ];
    expect(await ingestBatch(common(), messages, () => 15_000)).toEqual([]);
    expect(await rowsOf(lake, SALES)).toHaveLength(1);
    expect(files.sent).toEqual([
      { source: keyOf(2), sizeBytes: 60_000_000, arrivedMs: Date.UTC(2023, 11, 31, 23, 59, 50) },
    ]);
    expect(logged).toContain('batch.out_of_time');
  });

  test('a table under another contract: every message comes back', async () => {
    const clock = new TestClock();
    const empty = openProcess(world, clock, lake.effects.landing, newStore(world, clock, 'empty'));
    await put(lake.effects.landing, keyOf(1), CSV);
    expect(idsOf(await ingestBatch(common(empty), [message('1', created(keyOf(1)))], forEver))).toEqual([
      '1',
    ]);
    expect(pauses).toEqual({ 1: 10 });
  });
});

describe('aggregate', () => {
  const news = (target: object, arrivedMs?: number) => ({ target, ...(arrivedMs ? { arrivedMs } : {}) });

  test('many messages about one insight are one refresh, whose lag is that of the oldest file', async () => {
    await put(lake.effects.landing, keyOf(1), CSV);
    await ingestBatch(common(), [message('1', created(keyOf(1)))], forEver);
    refreshes.sent.length = 0;
    const arrived = Date.UTC(2023, 11, 31, 23, 59, 50);
    const messages = [news(DAILY, arrived + 5000), news(DAILY, arrived), news(DAILY)];
    const received = messages.map((content, index) => message(String(index), content));
    expect(await refreshBatch(common(), received, forEver)).toEqual([]);
    expect(await rowsOf(lake, DAILY)).toHaveLength(1);
    expect(measured.lagSeconds).toEqual([10]);
    expect(measured.recomputedPartitions).toEqual([1]);
    expect(refreshes.sent.length).toBeGreaterThan(0);
    for (const sent of refreshes.sent) expect(sent.arrivedMs).toBe(arrived);
  });

  test('garbage fails; a table that nothing defines any more is done with, and said', async () => {
    const ghost = { kind: 'insights', name: 'ghost' };
    const messages = [message('ghost', news(ghost)), message('ok', news(DAILY)), message('x', '{}')];
    expect(idsOf(await refreshBatch(common(), messages, forEver)).sort()).toEqual(['x']);
    expect(logged).toContain('refresh.undefined');
  });

  test('insights that were handed out before are tried, each by itself', async () => {
    await put(lake.effects.landing, keyOf(1), CSV);
    await ingestBatch(common(), [message('f', created(keyOf(1)))], forEver);
    const totals = { kind: 'insights', name: 'city_totals' };
    const ranked = { kind: 'insights', name: 'sales_ranked' };
    const messages = [DAILY, totals, ranked].map((target, n) => message(String(n), news(target), 2));
    expect(await refreshBatch(common(), messages, forEver)).toEqual([]);
    // Two of three are tried at once, and the third is sent anew.
    expect(done).toEqual(['2', '0']);
    expect(await rowsOf(lake, DAILY)).toHaveLength(1);
  });

  test('of insights that were handed out before one is tried, when the others are in safety', async () => {
    const totals = { kind: 'insights', name: 'city_totals' };
    const messages = [message('1', news(DAILY), 2), message('2', news(totals), 3)];
    expect(await refreshBatch(common(), messages, forEver)).toEqual([]);
    expect(refreshes.sent).toContainEqual({ target: DAILY, isSuspect: true });
    expect(done).toEqual(['1']);
  });

  test('out of time, an insight that was not begun is asked for anew, once', async () => {
    let remaining = 900_000;
    const batch = common();
    const totals = { kind: 'insights', name: 'city_totals' };
    const measure = (metric: string, value: number) => {
      batch.measure(metric, value);
      remaining = 1_000;
    };
    const messages = [news(DAILY), news(totals, 5), news(totals, 3)];
    const received = messages.map((content, index) => message(String(index), content));
    expect(await refreshBatch({ ...batch, measure }, received, () => remaining)).toEqual([]);
    expect(refreshes.sent).toContainEqual({ target: totals, arrivedMs: 3 });
    expect(refreshes.sent.filter(({ arrivedMs }) => arrivedMs !== undefined)).toHaveLength(1);
  });
});
