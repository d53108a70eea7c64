// A process that dies after a number of effects on its lake and its queue.
import type { ObjectStore } from '../../lib/ports.ts';
import { effect, type Life, mortalStore } from './mortal-store.ts';
import { openProcess, type TestClock, type TestLake, type World } from './shop-lake.ts';

/** A process on the same stores that dies after `effects` effects; sending a message is an effect too. */
export function mortalProcess(
  world: World,
  clock: TestClock,
  landing: ObjectStore,
  lake: ObjectStore,
  effects: number,
): { process: TestLake; life: Life } {
  const life = { effectsLeft: effects, dead: false };
  const process = openProcess(world, clock, landing, mortalStore(lake, life));
  const { refreshes } = process.queues;
  const mortalQueue = {
    send: (messages: Parameters<typeof refreshes.send>[0]) => effect(life, () => refreshes.send(messages)),
  };
  return { life, process: { ...process, effects: { ...process.effects, refreshes: mortalQueue } } };
}
