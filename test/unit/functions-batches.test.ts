// Batches of messages over a lake in memory: what fails, what is finished early, what is sent anew for want of time.
import { beforeEach, describe, expect, test } from 'vitest';
import type { Handle, Inbox } from '../../lib/adapters/sqs-inbox.ts';
import type { FileNews } from '../../lib/aws/file-messages.ts';
import { ingestBatch } from '../../lib/aws/ingest-batch.ts';
import { reconcileByMessages, sweepLake } from '../../lib/aws/maintain-lake.ts';
import { refreshBatch } from '../../lib/aws/refresh-batch.ts';
import type { RefreshNews } from '../../lib/aws/refresh-messages.ts';
import { RefreshQueue } from '../../lib/aws/refresh-queue.ts';
import type { Received } from '../../lib/aws/work-through.ts';
import { apply } from '../../lib/evolve/apply.ts';
import { FakeLetters, quietQueues } from '../support/fake-letters.ts';
import { newStore, openProcess, put, rowsOf, TestClock, type TestLake } from '../support/shop-lake.ts';
import { useWorld } from '../support/use-world.ts';

const SALES = { kind: 'tables', name: 'sales' } as const;
const DAILY = { kind: 'insights', name: 'sales_daily' } as const;
const CSV = 'id,customer,amount\n1,ann,1.00\n';
const keyOf = (day: number) => `sales/day=2024-01-0${day}/a.csv`;

const world = useWorld();

class Outbox<T> {
  readonly sent: T[] = [];
  async send(messages: readonly T[]): Promise<void> {
    this.sent.push(...messages);
  }
}

let clock: TestClock;
let lake: TestLake;
let done: string[];
let pauses: Record<string, number>;
let hidden: Record<string, number>;
let logged: string[];
let measured: Record<string, number[]>;
let files: Outbox<FileNews>;
let refreshes: Outbox<RefreshNews>;
let inbox: Inbox;
beforeEach(async () => {
  clock = new TestClock();
  lake = openProcess(world, clock, newStore(world, clock, 'landing'), newStore(world, clock, 'lake'));
  await apply(lake.effects);
  [done, pauses, hidden, logged, measured] = [[], {}, {}, [], {}];
  [files, refreshes] = [new Outbox(), new Outbox()];
  inbox = {
    done: async (messages: readonly Handle[]) => void done.push(...messages.map((m) => m.receiptHandle)),
    retryAfter: async ({ receiptHandle }, seconds) =>
      void Object.assign(pauses, { [receiptHandle]: seconds }),
    hide: async (messages, seconds) => {
      for (const { receiptHandle } of messages) hidden[receiptHandle] = seconds;
    },
  };
});

function common() {
  const log = (_: string, event: string) => void logged.push(event);
  const measure = (metric: string, value: number) => {
    measured[metric] = [...(measured[metric] ?? []), value];
  };
  const effects = { ...lake.effects, log, refreshes };
  const queue = new RefreshQueue({ ...lake.effects, queue: refreshes });
  return { effects, files, refreshes: queue, inbox, log, measure, ...quietQueues() };
}

const message = (id: string, content: object | string, attempts = 1): Received => ({
  messageId: id,
  receiptHandle: id,
  attempts,
  body: typeof content === 'string' ? content : JSON.stringify(content),
});
const created = (key: string, size = 30) => ({
  Records: [
    {
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      eventTime: '2023-12-31T23:59:50Z',
      s3: { bucket: { name: 'landing' }, object: { key: encodeURIComponent(key), size } },
    },
  ],
});
const idsOf = (messages: readonly Received[]) => messages.map(({ messageId }) => messageId);
const forEver = () => 900_000;
const HOUR_MS = 3600_000;

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
    lake = openProcess(world, clock, lake.effects.landing, newStore(world, clock, 'empty'));
    await put(lake.effects.landing, keyOf(1), CSV);
    expect(idsOf(await ingestBatch(common(), [message('1', created(keyOf(1)))], forEver))).toEqual(['1']);
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

