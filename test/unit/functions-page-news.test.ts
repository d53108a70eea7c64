// How maintain is told that the page has something new to show: once for a window of four minutes, after its end.
import { expect, test } from 'vitest';
import { ingestBatch } from '../../lib/aws/ingest-batch.ts';
import { newsId, PAGE_DELAY_SECONDS, type PageNews, pageTeller } from '../../lib/aws/page-news.ts';
import { refreshBatch } from '../../lib/aws/refresh-batch.ts';
import {
  CSV,
  common,
  created,
  DAILY,
  forEver,
  keyOf,
  lake,
  message,
  useFunctionBatches,
} from '../support/function-batches.ts';
import { put } from '../support/shop-lake.ts';

useFunctionBatches();

const MINUTE_MS = 60_000;

/** As the queue does: of equal ids within five minutes one is handed out, after the delay. `sent` and the answers in ms. */
class DelayedQueue {
  readonly handedOut: number[] = [];
  nowMs = 0;
  isBroken = false;
  readonly #seen = new Map<string, number>();

  async send(news: readonly PageNews[]): Promise<void> {
    if (this.isBroken) throw new Error('no answer');
    for (const id of news.map(newsId)) {
      if (this.nowMs - (this.#seen.get(id) ?? -Infinity) < 5 * MINUTE_MS) continue;
      this.#seen.set(id, this.nowMs);
      this.handedOut.push(this.nowMs + PAGE_DELAY_SECONDS * 1000);
    }
  }
}

function tellers(queue: DelayedQueue, logged: string[] = []) {
  return (lateMs = 0) =>
    pageTeller(
      queue,
      () => new Date(queue.nowMs - lateMs),
      (_, event) => void logged.push(event),
    );
}

test('whatever is committed is followed by a message, within five minutes, and a window has one', async () => {
  const queue = new DelayedQueue();
  const teller = tellers(queue);
  // Two functions of other processes, one of whose clocks is half a minute late.
  const functions = [teller(), teller(30_000)];
  const commits: number[] = [];
  for (let second = 0; second < 3600; second += 7) {
    queue.nowMs = second * 1000;
    commits.push(queue.nowMs);
    await functions[second % 2]?.();
  }
  for (const commit of commits) {
    const next = queue.handedOut.find((ms) => ms >= commit) ?? Infinity;
    expect(next - commit).toBeLessThanOrEqual(5 * MINUTE_MS);
  }
  // An hour has fifteen windows, and begins within one for the late clock.
  expect(queue.handedOut.length).toBeLessThanOrEqual(16);
});

test('a queue that does not answer is logged, fails nothing, and is asked again by the next commit', async () => {
  const queue = new DelayedQueue();
  const logged: string[] = [];
  const tell = tellers(queue, logged)();
  queue.isBroken = true;
  await tell();
  expect([logged, queue.handedOut]).toEqual([['page.untold'], []]);
  queue.isBroken = false;
  await tell();
  expect(queue.handedOut).toHaveLength(1);
});

test('a file and an insight that changed are news; what changed nothing is none', async () => {
  let told = 0;
  const tellPage = async () => {
    told += 1;
  };
  const batch = () => ({ ...common(), tellPage });
  const arrival = () => ingestBatch(batch(), [message('1', created(keyOf(1)))], forEver);
  const refreshed = () => refreshBatch(batch(), [message('2', { target: DAILY })], forEver);
  await put(lake.effects.landing, keyOf(1), CSV);
  await arrival();
  expect(told).toBe(1);
  await refreshed();
  expect(told).toBe(2);
  await arrival();
  await refreshed();
  expect(told).toBe(2);
  await put(lake.effects.landing, keyOf(1), 'no,such,header\n1,2,3\n');
  await arrival();
  expect(told).toBe(3);
});
