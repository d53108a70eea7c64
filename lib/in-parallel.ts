// Many requests to a store at once, and never more than a bound: with S3 one after the other takes its time.

const AT_ONCE = 16;

/** Resolves when `work` is done with all items; the first failure rejects. */
export async function inParallel<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = waiting.next(); !next.done; next = waiting.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
