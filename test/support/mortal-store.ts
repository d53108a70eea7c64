// Stores that fail on purpose: one dies after a number of effects, one stops before an effect until it is let go.
import type { ObjectStore } from '../../lib/ports.ts';

export class Crash extends Error {}

/** How many more effects this process will live to see; `dead` processes fail at everything. */
export type Life = { effectsLeft: number; dead: boolean };

function alive(life: Life): void {
  if (life.dead) throw new Crash('the process is dead');
}

/** The effect happens, and then the process may be gone before it hears of it. */
export async function effect<T>(life: Life, act: () => Promise<T>): Promise<T> {
  alive(life);
  const result = await act();
  life.effectsLeft -= 1;
  if (life.effectsLeft === 0) life.dead = true;
  alive(life);
  return result;
}

export function mortalStore(store: ObjectStore, life: Life): ObjectStore {
  const whileAlive = async <T>(act: () => Promise<T>): Promise<T> => {
    alive(life);
    return act();
  };
  return {
    location: store.location,
    head: (key) => whileAlive(() => store.head(key)),
    list: (prefix, after) => store.list(prefix, after),
    read: (key) => whileAlive(() => store.read(key)),
    download: (key, etag) => whileAlive(() => store.download(key, etag)),
    downloadRanges: (...asked) => whileAlive(() => store.downloadRanges(...asked)),
    readRange: (...asked) => store.readRange(...asked),
    write: (key, bytes) => effect(life, () => store.write(key, bytes)),
    create: (key, bytes) => effect(life, () => store.create(key, bytes)),
    upload: (path, key) => effect(life, () => store.upload(path, key)),
    remove: (keys) => effect(life, () => store.remove(keys)),
  };
}

/** After `effects` effects `act` is done once, by somebody else; `done` says whether it was. */
export function interruptedStore(
  store: ObjectStore,
  effects: number,
  act: () => Promise<unknown>,
): { readonly store: ObjectStore; readonly done: () => boolean } {
  let left = effects;
  const then = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work;
    left -= 1;
    if (left === 0) await act();
    return result;
  };
  const interrupted: ObjectStore = {
    location: store.location,
    head: (key) => store.head(key),
    list: (prefix, after) => store.list(prefix, after),
    read: (key) => store.read(key),
    download: (key, etag) => store.download(key, etag),
    downloadRanges: (...asked) => store.downloadRanges(...asked),
    readRange: (...asked) => store.readRange(...asked),
    write: (key, bytes) => then(store.write(key, bytes)),
    create: (key, bytes) => then(store.create(key, bytes)),
    upload: (path, key) => then(store.upload(path, key)),
    remove: (keys) => then(store.remove(keys)),
  };
  return { store: interrupted, done: () => left <= 0 };
}

/** The first creation of a key that `matches` waits: `reached` resolves when it comes there, `go` lets it proceed. */
export function pausingStore(
  store: ObjectStore,
  matches: RegExp,
): { store: ObjectStore; reached: Promise<void>; go: () => void } {
  let arrive = () => {};
  let go = () => {};
  const reached = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  let paused = false;
  const create = async (key: string, bytes: Uint8Array) => {
    if (!paused && matches.test(key)) {
      paused = true;
      arrive();
      await gate;
    }
    return store.create(key, bytes);
  };
  const pausing: ObjectStore = {
    location: store.location,
    head: (key) => store.head(key),
    list: (prefix, after) => store.list(prefix, after),
    read: (key) => store.read(key),
    download: (key, etag) => store.download(key, etag),
    downloadRanges: (...asked) => store.downloadRanges(...asked),
    readRange: (...asked) => store.readRange(...asked),
    write: (key, bytes) => store.write(key, bytes),
    upload: (path, key) => store.upload(path, key),
    remove: (keys) => store.remove(keys),
    create,
  };
  return { store: pausing, reached, go: () => go() };
}
