// A crash after each effect of some work on a lake: the work begins on the same lake each time, and dies one effect later.
import type { ObjectStore } from '../../lib/ports.ts';
import { mortalProcess } from './mortal-process.ts';
import { openProcess, type TestClock, type TestLake, type World } from './shop-lake.ts';
import { copyOf } from './store-copy.ts';

export type Beginning = {
  readonly world: World;
  readonly clock: TestClock;
  readonly landing: ObjectStore;
  /** The lake; each try has a copy of it. */
  readonly lake: ObjectStore;
  /** The effect after which it dies first, and how many more it lives to see each time. Default: 1. */
  readonly first?: number;
  readonly stride?: number;
};

/**
 * `check` is given a process with a cold cache on what each crash left, and words for a message. Returns how often there was a
 * crash, once the work came to its end.
 */
export async function crashAfterEach(
  { world, clock, landing, lake, first = 1, stride = 1 }: Beginning,
  work: (dying: TestLake) => Promise<unknown>,
  check: (next: TestLake, when: string) => Promise<void>,
): Promise<number> {
  for (let n = first, crashes = 0; ; n += stride, crashes++) {
    const copy = await copyOf(world, clock, lake);
    const { process, life } = mortalProcess(world, clock, landing, copy, n);
    await work(process).catch((error: unknown) => {
      if (!life.dead) throw error;
    });
    if (!life.dead) return crashes;
    await check(openProcess(world, clock, landing, copy), `after a crash at effect ${n}`);
  }
}
