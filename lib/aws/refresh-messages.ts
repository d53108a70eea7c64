// Messages of the refresh queue: which table has news, and since when the news has been waiting. Pure.
import { z } from 'zod';
import { TABLE_KINDS, type TableRef, tablePrefix } from '../core/insight.ts';
import type { Refresh } from '../lake/effects.ts';
import type { Queue } from '../ports.ts';
import { excerpt, parseJson } from './file-messages.ts';

/**
 * `arrivedMs`: when S3 saw the oldest file that the news is from; handed on from insight to insight. A hint, for metrics.
 * `isSuspect`: it may have killed a process, and is worked on alone.
 */
export type RefreshNews = Refresh & { readonly arrivedMs?: number; readonly isSuspect?: true };

const refresh = z.object({
  target: z.object({ kind: z.enum(TABLE_KINDS), name: z.string().min(1) }),
  arrivedMs: z.number().optional(),
  isSuspect: z.literal(true).optional(),
});

/** Throws on anything else. */
export function parseRefreshMessage(body: string): RefreshNews {
  const { data, error } = refresh.safeParse(parseJson(body));
  if (data === undefined)
    throw new Error(`no message of the refresh queue: ${z.prettifyError(error)} in ${excerpt(body)}`);
  const { target, arrivedMs, isSuspect } = data;
  return {
    target,
    ...(arrivedMs === undefined ? {} : { arrivedMs }),
    ...(isSuspect === undefined ? {} : { isSuspect }),
  };
}

/** One table is recomputed once at a time: its messages are a group of the FIFO queue. */
export function refreshGroup({ target }: { readonly target: TableRef }): string {
  return tablePrefix(target);
}

/** A queue that tells every message since when its news has been waiting. */
export function stamped(
  queue: Queue<RefreshNews>,
  arrivals: readonly (number | undefined)[],
): Queue<Refresh> {
  const arrivedMs = earliest(arrivals);
  if (arrivedMs === undefined) return queue;
  return { send: (messages) => queue.send(messages.map((message) => ({ ...message, arrivedMs }))) };
}

export function earliest(arrivals: readonly (number | undefined)[]): number | undefined {
  const known = arrivals.filter((arrival) => arrival !== undefined);
  return known.length === 0 ? undefined : known.reduce((a, b) => Math.min(a, b));
}
