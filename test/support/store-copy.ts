// What lies in a store, copies of it, and putting them back: backups as people make them, of a table's folder or of all.
import type { MemoryStore } from '../../lib/adapters/memory-store.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { newStore, type TestClock, type World } from './shop-lake.ts';

export async function keysBelow(store: ObjectStore, prefix: string, after?: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix, after)) keys.push(key);
  return keys;
}

/** With the ages of the originals. */
export async function copyOf(world: World, clock: TestClock, store: ObjectStore): Promise<MemoryStore> {
  const copy = newStore(world, clock, 'copy');
  for await (const { key, lastModifiedMs } of store.list('')) {
    const now = clock.now().getTime();
    clock.pass(lastModifiedMs - now);
    await copy.write(key, (await store.read(key)) ?? new Uint8Array());
    clock.pass(now - lastModifiedMs);
  }
  return copy;
}

export type Backup = { readonly prefix: string; readonly objects: ReadonlyMap<string, Uint8Array> };

export async function backUp(store: ObjectStore, prefix: string): Promise<Backup> {
  const objects = new Map<string, Uint8Array>();
  for await (const { key } of store.list(prefix)) {
    const bytes = await store.read(key);
    if (bytes) objects.set(key, bytes);
  }
  return { prefix, objects };
}

/** What came since is gone afterwards; `logOnly`: but for data files, as those that a writer is about to commit must stay. */
export async function restore(
  store: ObjectStore,
  { prefix, objects }: Backup,
  { logOnly = false } = {},
): Promise<void> {
  const since: string[] = [];
  for await (const { key } of store.list(prefix))
    if (!objects.has(key) && (!logOnly || key.includes('/_delta_log/'))) since.push(key);
  await store.remove(since);
  for (const [key, bytes] of objects) await store.write(key, bytes);
}

/** The newest entry is lost, and with it every later checkpoint and the pointer, as after a disk's fault. */
export async function loseNewestEntry(store: ObjectStore, prefix: string): Promise<boolean> {
  const entries: string[] = [];
  const others: string[] = [];
  for await (const { key } of store.list(`${prefix}/_delta_log/`))
    (key.endsWith('.json') ? entries : others).push(key);
  const newest = entries.at(-1);
  if (newest === undefined || entries.length < 2) return false;
  await store.remove([newest, ...others]);
  return true;
}
