// Deletes one of the files that a history has in landing.
import type { ObjectStore } from '../../lib/ports.ts';

/** The key of the `nth` one, counted round and round; undefined where there is none. `known`: what is in landing, by key. */
export async function removeNth(
  known: Map<string, unknown>,
  landing: ObjectStore,
  nth: number,
): Promise<string | undefined> {
  const key = [...known.keys()][nth % Math.max(1, known.size)];
  if (key === undefined) return undefined;
  known.delete(key);
  await landing.remove([key]);
  return key;
}
