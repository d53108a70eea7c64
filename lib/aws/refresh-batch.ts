// A batch of the refresh queue: refreshes each named table once, and returns the outcome of each message.

import { sameTable, tablePrefix } from '../core/insight.ts';
import type { Effects } from '../lake/effects.ts';
import { type RefreshOutcome, refresh } from '../refresh/refresh.ts';
import { deadline, MAX_RECEIVES } from './limits.ts';
import type { Notices } from './notices.ts';
import type { TellPage } from './page-news.ts';
import {
  earliest,
  parseRefreshMessage,
  type RefreshNews,
  refreshGroup,
  stamped,
} from './refresh-messages.ts';
import type { RefreshQueue } from './refresh-queue.ts';
import type { Measure } from './telemetry.ts';
import { type BatchEffects, type Received, type Slice, workThrough } from './work-through.ts';

export type RefreshBatchEffects = BatchEffects & {
  readonly effects: Effects;
  readonly refreshes: RefreshQueue;
  readonly measure: Measure;
  /** Default: nobody is told. */
  readonly notices?: Pick<Notices, 'ofRefresh'>;
  /** Default: the page is written on a schedule alone. */
  readonly tellPage?: TellPage;
};

/** The messages that failed. Never throws for a single message. */
export function refreshBatch(
  batch: RefreshBatchEffects,
  messages: readonly Received[],
  remainingMs: () => number,
): Promise<Received[]> {
  const outOfTime = deadline(remainingMs);
  return workThrough<RefreshNews>(batch, messages, {
    parse: parseRefreshMessage,
    slices: (parsed) => byTarget(batch.effects, parsed),
    hasTimeFor: () => !outOfTime(),
    work: async (slice) => {
      await refreshSlice(batch, slice, outOfTime);
      return new Map();
    },
    isSuspect: ({ isSuspect }) => isSuspect === true,
    sendAnew: (slice, asSuspects) =>
      batch.refreshes.sendAnyway(
        slice.map(({ news }) => (asSuspects ? { ...news, isSuspect: true as const } : news)),
      ),
  });
}

/** In dependency order: the readers of a table come after it. */
function byTarget({ catalog }: Effects, parsed: Slice<RefreshNews>): Slice<RefreshNews>[] {
  const groups = new Map<string, Slice<RefreshNews>>();
  for (const item of parsed) {
    const group = refreshGroup(item.news);
    groups.set(group, [...(groups.get(group) ?? []), item]);
  }
  const rank = (slice: Slice<RefreshNews>) =>
    catalog.derivations.findIndex(({ target }) => slice.some(({ news }) => sameTable(news.target, target)));
  return [...groups.values()].sort((a, b) => rank(a) - rank(b));
}

async function refreshSlice(
  { effects, refreshes, measure, notices, tellPage }: RefreshBatchEffects,
  slice: Slice<RefreshNews>,
  outOfTime: () => boolean,
): Promise<void> {
  const [first] = slice;
  if (first === undefined) return;
  const { target } = first.news;
  if (!effects.catalog.derivations.some((derivation) => sameTable(derivation.target, target))) {
    const next = 'it has no definition any more, so there is nothing to recompute: the message is dropped';
    effects.log('warn', 'refresh.undefined', { table: tablePrefix(target), next });
    return;
  }
  const arrivals = slice.map(({ news }) => news.arrivedMs);
  await refreshes.taken(target);
  try {
    const queue = stamped(refreshes, arrivals);
    const outcome = await refresh({ ...effects, refreshes: queue }, target, { outOfTime });
    measureRefresh(effects, measure, outcome, earliest(arrivals));
    await notices?.ofRefresh(effects, outcome);
    if (outcome.published.length + outcome.dropped.length + outcome.failed.length > 0) await tellPage?.();
  } catch (error) {
    // A message that fails for the last time does not come back. Removing the mark lets one more message be sent.
    if (slice.some(({ message }) => message.attempts < MAX_RECEIVES))
      await refreshes.waitsAgain(target).catch(() => undefined);
    throw error;
  }
}

function measureRefresh(
  effects: Effects,
  measure: Measure,
  { published, dropped, failed, warned, undone }: RefreshOutcome,
  arrivedMs: number | undefined,
): void {
  measure('recomputedPartitions', published.length);
  measure('failedAudits', failed.length);
  if (warned.length > 0) measure('auditWarnings', warned.length);
  if (undone.length > 0) measure('foreignCommits', undone.length);
  if (arrivedMs !== undefined && published.length + dropped.length > 0)
    measure('lagSeconds', Math.max(0, effects.clock().getTime() - arrivedMs) / 1000);
}
