// Which versions of many keys landing holds, in few requests: a listing's page shows many keys, a HEAD one.
// This is the look at landing that makes older versions lose (docs/architecture.md).
import { mapInParallel } from '../in-parallel.ts';
import type { ObjectStore, ObjectVersion } from '../ports.ts';

/** The version of one key; `error` if only this key cannot be read. */
export type Present = { readonly version: ObjectVersion | undefined } | { readonly error: unknown };

/** A page costs this many HEADs: https://aws.amazon.com/s3/pricing/. A page that shows fewer keys is too expensive. */
const HEADS_A_PAGE = 13;

/** Never throws for a single key. */
export async function presentVersions(
  landing: ObjectStore,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Present>> {
  const found = new Map<string, Present>();
  const pageKeys = landing.keysPerRequest ?? 0;
  let waiting: readonly string[] = keys.length >= HEADS_A_PAGE && pageKeys > 0 ? inListingOrder(keys) : [];
  try {
    while (waiting.length >= HEADS_A_PAGE) {
      const page = await readPage(landing, waiting, pageKeys);
      for (const version of page.versions) found.set(version.key, { version });
      waiting = page.beyond;
      if (page.versions.length < HEADS_A_PAGE) break;
    }
  } catch {
    // Without permission to list, a HEAD of each key may still work.
  }
  const open = keys.filter((key) => !found.has(key));
  const heads = await mapInParallel(open, (key) => head(landing, key));
  for (const [i, key] of open.entries()) found.set(key, heads[i] as Present);
  return found;
}

async function head(landing: ObjectStore, key: string): Promise<Present> {
  try {
    return { version: await landing.head(key) };
  } catch (error) {
    return { error };
  }
}

/** The keys on the page that begins at the first key. For keys that are not on it, a HEAD decides. */
async function readPage(
  landing: ObjectStore,
  keys: readonly string[],
  pageKeys: number,
): Promise<{ readonly versions: readonly ObjectVersion[]; readonly beyond: readonly string[] }> {
  const [first = ''] = keys;
  const page = new Map<string, ObjectVersion>();
  let last: string | undefined;
  for await (const version of landing.list(commonPrefix(keys), [...first].slice(0, -1).join(''))) {
    page.set(version.key, version);
    last = version.key;
    if (page.size === pageKeys) break;
  }
  const isBeyond = (key: string) => last !== undefined && bytesOf(key).compare(bytesOf(last)) > 0;
  return {
    versions: keys.flatMap((key) => page.get(key) ?? []),
    beyond: page.size < pageKeys ? [] : keys.filter(isBeyond),
  };
}

function inListingOrder(keys: readonly string[]): string[] {
  return [...keys].sort((a, b) => bytesOf(a).compare(bytesOf(b)));
}

function bytesOf(key: string): Buffer {
  return Buffer.from(key);
}

/** The common prefix: in sorted keys, the first and the last one differ most. */
function commonPrefix(keys: readonly string[]): string {
  const [first, last] = [keys[0] ?? '', keys.at(-1) ?? ''];
  let length = 0;
  while (length < first.length && first[length] === last[length]) length += 1;
  // Half a character is not a valid prefix in UTF-8.
  if (/[\uD800-\uDBFF]/.test(first[length - 1] ?? '')) length -= 1;
  return first.slice(0, length);
}
