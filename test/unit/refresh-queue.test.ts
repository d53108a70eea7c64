// One waiting message per table: none too many where many ask, and none too few, whoever is slow, dies or loses an answer.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RefreshNews } from '../../lib/aws/refresh-messages.ts';
import { RefreshQueue } from '../../lib/aws/refresh-queue.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { tries } from '../support/tries.ts';

const DAILY = { kind: 'insights', name: 'daily' } as const;
const YEARLY = { kind: 'insights', name: 'yearly' } as const;
const HOUR_MS = 3600_000;

type Pause = () => Promise<void>;

/** Of the store what the queue uses, with a pause before and after each effect. */
function memory(pause: Pause = async () => {}) {
  const objects = new Map<string, Uint8Array>();
  const step = async <T>(effect: () => T): Promise<T> => {
    await pause();
    const result = effect();
    await pause();
    return result;
  };
  const store = {
    read: (key: string) => step(() => objects.get(key)),
    write: (key: string, bytes: Uint8Array) => step(() => void objects.set(key, bytes)),
    create: (key: string, bytes: Uint8Array) =>
      step(() => {
        const isAbsent = !objects.has(key);
        if (isAbsent) objects.set(key, bytes);
        return isAbsent;
      }),
    remove: (keys: readonly string[]) =>
      step(() => {
        for (const key of keys) objects.delete(key);
      }),
  };
  return { objects, store: store as unknown as ObjectStore };
}

function setUp({ pause, lake = memory(pause).store }: { pause?: Pause; lake?: ObjectStore } = {}) {
  const sent: RefreshNews[] = [];
  let now = 0;
  let ids = 0;
  const queue = new RefreshQueue({
    queue: {
      send: async (messages) => {
        await pause?.();
        sent.push(...messages);
      },
    },
    lake,
    clock: () => new Date(now),
    newId: () => String(++ids),
  });
  return { queue, sent, pass: (ms: number) => (now += ms) };
}

describe('a message about a table', () => {
  it('is sent once while it waits, and again when it was taken', async () => {
    const { queue, sent } = setUp();
    await queue.send([{ target: DAILY, arrivedMs: 7 }, { target: YEARLY }, { target: DAILY, arrivedMs: 5 }]);
    await queue.send([{ target: DAILY }]);
    expect(sent).toEqual([{ target: DAILY, arrivedMs: 5 }, { target: YEARLY }]);
    await queue.taken(DAILY);
    await queue.send([{ target: DAILY }, { target: YEARLY }]);
    expect(sent.slice(2)).toEqual([{ target: DAILY }]);
  });

  it('that comes back keeps others away', async () => {
    const { queue, sent } = setUp();
    await queue.send([{ target: DAILY }]);
    await queue.taken(DAILY);
    await queue.waitsAgain(DAILY);
    await queue.send([{ target: DAILY }]);
    expect(sent).toHaveLength(1);
  });

  it('is sent again after an hour, and whatever waits where its sender may have died', async () => {
    const { queue, sent, pass } = setUp();
    await queue.send([{ target: DAILY }]);
    pass(HOUR_MS - 1);
    await queue.send([{ target: DAILY }]);
    expect(sent).toHaveLength(1);
    pass(1);
    await queue.send([{ target: DAILY }]);
    expect(sent).toHaveLength(2);
    await queue.send([{ target: DAILY }]);
    expect(sent).toHaveLength(2);
    await queue.sendAnyway([{ target: DAILY }]);
    expect(sent).toHaveLength(3);
  });

  it('that could not be sent is no reason to send none', async () => {
    const { store } = memory();
    const { queue, sent } = setUp({ lake: store });
    const broken = new RefreshQueue({
      queue: { send: () => Promise.reject(new Error('no answer')) },
      lake: store,
      clock: () => new Date(0),
      newId: () => 'broken',
    });
    await expect(broken.send([{ target: DAILY }])).rejects.toThrow('no answer');
    await expect(broken.sendAnyway([{ target: DAILY }])).rejects.toThrow('no answer');
    await queue.send([{ target: DAILY }]);
    expect(sent).toHaveLength(1);
  });

  it('is sent where the answer to its mark was lost, and where the mark is no mark', async () => {
    const { store, objects } = memory();
    const lossy = {
      ...store,
      // The client asks again, and finds what it has made itself.
      create: async (key: string, bytes: Uint8Array) => {
        await store.create(key, bytes);
        return false;
      },
    };
    const { queue, sent } = setUp({ lake: lossy as ObjectStore });
    await queue.send([{ target: DAILY }]);
    expect(sent).toHaveLength(1);
    objects.set('waiting/insights/yearly.json', new TextEncoder().encode('{"id'));
    await queue.send([{ target: YEARLY }]);
    expect(sent).toHaveLength(2);
  });
});

it('whatever the order of all effects, each commit is read by a refresh that begins after it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom('asks', 'dies and asks again'), { minLength: 1, maxLength: 5 }),
      async (scheduler, senders) => {
        const pause = () => scheduler.schedule(Promise.resolve());
        const lake = memory(pause).store;
        const { queue, sent } = setUp({ pause, lake });
        let commits = 0;
        let seen = 0;
        let asking = senders.length;
        const ask = async (how: string) => {
          await pause();
          commits += 1;
          // The first one dies somewhere on its way; the second does not know where.
          if (how === 'dies and asks again') {
            const dying = new RefreshQueue({
              queue: { send: () => new Promise(() => {}) },
              lake,
              clock: () => new Date(0),
              newId: () => 'dead',
            });
            void dying.send([{ target: DAILY }]);
            await pause();
            await queue.sendAnyway([{ target: DAILY }]);
          } else await queue.send([{ target: DAILY }]);
          asking -= 1;
        };
        const receive = async () => {
          while (asking > 0 || sent.length > 0) {
            await pause();
            if (sent.shift() === undefined) continue;
            await queue.taken(DAILY);
            await pause();
            const found = commits;
            await pause();
            seen = Math.max(seen, found);
          }
        };
        const work = Promise.all([...senders.map(ask), receive(), receive()]);
        await scheduler.waitFor(work);
        expect(seen).toBe(senders.length);
      },
    ),
    tries(2000),
  );
});
