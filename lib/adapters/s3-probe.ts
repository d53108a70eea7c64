// Checks the one guarantee that the commit protocol needs of a store: of many creators of a key exactly one wins.
import { CliError } from '../errors.ts';
import { mapInParallel } from '../in-parallel.ts';
import type { NewId, ObjectStore } from '../ports.ts';

const RACERS = 4;

/**
 * Creates a new key below `probes/` several times in parallel and once more, and removes it. Throws CliError if more than
 * one creator succeeded: some S3-compatible stores ignore If-None-Match and would silently lose commits. Call before the
 * first commit to a lake.
 */
export async function probeConditionalCreate(store: ObjectStore, newId: NewId): Promise<void> {
  const key = `probes/${newId()}`;
  try {
    const racers = Array.from({ length: RACERS }, (_, racer) => racer);
    const answers = await mapInParallel(racers, (racer) => store.create(key, bytes(racer)));
    answers.push(await store.create(key, bytes(RACERS)));
    const winners = answers.flatMap((won, racer) => (won ? [racer] : []));
    if (winners.length > 1 || answers.at(-1))
      throw refused(store, `${winners.length} writers created the same key`);
    const present = new TextDecoder().decode(await store.read(key));
    // If an answer was lost and the retried request met its own object, nobody wins: that is safe.
    const winner = winners[0];
    if (winner !== undefined && present !== String(winner))
      throw refused(store, 'a refused write changed the object');
  } catch (error) {
    if (!isNotImplemented(error)) throw error;
    throw refused(store, 'it does not support conditional writes', error);
  } finally {
    await store.remove([key]).catch(() => undefined);
  }
}

function bytes(racer: number): Uint8Array {
  return new TextEncoder().encode(String(racer));
}

function isNotImplemented(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 501
  );
}

function refused(store: ObjectStore, found: string, cause?: unknown): CliError {
  return new CliError(
    `${store.location} cannot hold a lake: ${found}, so commits would be lost. Use a store that supports "If-None-Match: *" on PutObject, as Amazon S3 does.`,
    1,
    { cause },
  );
}
