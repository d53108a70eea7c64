// What the functions tell, over a lake in memory: after their commits, once for each fact, and by maintain what was missed.
import { expect, test } from 'vitest';
import { ingestBatch } from '../../lib/aws/ingest-batch.ts';
import { reconcileByMessages } from '../../lib/aws/maintain-lake.ts';
import { noticesBy } from '../../lib/aws/notices.ts';
import { refreshBatch } from '../../lib/aws/refresh-batch.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { reconcile } from '../../lib/maintain/reconcile.ts';
import { type Notice, type Notifier, UndeliveredError } from '../../lib/ports.ts';
import {
  CSV,
  common,
  created,
  DAILY,
  forEver,
  keyOf,
  lake,
  logged,
  message,
  useFunctionBatches,
} from '../support/function-batches.ts';
import { put } from '../support/shop-lake.ts';

useFunctionBatches();

/** A bus that keeps what it takes; `isDown`: takes nothing, and no attempt helps. */
class Bus implements Notifier {
  readonly channel = 'events';
  readonly passesEach = true;
  readonly taken: Notice[] = [];
  isDown = false;
  /** What it takes before it is down. */
  room = Number.POSITIVE_INFINITY;
  async notify({ notices }: Parameters<Notifier['notify']>[0]): Promise<void> {
    this.room -= notices.length;
    if (this.isDown || this.room < 0) throw new UndeliveredError('it is down', false);
    this.taken.push(...notices);
  }
  get kinds(): string[] {
    return this.taken.map(({ kind, key, table }) => `${kind} ${key ?? table}`);
  }
}

function told() {
  const bus = new Bus();
  const notices = noticesBy(bus);
  const ingest = (...keys: string[]) =>
    ingestBatch(
      { ...common(), notices },
      keys.map((key, n) => message(String(n), created(key))),
      forEver,
    );
  const maintain = () => reconcileByMessages({ ...common(), notices }, () => false);
  const refresh = () => refreshBatch({ ...common(), notices }, [message('r', { target: DAILY })], forEver);
  return { bus, notices, ingest, maintain, refresh };
}

const BAD_ROW = `${CSV}2,bob,x\n`;
const BAD_FILE = 'a,b\n1,2\n';
const { landing } = { landing: () => lake.effects.landing };

test('a rejected file and quarantined rows, once, however often their messages come', async () => {
  const { bus, ingest, maintain } = told();
  await put(landing(), keyOf(1), BAD_ROW);
  await put(landing(), keyOf(2), BAD_FILE);
  await put(landing(), keyOf(3), CSV);
  await ingest(keyOf(1), keyOf(2), keyOf(3));
  expect(bus.kinds.sort()).toEqual([`quarantined ${keyOf(1)}`, `rejected ${keyOf(2)}`]);
  expect(bus.taken.find(({ kind }) => kind === 'quarantined')).toMatchObject({
    dataset: 'sales',
    quarantined: 1,
    rows: 2,
    rules: [{ field: 'amount', rule: 'type-error', rows: 1 }],
    report: expect.stringMatching(/^files\/sales\//),
    text: expect.stringMatching(/^quarantined 1 of 2 rows of `sales\/day=2024-01-01\/a\.csv`/),
  });
  await ingest(keyOf(1), keyOf(2), keyOf(3));
  await maintain();
  expect(bus.taken).toHaveLength(2);
});

test('a bus that is down fails no message; maintain puts what was missed', async () => {
  const { bus, ingest, maintain } = told();
  bus.isDown = true;
  await put(landing(), keyOf(2), BAD_FILE);
  expect(await ingest(keyOf(2))).toEqual([]);
  expect(logged).toContain('notify.failed');
  await maintain();
  expect(bus.taken).toEqual([]);
  bus.isDown = false;
  await maintain();
  await maintain();
  expect(bus.kinds).toEqual([`rejected ${keyOf(2)}`]);
});

test('very many at once: what a bus took before it failed, or time ran out, is not put again', async () => {
  const { bus, notices } = told();
  for (let n = 0; n < 250; n++) await put(landing(), keyOf(2).replace('a.csv', `${n}.csv`), BAD_FILE);
  const { effects } = lake;
  await ingest(
    effects,
    [...Array(250).keys()].map((n) => ({ source: keyOf(2).replace('a.csv', `${n}.csv`) })),
  );
  const found = await reconcile(effects, {});
  bus.room = 120;
  await notices.ofLake(effects, found, () => false);
  expect(bus.taken).toHaveLength(100);
  bus.room = 250;
  await notices.ofLake(effects, found, () => bus.taken.length === 200);
  expect(bus.taken).toHaveLength(200);
  await notices.ofLake(effects, found, () => false);
  await notices.ofLake(effects, found, () => false);
  expect(new Set(bus.taken.map(({ key }) => key)).size).toBe(250);
  expect(bus.taken).toHaveLength(250);
});

test('maintain puts missing files, and what was put right, and not what waits to be read', async () => {
  const { bus, ingest, maintain } = told();
  await put(landing(), keyOf(1), BAD_ROW);
  await put(landing(), keyOf(2), BAD_FILE);
  await put(landing(), keyOf(3), CSV);
  await ingest(keyOf(1), keyOf(2), keyOf(3));
  bus.taken.length = 0;
  // The corrected version is there, and not read yet.
  await put(landing(), keyOf(2), CSV);
  await maintain();
  expect(bus.taken).toEqual([]);
  await ingest(keyOf(2));
  await landing().remove([keyOf(3)]);
  await maintain();
  await maintain();
  expect(bus.kinds).toEqual([`missing ${keyOf(3)}`, `settled ${keyOf(2)}`]);
  expect(bus.taken[1]).toMatchObject({ was: 'rejected', dataset: 'sales' });
});
