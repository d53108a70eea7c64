// Messages of the refresh queue: which table has new inputs, and since when. Pure.
import * as z from 'zod';
import { TABLE_KINDS, type TableRef, tablePrefix } from '../core/insight.ts';
import type { Refresh } from '../lake/effects.ts';
import type { Queue } from '../ports.ts';
import { excerpt, parseJson } from './file-messages.ts';

/**
 * `arrivedMs`: when S3 received the oldest new file; passed on from insight to insight. Only for metrics.
 * `isSuspect`: it may have killed a process and is processed alone.
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
    throw new Error(`not a message of the refresh queue: ${z.prettifyError(error)} in ${excerpt(body)}`);
  const { target, arrivedMs, isSuspect } = data;
  return {
    target,
    ...(arrivedMs === undefined ? {} : { arrivedMs }),
    ...(isSuspect === undefined ? {} : { isSuspect }),
  };
}

/** A table is recomputed by one function at a time: its messages are a group of the FIFO queue. */
export function refreshGroup({ target }: { readonly target: TableRef }): string {
  return tablePrefix(target);
}

/** A queue that adds to every message since when its new inputs wait. */
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
