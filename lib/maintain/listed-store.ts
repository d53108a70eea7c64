// A store of which a listing says what is not there, so that many keys are looked for with the requests of a few pages.
import type { ObjectStore } from '../ports.ts';

/** As S3's, also for folders: to look at many names there is quicker than to ask for each. */
const PAGE_KEYS = 1000;
/** Fewer are asked for one by one. */
const FEW_KEYS = 100;

/**
 * `wanted`: keys below `prefix` that will be asked for; `there`: about how many objects are below it. The store as it is where
 * to ask is cheaper than to list. What comes later than the listing is not seen.
 */
export async function listedStore(
  store: ObjectStore,
  prefix: string,
  wanted: ReadonlySet<string>,
  there: number,
): Promise<ObjectStore> {
  if (wanted.size <= FEW_KEYS + there / PAGE_KEYS) return store;
  const absent = new Set(wanted);
  for await (const { key } of store.list(prefix)) absent.delete(key);
  const unlessAbsent =
    <T>(ask: (key: string) => Promise<T | undefined>) =>
    async (key: string) =>
      absent.has(key) ? undefined : ask(key);
  return {
    ...(store.keysPerRequest === undefined ? {} : { keysPerRequest: store.keysPerRequest }),
    location: store.location,
    head: unlessAbsent((key) => store.head(key)),
    read: unlessAbsent((key) => store.read(key)),
    list: (...asked) => store.list(...asked),
    write: (key, bytes) => store.write(key, bytes),
    create: (key, bytes) => store.create(key, bytes),
    download: (key, etag) => store.download(key, etag),
    downloadRanges: (...asked) => store.downloadRanges(...asked),
    readRange: (...asked) => store.readRange(...asked),
    upload: (path, key) => store.upload(path, key),
    remove: (keys) => store.remove(keys),
  };
}
