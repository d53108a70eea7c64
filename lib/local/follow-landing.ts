// Delivers what the watchers of a landing folder and of the definitions see, one round at a time: all that came meanwhile is
// the next round. Each round is worked on under the definitions that are in force when it begins.
import type { Dataset } from '../core/contract.ts';
import { PlaceGoneError } from '../errors.ts';
import type { SourceOutcome } from '../ingest/source-outcome.ts';
import type { Effects } from '../lake/effects.ts';
import { duplicateReports } from '../maintain/reopened.ts';
import type { RefreshOutcome } from '../refresh/refresh.ts';
import type { Changes } from './changes.ts';
import { deliver } from './deliver.ts';
import { deliverReopened } from './deliver-reopened.ts';
import { isFolder } from './folders.ts';
import type { LandingPoll } from './landing-poll.ts';
import type { DeadLetter } from './local-queues.ts';
import type { LocalLake } from './open-lake.ts';
import { requireScratch } from './scratch.ts';

/** What one burst of changes came to. */
export type Round = {
  readonly outcomes: readonly SourceOutcome[];
  readonly refreshed: readonly RefreshOutcome[];
  readonly deadLetters: readonly DeadLetter[];
  /** Keys that belong, or may belong, to definitions that were set aside: they wait. */
  readonly asideKeys: readonly string[];
  readonly ms: number;
};

/** The files of one copy or one `git checkout` come within moments: they make one round. */
const GATHER_MS = 50;

export type Follower = {
  /** The same lake under the definitions as they are now. */
  redefined(local: LocalLake): Promise<LocalLake>;
  round(local: LocalLake, round: Round): Promise<void>;
};

/** Returns after `changes.stop()`. Throws PlaceGoneError where landing or the lake is gone. */
export async function followLanding(
  opened: LocalLake,
  changes: Changes,
  poll: LandingPoll,
  follower: Follower,
): Promise<void> {
  let local = opened;
  for (;;) {
    const news = await changes.take(GATHER_MS);
    if (news === undefined) return;
    await requirePlaces(local);
    if (news.redefined) local = await follower.redefined(local);
    if (news.keys.length > 0) await follower.round(local, await workOn(local, news.keys, changes, poll));
  }
}

async function workOn(
  { effects, queues, deadLetters }: LocalLake,
  keys: readonly string[],
  changes: Changes,
  poll: LandingPoll,
): Promise<Round> {
  const started = effects.clock().getTime();
  await poll.settle(keys);
  const before = deadLetters.buried.length;
  const outcomes: SourceOutcome[] = [];
  const refreshed: RefreshOutcome[] = [];
  const isAside = (key: string) => effects.catalog.asideOf(key) !== undefined;
  await queues.files.send(keys.flatMap((source) => (isAside(source) ? [] : [{ source }])));
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
  return {
    outcomes,
    refreshed,
    deadLetters: deadLetters.buried.slice(before),
    asideKeys: keys.filter(isAside),
    ms: effects.clock().getTime() - started,
  };
}

/** Where duplicates are refused and rows were taken away, of which another file may have the same. */
function datasetsWithGaps({ catalog }: Effects, outcomes: readonly SourceOutcome[]): Dataset[] {
  return catalog.datasets.filter(
    ({ name, duplicates }) =>
      duplicates === 'reject' &&
      outcomes.some(({ dataset, result }) => dataset === name && result !== 'unchanged'),
  );
}

/** Throws PlaceGoneError. */
export async function requirePlaces({ effects: { landing, scratch } }: LocalLake): Promise<void> {
  if (!(await isFolder(landing.location)))
    throw new PlaceGoneError(
      `The landing folder ${landing.location} is gone. Nothing more was withdrawn; put it back and start again, or run "sluice sync --prune" if its files are really gone.`,
    );
  await requireScratch(scratch);
}
