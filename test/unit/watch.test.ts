// The one way of watching, without waiting: what a look calls changed, when the next one is due, and what becomes of a failed one.
import { describe, expect, it } from 'vitest';
import { type MemoryStore, memoryStore } from '../../lib/adapters/memory-store.ts';
import { LocationGoneError } from '../../lib/errors.ts';
import { type Sight, Watched, watch } from '../../lib/local/watch.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

async function sightOf(store: MemoryStore): Promise<Sight> {
  const fingerprints = new Map<string, string>();
  for await (const { key, etag } of store.list('')) fingerprints.set(key, etag);
  return { fingerprints };
}

async function settled() {
  const landing = memoryStore({ clock: () => new Date(0), scratch: '.' });
  await landing.write('here.csv', bytes('a\n1\n'));
  await landing.write('goes.csv', bytes('a\n1\n'));
  const watched = new Watched(() => sightOf(landing));
  await watched.settle();
  return { landing, watched };
}

describe('a look', () => {
  it('finds nothing where nothing changed', async () => {
    const { watched } = await settled();
    expect(await watched.changed()).toEqual([]);
    expect(await watched.changed()).toEqual([]);
  });

  it('finds a new, a changed and a deleted key, once, when they look as they did the last time', async () => {
    const { landing, watched } = await settled();
    await landing.write('new.csv', bytes('a\n'));
    await landing.write('here.csv', bytes('a\n2\n'));
    await landing.remove(['goes.csv']);
    expect(await watched.changed()).toEqual([]);
    await landing.write('new.csv', bytes('a\n1\n2\n'));
    expect((await watched.changed()).sort()).toEqual(['goes.csv', 'here.csv']);
    expect(await watched.changed()).toEqual(['new.csv']);
    expect(await watched.changed()).toEqual([]);
    await landing.remove(['new.csv']);
    await landing.write('goes.csv', bytes('a\n1\n'));
    await watched.changed();
    expect((await watched.changed()).sort()).toEqual(['goes.csv', 'new.csv']);
  });

  it('says nothing of what went and came back in between, as it was', async () => {
    const fingerprints = new Map([['a.csv', '1']]);
    const watched = new Watched(async () => ({ fingerprints }), fingerprints);
    fingerprints.delete('a.csv');
    expect(await watched.changed()).toEqual([]);
    fingerprints.set('a.csv', '1');
    expect(await watched.changed()).toEqual([]);
    expect(await watched.changed()).toEqual([]);
  });

  it('takes what it cannot see for neither gone nor changed, and finds afterwards that it went meanwhile', async () => {
    const fingerprints = new Map([
      ['shut/a.csv', '1'],
      ['shut/b.csv', '1'],
    ]);
    let isShut = true;
    const isUnseen = (key: string) => isShut && key.startsWith('shut/');
    const watched = new Watched(async () => ({ fingerprints, isUnseen }), fingerprints);
    fingerprints.clear();
    for (const _ of ['first', 'second', 'third']) expect(await watched.changed()).toEqual([]);
    isShut = false;
    fingerprints.set('shut/a.csv', '1');
    await watched.changed();
    expect(await watched.changed()).toEqual(['shut/b.csv']);
  });
});

describe('the next look is due', () => {
  /** `costs`: of each look, in turn. */
  function timed(...costs: number[]) {
    const fingerprints = new Map<string, string>();
    const clock = { nowMs: 0 };
    const see = async () => {
      clock.nowMs += costs.shift() ?? 0;
      return { fingerprints };
    };
    const watched = new Watched(see, fingerprints, () => clock.nowMs);
    const pauseMs = async () => {
      await watched.changed();
      return watched.dueMs - clock.nowMs;
    };
    return { fingerprints, watched, pauseMs };
  }

  it('half a second later, or twenty times as long as one takes', async () => {
    const { pauseMs, watched } = timed(10, 25, 100, 100);
    expect(watched.dueMs).toBe(0);
    expect([await pauseMs(), await pauseMs(), await pauseMs(), await pauseMs()]).toEqual([
      500, 500, 500, 2_000,
    ]);
  });

  it('without regard to a single slow one', async () => {
    const { pauseMs } = timed(10, 60_000, 10);
    expect([await pauseMs(), await pauseMs(), await pauseMs()]).toEqual([500, 500, 500]);
  });

  it('soon where something may still be changing, but not again and again', async () => {
    const { fingerprints, pauseMs } = timed(1_000, 1_000, 1_000, 1_000);
    const pauses: number[] = [];
    for (const fingerprint of ['1', '2', '3', '4']) {
      fingerprints.set('grows.csv', fingerprint);
      pauses.push(await pauseMs());
    }
    expect(pauses).toEqual([500, 20_000, 500, 20_000]);
  });
});

describe('watching', () => {
  /** Each answer is one look's; the last one stops the watching. */
  function scripted(...answers: (Sight | Error)[]) {
    const stop = new AbortController();
    let nowMs = 0;
    const see = async () => {
      const answer = answers.shift();
      if (answers.length === 0) stop.abort();
      if (answer instanceof Error) throw answer;
      return answer ?? { fingerprints: new Map() };
    };
    // Time flies for it, so that each look is due at once.
    const watched = new Watched(see, new Map(), () => {
      nowMs -= 1_000;
      return nowMs;
    });
    const taken: (readonly string[])[] = [];
    const failures: string[] = [];
    const work = watch(
      [{ watched, take: async (keys) => void taken.push(keys) }],
      stop.signal,
      (error) => void failures.push(String(error)),
    );
    return { work, taken, failures };
  }
  const a = { fingerprints: new Map([['a.csv', '1']]) };

  it('says once that looks fail, and goes on when they do not', async () => {
    const down = () => new Error('no network');
    const { work, taken, failures } = scripted(a, down(), down(), a, a, down(), new Error('no rights'), a);
    await work;
    expect(taken).toEqual([['a.csv']]);
    expect(failures).toEqual(['Error: no network', 'Error: no network', 'Error: no rights']);
  });

  it('ends where the place is gone, and where the work throws', async () => {
    await expect(scripted(a, new LocationGoneError('gone'), a).work).rejects.toThrow('gone');
    const watched = new Watched(async () => a, new Map());
    const take = async () => {
      throw new Error('no room');
    };
    await expect(watch([{ watched, take }], new AbortController().signal, () => {})).rejects.toThrow(
      'no room',
    );
  });

  it('ends at once when it is stopped while it waits', async () => {
    const { watched } = await settled();
    const stop = new AbortController();
    await watched.changed();
    const ended = watch([{ watched, take: async () => {} }], stop.signal, () => {});
    stop.abort();
    await ended;
  });
});
