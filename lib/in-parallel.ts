// Many requests to a store at once, and never more than a bound: with S3 one after the other takes its time. Whoever waits
// for them goes on when none is running any more, so that nothing is still reading what is deleted next.

const AT_ONCE = 16;

/**
 * Resolves when `work` is done with all items. After the first failure no further item is begun; when those under way have
 * ended, it rejects with that first error.
 */
export async function inParallel<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
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
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (failure === undefined) return;
  waiting.return?.();
  throw failure.error;
}

/** As inParallel, with what `work` returns, in the order of the items. */
export async function mapInParallel<T, Result>(
  items: Iterable<T>,
  work: (item: T) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  await inParallel([...items].entries(), async ([index, item]) => {
    results[index] = await work(item);
  });
  return results;
}