describe('maintain', () => {
  test('asks for each file that the lake does not show, and for every derived table', async () => {
    for (const day of [1, 2]) await put(lake.effects.landing, keyOf(day), CSV);
    await reconcileByMessages(common(), () => false);
    expect(files.sent.map(({ source }) => source)).toEqual([keyOf(1), keyOf(2)]);
    expect(refreshes.sent).toHaveLength(lake.effects.catalog.derivations.length);
    expect(measured).toEqual({
      foreignCommits: [0],
      behindFiles: [2],
      vanishedFiles: [0],
      unexaminedFiles: [0],
    });
  });

  test('asks once for what waits, and again after longer and longer pauses where nothing does', async () => {
    await put(lake.effects.landing, keyOf(1), CSV);
    const asked = async (hours: number, waiting = 0) => {
      clock.pass(hours * HOUR_MS);
      files.sent.length = 0;
      await reconcileByMessages({ ...common(), waitingFiles: async () => waiting }, () => false);
      return files.sent.length;
    };
    expect(await asked(0)).toBe(1);
    for (let hour = 0; hour < 5; hour++) expect(await asked(1, 1)).toBe(0);
    expect(await asked(0)).toBe(1);
    expect(await asked(1)).toBe(0);
    expect(await asked(1)).toBe(1);
    expect(await asked(2)).toBe(0);
    // Another version is asked for at once, whatever waits.
    await put(lake.effects.landing, keyOf(1), `${CSV}2,bob,2.00\n`);
    expect(await asked(0, 7)).toBe(1);
    const { sizeBytes } = (await lake.effects.landing.head(keyOf(1))) ?? {};
    expect(files.sent).toEqual([{ source: keyOf(1), sizeBytes }]);
    expect(await asked(24, 7)).toBe(1);
    // What settled is forgotten; a damaged memory is none.
    await ingestBatch(common(), [message('1', { source: keyOf(1) })], forEver);
    expect(await asked(0)).toBe(0);
    await lake.effects.lake.write('asked/files.json', new TextEncoder().encode('{'));
    await put(lake.effects.landing, keyOf(2), CSV);
    expect(await asked(0)).toBe(1);
  });

  test('closes letters about what is settled, and those that repeat others', async () => {
    for (const day of [1, 2, 3]) await put(lake.effects.landing, keyOf(day), CSV);
    await ingestBatch(common(), [message('1', created(keyOf(1)))], forEver);
    const [fileLetters, refreshLetters] = [new FakeLetters(), new FakeLetters()];
    fileLetters.add(created(keyOf(1)));
    fileLetters.add(created(keyOf(2)));
    fileLetters.add({ source: keyOf(2), isSuspect: true });
    fileLetters.add({ source: keyOf(9) });
    fileLetters.add({ source: keyOf(1), dataset: 'gone' });
    fileLetters.add('no message');
    refreshLetters.add({ target: DAILY });
    refreshLetters.add({ target: { kind: 'insights', name: 'ghost' } });
    refreshLetters.add({ target: DAILY, arrivedMs: 5 });
    refreshLetters.add('no message');
    const letters = { files: fileLetters, refreshes: refreshLetters };
    const bodies = () => [...fileLetters.messages, ...refreshLetters.messages].map(({ body }) => body);
    const about2 = JSON.stringify(created(keyOf(2)));
    await reconcileByMessages({ ...common(), letters }, () => false);
    expect(bodies()).toEqual([about2, 'no message', JSON.stringify({ target: DAILY }), 'no message']);
    await ingestBatch(common(), [message('2', created(keyOf(2)))], forEver);
    expect(await refreshBatch(common(), [message('d', { target: DAILY })], forEver)).toEqual([]);
    await reconcileByMessages({ ...common(), letters }, () => false);
    expect(bodies()).toEqual(['no message', 'no message']);
    // A withdrawal that failed: nothing else knows of it.
    await lake.effects.landing.remove([keyOf(1)]);
    fileLetters.add(created(keyOf(1)));
    await reconcileByMessages({ ...common(), letters }, () => false);
    expect(bodies()).toContain(JSON.stringify(created(keyOf(1))));
    await ingestBatch(common(), [message('3', created(keyOf(1)))], forEver);
    await reconcileByMessages({ ...common(), letters }, () => false);
    expect(bodies()).toEqual(['no message', 'no message']);
  });

  test('looks for many files with the requests of a few pages', async () => {
    const count = 350;
    for (let n = 0; n < count; n++) {
      await put(lake.effects.landing, `sales/day=2024-01-01/${n}.csv`, CSV);
      await put(lake.effects.landing, `else/${n}.txt`, CSV);
    }
    const requests: string[] = [];
    const batch = common();
    const counting = new Proxy(batch.effects.lake, {
      get: (store, name: 'read') =>
        name === 'read' || name === 'head'
          ? (key: string) => {
              requests.push(key);
              return store[name](key);
            }
          : typeof store[name] === 'function'
            ? (store[name] as (...args: unknown[]) => unknown).bind(store)
            : store[name],
    });
    await reconcileByMessages({ ...batch, effects: { ...batch.effects, lake: counting } }, () => false);
    expect(files.sent).toHaveLength(2 * count);
    expect(requests).toEqual(['asked/files.json']);
    await ingestBatch(common(), [message('1', created('sales/day=2024-01-01/7.csv'))], forEver);
  });

  test('says what it left for want of time', async () => {
    await put(lake.effects.landing, keyOf(1), CSV);
    await reconcileByMessages(common(), () => true);
    expect(measured.unexaminedFiles).toEqual([1]);
    expect(logged).toContain('reconcile.unfinished');
  });

  test('does not withdraw what vanished, and says so', async () => {
    await put(lake.effects.landing, keyOf(1), CSV);
    await ingestBatch(common(), [message('1', created(keyOf(1)))], forEver);
    await lake.effects.landing.remove([keyOf(1)]);
    await reconcileByMessages(common(), () => false);
    expect(files.sent).toEqual([]);
    expect(measured.vanishedFiles).toEqual([1]);
    expect(logged).toContain('reconcile.vanished');
  });

  test('sweeps what was replaced longer ago, and says how much', async () => {
    for (const text of [CSV, `${CSV}3,ann,2.50\n`]) {
      await put(lake.effects.landing, keyOf(1), text);
      expect(await ingestBatch(common(), [message('1', created(keyOf(1)))], forEver)).toEqual([]);
    }
    await sweepLake(common(), 7, () => false);
    expect(measured.sweptFiles).toEqual([0]);
    clock.pass(8 * 24 * 3600 * 1000);
    await sweepLake(common(), 7, () => false);
    // The data file of the first version, and its report.
    expect(measured.sweptFiles).toEqual([0, 2]);
    expect(logged).not.toContain('sweep.unfinished');
    await sweepLake(common(), 7, () => true);
    expect(logged).toContain('sweep.unfinished');
    await expect(sweepLake(common(), 0.01, () => false)).rejects.toThrow('too short');
  });
});
