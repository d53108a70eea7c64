// Brings a lake in line with its landing: definitions, then files, then derived tables. The backfill, the
// recovery and the first half of `start`. Repeating it changes nothing.

import { isS3Location } from '../adapters/s3-location.ts';
import { probeConditionalCreate } from '../adapters/s3-probe.ts';
import { landingTable } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { type Derivation, sameTable, type TableRef, tablePrefix } from '../core/insight.ts';
import type { SetAside } from '../core/set-aside.ts';
import { type Applied, apply, type FailedTable, type RefusedChange } from '../evolve/apply.ts';
import type { StagingObserver } from '../evolve/staging.ts';
import type { Undone } from '../evolve/undo-foreign.ts';
import { mapInParallel } from '../in-parallel.ts';
import { mayShareKeys } from '../ingest/key-ranges.ts';
import type { Report } from '../ingest/report.ts';
import type { SourceOutcome } from '../ingest/source-outcome.ts';
import { type DatasetStatus, waitingDeliveries } from '../inspect/dataset-status.ts';
import type { Effects } from '../lake/effects.ts';
import { landedShares } from '../lake/live-shares.ts';
import { reconcile, type Selection, type Source } from '../maintain/reconcile.ts';
import { Settling } from '../maintain/settling.ts';
import type { Unseen } from '../ports.ts';
import { isUntouched } from '../refresh/is-untouched.ts';
import type { Stale } from '../refresh/pending.ts';
import type { RefreshOutcome } from '../refresh/refresh.ts';
import { onePerTable } from '../table-failures.ts';
import { askAgain } from './ask-again.ts';
import { deliver, type Observer } from './deliver.ts';
import { deliverReopened } from './deliver-reopened.ts';
import type { DeadLetter } from './local-queues.ts';
import { refuseMassWithdrawal } from './mass-withdrawal.ts';
import type { LocalLake } from './open-lake.ts';
import { redrive } from './redrive-lake.ts';

export type SyncOptions = {
  readonly selection: Selection;
  /** Withdraw sources that are no longer in landing. */
  readonly prune: boolean;
  /** Even if this removes most of a dataset. */
  readonly allowMassWithdrawal: boolean;
};

export type SyncObserver = Observer &
  StagingObserver & {
    planned?(work: { readonly files: number; readonly refreshes: number }): void;
  };

export type StaleTable = Stale & { readonly table: TableRef };

export type SyncResult = {
  readonly applied: readonly Applied[];
  /** Incompatible contract changes; the other datasets were processed. */
  readonly refused: readonly RefusedChange[];
  /** Tables whose log cannot be read, or that could not be committed; all others were processed. */
  readonly failed: readonly FailedTable[];
  /** Definitions that were set aside, with what they hold back; all others were processed. */
  readonly aside: readonly SetAside[];
  /** Keys in landing that belong or may belong to these: they wait. */
  readonly asideKeys: readonly string[];
  /** The results of this run by source; for a source that was processed repeatedly, the last one. */
  readonly outcomes: readonly SourceOutcome[];
  /** Sources that needed no work, in addition to those in `outcomes`. */
  readonly unchanged: number;
  /** Files whose current version is rejected, in this run or before, and nobody settled that. */
  readonly rejected: readonly Report[];
  /** Rejected files that were settled. */
  readonly settled: readonly Report[];
  /** Gone from landing but still in the lake. */
  readonly vanished: readonly Source[];
  /** Requested keys that are neither in landing nor in the lake. */
  readonly absent: readonly string[];
  /** Parts of landing that cannot be read; the rest was processed. */
  readonly unseen: readonly Unseen[];
  readonly refreshed: readonly RefreshOutcome[];
  /** Commits of other programs, which this run reverted to what landing and the SQL define. */
  readonly undone: readonly Undone[];
  readonly stale: readonly StaleTable[];
  readonly deadLetters: readonly DeadLetter[];
  /** Of the datasets with deliveries; see DatasetStatus. */
  readonly waitingDeliveries: readonly Pick<DatasetStatus, 'dataset' | 'waitingDeliveries'>[];
  /** Datasets with files read by this run, of which two files may share a primary key. */
  readonly mayShareKeys: readonly string[];
  /** False if it was stopped halfway. */
  readonly finished: boolean;
  readonly ms: number;
};

