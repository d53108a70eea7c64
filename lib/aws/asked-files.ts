// Remembers the files that reconcile requested, so that it does not repeat requests that are queued or always fail. Each
// version of a file is requested once while messages wait; later again, with growing delays, in case the cause is fixed.
// Pure except for one object in the lake, which may be lost: then everything is requested once more.
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

/** Keyed by the request's id. */
export type AskedFiles = ReadonlyMap<string, Asked>;

export async function readAsked(lake: ObjectStore): Promise<AskedFiles> {
  return new Map(Object.entries(parseJsonObject<Record<string, Asked>>(await lake.read(KEY)) ?? {}));
}

export async function writeAsked(lake: ObjectStore, asked: AskedFiles): Promise<void> {
  await lake.write(KEY, jsonBytes(Object.fromEntries(asked)));
}

/** Those whose pause is over. `isWaiting`: messages wait in the queue, and earlier requests may be among them. */
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

/** The new state after requesting `sent`; drops requests that are not wanted any more. */
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
