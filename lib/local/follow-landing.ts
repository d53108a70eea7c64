// Delivers what the watcher of a landing folder sees, one round at a time: all that came meanwhile is the next round.
import { setTimeout } from 'node:timers/promises';
import type { RefreshOutcome } from '../aggregate/refresh.ts';
import type { Dataset } from '../core/contract.ts';
import type { Effects } from '../effects.ts';
import { CliError } from '../errors.ts';
import type { SourceOutcome } from '../ingest/ingest.ts';
import { duplicateReports } from '../maintain/reconcile.ts';
import { deliver } from './deliver.ts';
import { deliverReopened } from './deliver-reopened.ts';
import { isFolder } from './folders.ts';
import type { LandingSweep } from './landing-sweep.ts';
import type { DeadLetter } from './local-queues.ts';
import type { LocalLake } from './open-lake.ts';

/** What one burst of changes came to. */
export type Round = {
  readonly outcomes: readonly SourceOutcome[];
  readonly refreshed: readonly RefreshOutcome[];
  readonly deadLetters: readonly DeadLetter[];
  readonly ms: number;
};

/** Keys that wait for a round, each once. */
export class Changes {
  readonly #keys = new Set<string>();
  readonly #stop = new AbortController();
  #wake: () => void = () => {};

  add(key: string): void {
    this.#keys.add(key);
    this.#wake();
  }

  /** No further round begins. */
  stop(): void {
    this.#stop.abort();
    this.#wake();
  }

  get stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** After that time; at once, and false, where it is stopped. */
  async stillWanted(afterMs: number): Promise<boolean> {
    await setTimeout(afterMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    return !this.stopped;
  }

  /** Everything that waits, as soon as something does; undefined after `stop`. */
  async take(gatherMs: number): Promise<string[] | undefined> {
    while (this.#keys.size === 0 && !this.stopped) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (!(await this.stillWanted(gatherMs))) return undefined;
    const keys = [...this.#keys];
    this.#keys.clear();
    return keys;
  }
}

/** The files of one copy or one `git checkout` come within moments: they make one round. */
const GATHER_MS = 50;

/** Returns after `changes.stop()`. Throws CliError where the landing folder itself is gone. */
export async function followLanding(
  local: LocalLake,
  changes: Changes,
  sweep: LandingSweep,
  onRound: (round: Round) => Promise<void>,
): Promise<void> {
  const { effects, queues, deadLetters } = local;
  for (;;) {
    const keys = await changes.take(GATHER_MS);
    if (keys === undefined) return;
    if (!(await isFolder(effects.landing.location))) throw landingIsGone(effects.landing.location);
    const started = effects.clock().getTime();
    await sweep.settle(keys);
    const before = deadLetters.buried.length;
    const outcomes: SourceOutcome[] = [];
    const refreshed: RefreshOutcome[] = [];
    await queues.files.send(keys.map((source) => ({ source })));
    const observer = {
      ingested: (result: { outcomes: readonly SourceOutcome[] }) => void outcomes.push(...result.outcomes),
      refreshed: (outcome: RefreshOutcome) => void refreshed.push(outcome),
    };
    const stopped = () => changes.stopped;
    await deliver(effects, queues, observer, stopped);
    for (const dataset of datasetsWithGaps(effects, outcomes)) {
      const reports = await duplicateReports(effects, dataset);
      await deliverReopened(effects, queues, () => reports, observer, stopped);
    }
    await onRound({
      outcomes,
      refreshed,
      deadLetters: deadLetters.buried.slice(before),
      ms: effects.clock().getTime() - started,
    });
  }
}

/** Where duplicates are refused and rows were taken away, of which another file may have the same. */
function datasetsWithGaps({ catalog }: Effects, outcomes: readonly SourceOutcome[]): Dataset[] {
  return catalog.datasets.filter(
    ({ name, duplicates }) =>
      duplicates === 'reject' &&
      outcomes.some(({ dataset, result }) => dataset === name && result !== 'unchanged'),
  );
}

function landingIsGone(location: string): CliError {
  return new CliError(
    `The landing folder ${location} is gone. Nothing more was withdrawn; put it back and start again, or run "sluice sync --prune" if its files are really gone.`,
  );
}