/** Throws UsageError, before anything is withdrawn, if `prune` would remove most of a dataset. */
export async function syncLake(
  local: LocalLake,
  options: SyncOptions,
  observer: SyncObserver = {},
  stopping = () => false,
): Promise<SyncResult> {
  const { effects, queues, deadLetters } = local;
  const started = effects.clock().getTime();
  const buriedBefore = deadLetters.buried.length;
  await redrive(local);
  await probeNewLake(effects);
  const { applied, refused, failed: unapplied, undone } = await apply(effects, observer);
  const found = await reconcile(effects, options.selection);
  const unread = found.failed.map((failure) => ({ ...failure, held: [] }));
  const failed = onePerTable([...unapplied, ...unread]);
  if (options.prune && !options.allowMassWithdrawal)
    await refuseMassWithdrawal(effects, options.selection, found);
  await queues.files.send([
    ...found.ingest.map(({ etag: _, ...request }) => request),
    ...(options.prune ? found.vanished.map(({ source }) => ({ source })) : []),
  ]);
  const going = withoutHeld(effects, refused, failed);
  await going.refreshes.send(touchedTables(effects).map(({ target }) => ({ target })));
  observer.planned?.({ files: queues.files.size, refreshes: queues.refreshes.size });

  const latest = new Map<string, SourceOutcome>();
  const refreshed = new Map<string, RefreshOutcome>();
  const collect: Observer = {
    ingested(result, ms) {
      for (const outcome of result.outcomes) {
        const id = `${outcome.dataset} ${outcome.source}`;
        // A marker may have brought it along before its own turn.
        if (outcome.result !== 'unchanged' || !latest.has(id)) latest.set(id, outcome);
      }
      observer.ingested?.(result, ms);
    },
    refreshed(outcome, ms) {
      const name = tablePrefix(outcome.target);
      refreshed.set(name, merge(refreshed.get(name), outcome));
      observer.refreshed?.(outcome, ms);
    },
  };
  const rejected = () => [
    ...found.rejected.filter(({ dataset, source }) => !latest.has(`${dataset} ${source}`)),
    ...[...latest.values()].flatMap(({ result, report }) =>
      result === 'rejected' && report ? [report] : [],
    ),
  ];
  await deliver(going, queues, collect, stopping);
  await deliverReopened(going, queues, rejected, collect, stopping);
  while (!stopping() && (await askAgain(local, latest, refreshed)))
    await deliver(going, queues, collect, stopping);
  const outcomes = [...latest.values()];
  const finished = queues.files.size === 0 && queues.refreshes.size === 0;
  if (finished) await deadLetters.forgetDelivered();
  const { open, settled } = await openAndSettled(effects, rejected());
  return {
    applied,
    refused,
    failed,
    aside: effects.catalog.aside,
    asideKeys: found.aside,
    outcomes,
    unchanged: found.unchanged,
    rejected: open,
    settled,
    vanished: options.prune ? [] : found.vanished,
    absent: found.absent,
    unseen: found.unseen,
    refreshed: [...refreshed.values()],
    undone: [
      ...undone,
      ...[...refreshed.values()].flatMap(({ target, undone: commits }) =>
        commits.length === 0 ? [] : [{ table: target, commits }],
      ),
    ],
    stale: [...refreshed.values()].flatMap(({ target, stale }) =>
      stale.map((partition) => ({ ...partition, table: target })),
    ),
    deadLetters: deadLetters.buried.slice(buriedBefore),
    waitingDeliveries: await deliveriesThatWait(effects, failed),
    mayShareKeys: await sharingKeys(effects, outcomes),
    finished,
    ms: effects.clock().getTime() - started,
  };
}

