// Tells people what stands in a lake, once a run's work is committed: at the end of a sync, and beside `start`. Never changes what the
// run did; what could not be told is left to the next time.
import { setTimeout as after } from 'node:timers/promises';
import { reconcile } from '../maintain/reconcile.ts';
import { standingFacts } from '../notify/standing-facts.ts';
import { type Telling, type TellOptions, tell, type Untold } from '../notify/tell.ts';
import type { Notifier } from '../ports.ts';
import { messageOf } from '../table-failures.ts';
import type { LocalLake } from './open-lake.ts';

export type NotifyOptions = TellOptions & {
  /** Of landing, these alone. */
  readonly keys?: readonly string[];
  /** For tests; see Telling. */
  readonly timeoutMs?: number;
  readonly pause?: Telling['pause'];
  readonly signal?: AbortSignal;
};

const SECOND_MS = 1000;

/** A second, then three. */
async function pauseLonger(attempt: number, signal: AbortSignal | undefined): Promise<void> {
  await after((2 * attempt - 1) * SECOND_MS, undefined, signal ? { signal } : {}).catch(() => undefined);
}

/** Never throws. */
export async function notifyLake(
  { effects }: Pick<LocalLake, 'effects'>,
  notifiers: readonly Notifier[],
  { keys, timeoutMs, signal, pause, ...options }: NotifyOptions = {},
): Promise<readonly Untold[]> {
  if (notifiers.length === 0) return [];
  try {
    const found = await reconcile(effects, keys === undefined ? {} : { keys });
    const standing = await standingFacts(effects, found, keys);
    const telling = {
      ...effects,
      notifiers,
      pause: pause ?? ((attempt: number) => pauseLonger(attempt, signal)),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(signal === undefined ? {} : { signal }),
    };
    return await tell(telling, standing, options);
  } catch (error) {
    return [{ channel: undefined, facts: 0, reason: messageOf(error) }];
  }
}
