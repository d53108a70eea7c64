// Stores whose content is that of a later moment from one request on: what a reader meets while others write. The two moments
// are copies, so that every request can be tried without writing anything again.
import type { ObjectStore, ObjectVersion } from '../../lib/ports.ts';

export class Moment {
  #left: number;
  #requests = 0;

  /** `requests`: that many are still answered from before. */
  constructor(requests: number) {
    this.#left = requests;
  }

  /** How many were made. */
  get requests(): number {
    return this.#requests;
  }

  /** Each object of a listing is a request, as each page of one is. */
  store(before: ObjectStore, after: ObjectStore): ObjectStore {
    const now = () => {
      this.#requests += 1;
      this.#left -= 1;
      return this.#left >= 0 ? before : after;
    };
    async function* list(prefix: string, from?: string): AsyncIterable<ObjectVersion> {
      for (let last = from; ; ) {
        const next = await first(now().list(prefix, last));
        if (next === undefined) return;
        yield next;
        last = next.key;
      }
    }
    const readOnly = async () => {
      throw new Error('a reader wrote');
    };
    return {
      location: before.location,
      head: (key) => now().head(key),
      list,
      read: (key) => now().read(key),
      download: (key, etag) => now().download(key, etag),
      downloadRanges: (...asked) => now().downloadRanges(...asked),
      readRange: (...asked) => now().readRange(...asked),
      write: readOnly,
      create: readOnly,
      upload: readOnly,
      remove: readOnly,
    };
  }
}

async function first(objects: AsyncIterable<ObjectVersion>): Promise<ObjectVersion | undefined> {
  for await (const object of objects) return object;
  return undefined;
}