/** By what apply has just read of the tables. What this run ingests, or another process commits, is announced besides. */
function touchedTables({ catalog, tables }: Effects): Derivation[] {
  const seen = (table: TableRef) => tables.seen(tablePrefix(table));
  return catalog.derivations.filter((derivation) => !isUntouched(catalog, derivation, seen));
}

async function openAndSettled(
  effects: Effects,
  rejected: readonly Report[],
): Promise<{ readonly open: readonly Report[]; readonly settled: readonly Report[] }> {
  if (rejected.length === 0) return { open: [], settled: [] };
  const settling = await Settling.of(effects);
  const open: Report[] = [];
  const settled: Report[] = [];
  for (const dataset of effects.catalog.datasets) {
    const own = rejected.filter((report) => report.dataset === dataset.name);
    if (own.length === 0) continue;
    const live = await landedShares(effects.tables, dataset);
    for (const report of own)
      ((await settling.settled(dataset, live, report)).settled ? settled : open).push(report);
  }
  return { open, settled };
}

/** Without those of tables that cannot be read. */
async function deliveriesThatWait(
  { catalog, tables }: Effects,
  failed: readonly FailedTable[],
): Promise<SyncResult['waitingDeliveries']> {
  const isReadable = (dataset: Dataset) =>
    failed.every(({ table }) => table !== tablePrefix(landingTable(dataset)));
  return mapInParallel(
    catalog.datasets.filter((dataset) => dataset.delivery !== undefined && isReadable(dataset)),
    async (dataset) => ({
      dataset: dataset.name,
      waitingDeliveries: waitingDeliveries(dataset, await landedShares(tables, dataset)),
    }),
  );
}

async function sharingKeys(
  { catalog, tables }: Effects,
  outcomes: readonly SourceOutcome[],
): Promise<string[]> {
  const names: string[] = [];
  for (const dataset of catalog.datasets) {
    if (!outcomes.some(({ dataset: name, result }) => name === dataset.name && result === 'accepted'))
      continue;
    if (dataset.mode !== 'append' || dataset.primaryKey.length === 0) continue;
    if (mayShareKeys(dataset, await landedShares(tables, dataset))) names.push(dataset.name);
  }
  return names;
}

/** Derived tables below a refused contract, or a table that cannot be read, would only fail. */
function withoutHeld(
  effects: Effects,
  refused: readonly RefusedChange[],
  failed: readonly FailedTable[],
): Effects {
  const held = [...refused, ...failed].flatMap((cause) => cause.held);
  const isHeld = (target: TableRef) =>
    held.some((table) => sameTable(table, target)) ||
    failed.some(({ table }) => table === tablePrefix(target));
  const refreshes: Effects['refreshes'] = {
    send: (messages) => effects.refreshes.send(messages.filter(({ target }) => !isHeld(target))),
  };
  return { ...effects, refreshes };
}

/** Before the first table is created: a store that ignores conditions loses commits. Throws CliError. */
async function probeNewLake({ catalog, tables, lake, newId }: Effects): Promise<void> {
  if (!isS3Location(lake.location)) return;
  for (const dataset of catalog.datasets) {
    // A table whose log cannot be read is not new.
    const holds = await tables.latest(tablePrefix(landingTable(dataset))).catch(() => true);
    if (holds) return;
  }
  await probeConditionalCreate(lake, newId);
}

function merge(before: RefreshOutcome | undefined, after: RefreshOutcome): RefreshOutcome {
  if (before === undefined) return after;
  return {
    ...after,
    published: [...before.published, ...after.published],
    dropped: [...before.dropped, ...after.dropped],
    failed: [...before.failed, ...after.failed],
    warned: [...before.warned, ...after.warned],
    undone: [...before.undone, ...after.undone],
  };
}
