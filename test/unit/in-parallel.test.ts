// Whoever waits for several pieces of work at once goes on when none of them is running any more, whatever fails.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bothOf, inParallel, mapInParallel } from '../../lib/in-parallel.ts';

/** Ticks that a piece of work takes besides its first, and whether it fails then. */
const pieces = fc.array(fc.record({ ticks: fc.nat(5), fails: fc.boolean() }), { maxLength: 60 });

describe('inParallel', () => {
  it('begins nothing after the first failure, waits for what runs, and rejects with that failure', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, async (list) => {
        const running = new Set<number>();
        const failed: number[] = [];
        const begunLate: number[] = [];
        let most = 0;
        const done = inParallel(list.entries(), async ([index, { ticks, fails }]) => {
          if (failed.length > 0) begunLate.push(index);
          running.add(index);
          most = Math.max(most, running.size);
          for (let tick = 0; tick <= ticks; tick++) await setImmediate();
          running.delete(index);
          if (fails) {
            failed.push(index);
            throw index;
          }
        });
        const outcome = await done.then(
          () => 'done',
          (error: unknown) => error,
        );
        expect([...running]).toEqual([]);
        expect(begunLate).toEqual([]);
        expect(most).toBeLessThanOrEqual(16);
        expect(outcome).toBe(list.some(({ fails }) => fails) ? failed[0] : 'done');
      }),
    );
  });

  it('waits for work that takes long when another piece fails at once', async () => {
    let isOver = false;
    const work = async (item: string) => {
      if (item === 'fails') throw new Error('fails');
      await setTimeout(20);
      isOver = true;
    };
    await expect(inParallel(['long', 'fails'], work)).rejects.toThrow('fails');
    expect(isOver).toBe(true);
  });

  it('closes what it takes its items from, and rejects with its error', async () => {
    let isClosed = false;
    function* endless() {
      try {
        for (let item = 0; ; item++) yield item;
      } finally {
        isClosed = true;
      }
    }
    function* broken() {
      yield 1;
      throw new Error('no more');
    }
    const fails = async () => {
      throw new Error('work');
    };
    await expect(inParallel(endless(), fails)).rejects.toThrow('work');
    expect(isClosed).toBe(true);
    await expect(inParallel(broken(), async () => {})).rejects.toThrow('no more');
  });

  it('returns results in the order of the items', async () => {
    const slowFirst = async (item: number) => {
      for (let tick = item; tick < 40; tick++) await Promise.resolve();
      return item * 2;
    };
    const items = Array.from({ length: 40 }, (_, i) => i);
    expect(await mapInParallel(items, slowFirst)).toEqual(items.map((item) => item * 2));
  });
});

/** The second answers CloudFormation in time, whether the work is done or not; the others ask which of several jobs, or requests, ends first. */
const GIVE_UP = [
  'in-parallel.ts',
  ...[
    ['aws', 'deployment.ts'],
    ['adapters', 'listing-parts.ts'],
    ['adapters', 'spark-submit.ts'],
    ['jobs', 'in-process.ts'],
  ].map((path) => join(...path)),
];

it('nothing else in lib gives up waiting at the first failure', () => {
  // In a browser nothing is deleted that may still be read.
  const files = readdirSync('lib', { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.startsWith(join('page', 'app')),
  );
  const giveUp = files.filter(
    (name) =>
      !GIVE_UP.includes(name) && /\bPromise\.(all|race|any)\(/.test(readFileSync(join('lib', name), 'utf8')),
  );
  expect(files.length).toBeGreaterThan(100);
  expect(giveUp).toEqual([]);
});

describe('bothOf', () => {
  it('waits for both, also where one fails, and says what failed first in their order', async () => {
    let isOver = false;
    const slow = async () => {
      for (let tick = 0; tick < 5; tick++) await setImmediate();
      isOver = true;
      return 'slow';
    };
    await expect(bothOf(Promise.reject(new Error('one')), slow())).rejects.toThrow('one');
    expect(isOver).toBe(true);
    await expect(bothOf(slow(), Promise.resolve(2))).resolves.toEqual(['slow', 2]);
    await expect(bothOf(slow(), Promise.reject(new Error('two')))).rejects.toThrow('two');
  });
});
