// The functions' part in notifying: what a batch found is put as events right after its commit, and maintain puts what was missed, what
// is missing and what was put right. Best effort: a failure is logged, and maintain's next run makes up for it.
import { backoff } from '../adapters/backoff.ts';
import type { IngestResult } from '../ingest/ingest.ts';
import type { Effects } from '../lake/effects.ts';
import type { Reconciliation } from '../maintain/reconcile.ts';
import type { Fact } from '../notify/fact.ts';
import { failedAudit, fileFact, standingFacts } from '../notify/standing-facts.ts';
import { tell, type Untold } from '../notify/tell.ts';
import type { Log, Notifier } from '../ports.ts';
import type { RefreshOutcome } from '../refresh/refresh.ts';

/** A function has other work: it waits less than a person does. */
const TIMEOUT_MS = 3_000;

export type Notices = {
  /** Files that were rejected, and rows that were quarantined. */
  ofIngest(effects: Effects, result: IngestResult): Promise<void>;
  /** Audits that failed. */
  ofRefresh(effects: Effects, outcome: RefreshOutcome): Promise<void>;
  /** All that stands in the lake, and what does not stand any more, as far as there is time. */
  ofLake(effects: Effects, found: Reconciliation, outOfTime: () => boolean): Promise<void>;
};

export function noticesBy(notifier: Notifier): Notices {
  const telling = (effects: Effects) => ({
    ...effects,
    notifiers: [notifier],
    pause: backoff,
    timeoutMs: TIMEOUT_MS,
  });
  const tellFacts = async (effects: Effects, facts: readonly Fact[]) => {
    if (facts.length === 0) return;
    const standing = {
      facts: new Map(facts.map((fact) => [fact.id, fact])),
      settled: new Map(),
      verdict: () => 'unknown' as const,
    };
    report(effects.log, await tell(telling(effects), standing, { only: 'facts' }));
  };
  return {
    ofIngest: (effects, { outcomes }) =>
      tellFacts(
        effects,
        outcomes.flatMap(({ result, report: found }) => {
          const isRefused = result === 'rejected' || (result === 'accepted' && (found?.quarantined ?? 0) > 0);
          return found && isRefused ? [fileFact(found)] : [];
        }),
      ),
    ofRefresh: (effects, { target, failed }) =>
      tellFacts(
        effects,
        failed.map((stale) => failedAudit(target, stale)),
      ),
    async ofLake(effects, found, outOfTime) {
      try {
        const standing = await standingFacts(effects, found);
        report(effects.log, await tell({ ...telling(effects), outOfTime }, standing));
      } catch (error) {
        effects.log('warn', 'notify.failed', { error });
      }
    },
  };
}

function report(log: Log, untold: readonly Untold[]): void {
  for (const { channel, facts, reason } of untold)
    log('warn', 'notify.failed', { channel, facts, reason, next: 'the next run of maintain tries again' });
}
