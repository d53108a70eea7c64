// Which files reconcile asked for, so that it does not ask again for what only waits its turn, or always fails. Each version of a
// file is asked for once as long as messages wait; later again, after longer and longer pauses, in case what stood in its way is
// gone. Pure but for one object in the lake, which may be lost: then all is asked for once more.
import { requestId } from '../ingest/ingest.ts';
import { jsonBytes, parseJsonObject } from '../json-object.ts';
import type { Wanted } from '../maintain/reconcile.ts';
import type { ObjectStore } from '../ports.ts';

const KEY = 'asked/files.json';
const FIRST_PAUSE_MS = 3600_000;
const LONGEST_PAUSE_MS = 24 * FIRST_PAUSE_MS;
/** The schedule is not exact to the minute. */
const SLACK_MS = 5 * 60_000;

type Asked = { readonly etag?: string; readonly askedMs: number; readonly times: number };

/** By the request's id. */
export type AskedFiles = ReadonlyMap<string, Asked>;

export async function readAsked(lake: ObjectStore): Promise<AskedFiles> {
  return new Map(Object.entries(parseJsonObject<Record<string, Asked>>(await lake.read(KEY)) ?? {}));
}

export async function writeAsked(lake: ObjectStore, asked: AskedFiles): Promise<void> {
  await lake.write(KEY, jsonBytes(Object.fromEntries(asked)));
}

/** Those whose pause is over. `isWaiting`: messages wait in the queue, and what was asked for may be one of them. */
export function due(
  wanted: readonly Wanted[],
  asked: AskedFiles,
  nowMs: number,
  isWaiting: boolean,
): Wanted[] {
  return wanted.filter((request) => {
    const before = asked.get(requestId(request));
    if (before === undefined || before.etag !== request.etag) return true;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (before.times - 1));
    return nowMs - before.askedMs >= (isWaiting ? LONGEST_PAUSE_MS : pauseMs) - SLACK_MS;
  });
}

/** What is remembered after `sent` was asked for; of what is not wanted any more, nothing. */
export function remembered(
  wanted: readonly Wanted[],
  sent: readonly Wanted[],
  asked: AskedFiles,
  nowMs: number,
): AskedFiles {
  const isSent = new Set(sent.map(requestId));
  const next = new Map<string, Asked>();
  for (const request of wanted) {
    const id = requestId(request);
    const before = asked.get(id);
    const isSame = before !== undefined && before.etag === request.etag;
    if (isSent.has(id)) {
      const etag = request.etag === undefined ? {} : { etag: request.etag };
      next.set(id, { ...etag, askedMs: nowMs, times: isSame ? before.times + 1 : 1 });
    } else if (isSame) next.set(id, before);
  }
  return next;
}
