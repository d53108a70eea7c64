// Messages that kill whoever works on them, among others that do not, in a queue that behaves as SQS: the dead letters hold the
// killers and nothing else, in whatever order and company the messages are handed out.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Handle, Inbox } from '../../lib/adapters/sqs-inbox.ts';
import { HIDDEN_SECONDS, MAX_RECEIVES } from '../../lib/aws/limits.ts';
import { type Received, workThrough } from '../../lib/aws/work-through.ts';
import { tries } from '../support/tries.ts';

type News = { readonly name: number; readonly isSuspect?: boolean };
type Kind = 'good' | 'killer' | 'failing';

/** A standard queue: messages in whatever order, each with its receives and the time from which it is visible. */
class FakeQueue {
  now = 0;
  readonly dead: News[] = [];
  readonly #messages = new Map<string, { body: News; receives: number; visibleFrom: number }>();
  #ids = 0;

  send(news: readonly News[]): void {
    for (const body of news) {
      this.#ids += 1;
      this.#messages.set(String(this.#ids), { body, receives: 0, visibleFrom: this.now });
    }
  }

  receive(most: number, pick: () => number): Received[] {
    const batch: Received[] = [];
    const visible = [...this.#messages].filter(([, { visibleFrom }]) => visibleFrom <= this.now);
    while (batch.length < most && visible.length > 0) {
      const [found] = visible.splice(pick() % visible.length, 1);
      if (found === undefined) break;
      const [id, message] = found;
      message.receives += 1;
      message.visibleFrom = this.now + 330;
      if (message.receives > MAX_RECEIVES) {
        this.dead.push(message.body);
        this.#messages.delete(id);
      } else
        batch.push({
          messageId: id,
          receiptHandle: id,
          body: JSON.stringify(message.body),
          attempts: message.receives,
        });
    }
    return batch;
  }

  remove(messages: readonly Handle[]): void {
    for (const { receiptHandle } of messages) this.#messages.delete(receiptHandle);
  }

  hide(messages: readonly Handle[], seconds: number): void {
    for (const { receiptHandle } of messages) {
      const message = this.#messages.get(receiptHandle);
      if (message) message.visibleFrom = this.now + seconds;
    }
  }

  /** To the moment when something can be received; false where there is nothing left. */
  wait(): boolean {
    const times = [...this.#messages.values()].map(({ visibleFrom }) => visibleFrom);
    if (times.length === 0) return false;
    this.now = Math.max(this.now + 1, Math.min(...times));
    return true;
  }
}

/** One invocation: it answers, or dies at a killer, and then nothing of it happens any more. */
async function invoke(queue: FakeQueue, batch: readonly Received[], kinds: readonly Kind[], done: number[]) {
  let isDead = false;
  let die = () => {};
  const death = new Promise<'dead'>((resolve) => {
    die = () => {
      isDead = true;
      resolve('dead');
    };
  });
  const alive = async (work: () => void) => {
    if (!isDead) work();
  };
  const inbox: Inbox = {
    done: (messages) => alive(() => queue.remove(messages)),
    retryAfter: (message, seconds) => alive(() => queue.hide([message], seconds)),
    hide: (messages, seconds) => alive(() => queue.hide(messages, seconds)),
  };
  const answer = workThrough<News>({ inbox, log: () => {} }, batch, {
    parse: (body) => JSON.parse(body),
    isSuspect: ({ isSuspect }) => isSuspect === true,
    slices: (parsed) => (parsed.length === 0 ? [] : [parsed]),
    hasTimeFor: () => true,
    sendAnew: async (slice, asSuspects) =>
      queue.send(slice.map(({ news }) => (asSuspects ? { ...news, isSuspect: true } : news))),
    work: (slice) => {
      if (slice.some(({ news }) => kinds[news.name] === 'killer')) {
        die();
        return new Promise(() => {});
      }
      const failed = slice.filter(({ news }) => kinds[news.name] === 'failing');
      for (const { news } of slice) if (kinds[news.name] === 'good') done.push(news.name);
      return Promise.resolve(new Map(failed.map(({ message }) => [message, new Error('always')])));
    },
  });
  const failed = await Promise.race([answer, death]);
  if (failed === 'dead') return;
  const ids = new Set(failed.map(({ messageId }) => messageId));
  queue.remove(batch.filter(({ messageId }) => !ids.has(messageId)));
}

const kind = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Kind>('good') },
  { weight: 1, arbitrary: fc.constant<Kind>('killer') },
  { weight: 1, arbitrary: fc.constant<Kind>('failing') },
);

test('the dead letters hold the killers and those that always fail, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(kind, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 25 }),
      fc.infiniteStream(fc.nat(1000)),
      async (kinds, most, picks) => {
        const queue = new FakeQueue();
        const done: number[] = [];
        const pick = () => picks.next().value as number;
        queue.send(kinds.map((_, name) => ({ name })));
        for (let rounds = 0; queue.wait(); rounds++) {
          expect(rounds).toBeLessThan(60 * kinds.length + 100);
          const batch = queue.receive(most, pick);
          if (batch.length > 0) await invoke(queue, batch, kinds, done);
        }
        const named = (wanted: Kind[]) => kinds.flatMap((is, name) => (wanted.includes(is) ? [name] : []));
        expect(queue.dead.map(({ name }) => name).sort((a, b) => a - b)).toEqual(
          named(['killer', 'failing']),
        );
        expect([...new Set(done)].sort((a, b) => a - b)).toEqual(named(['good']));
      },
    ),
    tries(300),
  );
});

test('a death among a hundred costs some twenty invocations more', async () => {
  const queue = new FakeQueue();
  const kinds = Array.from({ length: 100 }, (_, name): Kind => (name === 57 ? 'killer' : 'good'));
  const done: number[] = [];
  queue.send(kinds.map((_, name) => ({ name })));
  let invocations = 0;
  for (; queue.wait(); invocations++)
    await invoke(
      queue,
      queue.receive(100, () => 0),
      kinds,
      done,
    );
  expect(queue.dead.map(({ name }) => name)).toEqual([57]);
  expect(new Set(done).size).toBe(99);
  expect(invocations).toBeLessThan(45);
});

test('a message whose worker dies comes back after a minute and a half, and not after the queue’s own time', async () => {
  const queue = new FakeQueue();
  queue.send([{ name: 0 }]);
  await invoke(
    queue,
    queue.receive(1, () => 0),
    ['killer'],
    [],
  );
  queue.wait();
  expect(queue.now).toBe(HIDDEN_SECONDS);
});
