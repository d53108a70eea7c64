// Watching landing, and delivering its changes in rounds: everything that arrives during one round is in the next.
import type { Dataset } from '../core/contract.ts';
import type { SourceOutcome } from '../ingest/source-outcome.ts';
import type { Effects } from '../lake/effects.ts';
import { type LandingSight, lookAtLanding } from '../lake/landing-census.ts';
import { isUnseen } from '../lake/unseen.ts';
import { duplicateReports } from '../maintain/reopened.ts';
import type { Unseen } from '../ports.ts';
import type { RefreshOutcome } from '../refresh/refresh.ts';
import { deliver } from './deliver.ts';
import { deliverReopened } from './deliver-reopened.ts';
import type { DeadLetter } from './local-queues.ts';
import type { LocalLake } from './open-lake.ts';
import { requireScratch } from './scratch.ts';
import { Watched } from './watch.ts';

/** The result of one burst of changes. */
export type Round = {
  readonly outcomes: readonly SourceOutcome[];
  readonly refreshed: readonly RefreshOutcome[];
  readonly deadLetters: readonly DeadLetter[];
  /** Keys that belong or may belong to definitions that were set aside: they wait. */
  readonly asideKeys: readonly string[];
  readonly ms: number;
};

/** `seen`: what the last look saw; undefined before the first one. */
export type WatchedLanding = { readonly watched: Watched; readonly seen: () => LandingSight | undefined };

/**
 * Source files by their keys. `told` is called once for each part that cannot be read after the first look; before, a sync
 * reports it. A look throws LocationGoneError if landing or the lake is gone.
 */
export function watchedLanding(effects: Effects, told: (unseen: Unseen) => void): WatchedLanding {
  let seen: LandingSight | undefined;
  const look = async () => {
    await requireScratch(effects.scratch);
    const sight = await lookAtLanding(effects);
    const known = seen && new Set(seen.unseen.map(idOf));
    seen = sight;
    sight.unseen.filter((one) => known && !known.has(idOf(one))).forEach(told);
    return {
      fingerprints: new Map(
        sight.versions.map(({ key, etag, lastModifiedMs }) => [key, `${etag} ${lastModifiedMs}`]),
      ),
      isUnseen: (key: string) => isUnseen(sight.unseen, key),
    };
  };
  return { watched: new Watched(look), seen: () => seen };
}

function idOf({ key, problem }: Unseen): string {
  return `${key}\n${problem}`;
}

/** Applies the keys to the lake, whether created, changed or deleted. `stopped`: asked between two messages; true leaves the rest. */
export async function workOn(
  { effects, queues, deadLetters }: LocalLake,
  keys: readonly string[],
  stopped: () => boolean,
): Promise<Round> {
  const started = effects.clock().getTime();
  const before = deadLetters.buried.length;
  const outcomes: SourceOutcome[] = [];
  const refreshed: RefreshOutcome[] = [];
  const isAside = (key: string) => effects.catalog.asideOf(key) !== undefined;
  await queues.files.send(keys.flatMap((source) => (isAside(source) ? [] : [{ source }])));
  const observer = {
    ingested: (result: { outcomes: readonly SourceOutcome[] }) => void outcomes.push(...result.outcomes),
    refreshed: (outcome: RefreshOutcome) => void refreshed.push(outcome),
  };
  await deliver(effects, queues, observer, stopped);
  for (const dataset of datasetsWithGaps(effects, outcomes)) {
    const reports = await duplicateReports(effects, dataset);
    await deliverReopened(effects, queues, () => reports, observer, stopped);
  }
  return {
    outcomes,
    refreshed,
    deadLetters: deadLetters.buried.slice(before),
    asideKeys: keys.filter(isAside),
    ms: effects.clock().getTime() - started,
  };
}

/** Where duplicates are rejected and rows were removed that another file may repeat. */
function datasetsWithGaps({ catalog }: Effects, outcomes: readonly SourceOutcome[]): Dataset[] {
  return catalog.datasets.filter(
    ({ name, duplicates }) =>
      duplicates === 'reject' &&
      outcomes.some(({ dataset, result }) => dataset === name && result !== 'unchanged'),
  );
}
