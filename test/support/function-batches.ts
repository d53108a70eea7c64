// Messages for functions over a lake in memory, and what became known of them.
import { beforeEach } from 'vitest';
import type { Handle, Inbox } from '../../lib/adapters/sqs-inbox.ts';
import type { FileNews } from '../../lib/aws/file-messages.ts';
import type { RefreshNews } from '../../lib/aws/refresh-messages.ts';
import { RefreshQueue } from '../../lib/aws/refresh-queue.ts';
import type { Received } from '../../lib/aws/work-through.ts';
import { apply } from '../../lib/evolve/apply.ts';
import { quietQueues } from './fake-letters.ts';
import { newStore, openProcess, TestClock, type TestLake, type World } from './shop-lake.ts';
import { useWorld } from './use-world.ts';

export const SALES = { kind: 'tables', name: 'sales' } as const;
export const DAILY = { kind: 'insights', name: 'sales_daily' } as const;
export const CSV = 'id,customer,amount\n1,ann,1.00\n';
export const keyOf = (day: number) => `sales/day=2024-01-0${day}/a.csv`;

class Outbox<T> {
  readonly sent: T[] = [];
  async send(messages: readonly T[]): Promise<void> {
    this.sent.push(...messages);
  }
}

export let world: World;
export let clock: TestClock;
export let lake: TestLake;
export let done: string[];
export let pauses: Record<string, number>;
export let hidden: Record<string, number>;
export let logged: string[];
export let measured: Record<string, number[]>;
export let files: Outbox<FileNews>;
export let refreshes: Outbox<RefreshNews>;
export let inbox: Inbox;

/** To be called where the file's tests stand: a lake and empty queues of its own for each test, over one world. */
export function useFunctionBatches(): void {
  world = useWorld();
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
}

/** What a function works with; `of`: another lake's effects in the place of the test's own. */
export function common(of = lake) {
  const log = (_: string, event: string) => void logged.push(event);
  const measure = (metric: string, value: number) => {
    measured[metric] = [...(measured[metric] ?? []), value];
  };
  const effects = { ...of.effects, log, refreshes };
  const queue = new RefreshQueue({ ...of.effects, queue: refreshes });
  return { effects, files, refreshes: queue, inbox, log, measure, ...quietQueues() };
}

export const message = (id: string, content: object | string, attempts = 1): Received => ({
  messageId: id,
  receiptHandle: id,
  attempts,
  body: typeof content === 'string' ? content : JSON.stringify(content),
});
export const created = (key: string, size = 30) => ({
  Records: [
    {
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      eventTime: '2023-12-31T23:59:50Z',
      s3: { bucket: { name: 'landing' }, object: { key: encodeURIComponent(key), size } },
    },
  ],
});
export const idsOf = (messages: readonly Received[]) => messages.map(({ messageId }) => messageId);
export const forEver = () => 900_000;
