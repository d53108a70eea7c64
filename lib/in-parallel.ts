// Runs many requests to a store at once, up to a bound: one after another is slow with S3. Resolves only when none is
// running any more, so that nothing still reads what the caller deletes next.

const AT_ONCE = 16;

/**
 * Resolves when `work` is done with all items. After the first failure no further item is started; when the running ones have
 * ended, it rejects with that first error. `atOnce`: at most.
 */
export async function inParallel<T>(
  items: Iterable<T>,
  work: (item: T) => Promise<void>,
  atOnce = AT_ONCE,
): Promise<void> {
  const waiting = items[Symbol.iterator]();
  let failure: { readonly error: unknown } | undefined;
  const worker = async () => {
    while (failure === undefined) {
      try {
        const next = waiting.next();
        if (next.done) return;
        await work(next.value);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (failure === undefined) return;
  waiting.return?.();
  throw failure.error;
}

/** Like inParallel, returning the results of `work` in the order of the items. */
export async function mapInParallel<T, Result>(
  items: Iterable<T>,
  work: (item: T) => Promise<Result>,
  atOnce = AT_ONCE,
): Promise<Result[]> {
  const results: Result[] = [];
  const store = async ([index, item]: [number, T]) => {
    results[index] = await work(item);
  };
  await inParallel([...items].entries(), store, atOnce);
  return results;
}

/** Both results, when both have ended; the first one's error where both failed. */
export async function bothOf<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}
