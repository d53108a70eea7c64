// Brings one table to the present state of some of its source files, in one commit. Each attempt loads the snapshot, then
// looks at landing, then commits if the next version is free: this order makes older versions lose (docs/architecture.md).
// Unread files are converted outside the commit loop, because that takes a while; the next round looks again.
import { landingTable } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { tablePrefix } from '../core/insight.ts';
import { configuration, type Snapshot } from '../delta/snapshot.ts';
import { vacuumFence } from '../delta/vacuum.ts';
import { TryAgainError } from '../errors.ts';
import { inParallel, mapInParallel } from '../in-parallel.ts';
import { isKept } from '../lake/deliveries.ts';
import { announce, type Effects } from '../lake/effects.ts';
import { decidesAlone, liveShares, sharesLike, sharesOfSources } from '../lake/live-shares.ts';
import type { LiveShares, Share } from '../lake/shares.ts';
import { CONTRACT, roleOf } from '../lake/tags.ts';
import type { ObjectVersion } from '../ports.ts';
import { type BroughtAlong, broughtAlong, failWithFiles, waitingMarkers } from './brought-along.ts';
import { convertBundles } from './bundle/convert-bundles.ts';
import { ConversionLimiter } from './conversion-limiter.ts';
import { type Present, presentVersions } from './present-versions.ts';
import { replaceReport } from './report.ts';
import { RewrittenFiles } from './rewritten-files.ts';
import { isLive, settledBefore, stagedLive } from './settled.ts';
import { type Change, noChange, replacement, type SourceOutcome, withdrawal } from './source-outcome.ts';
import { changing, convertVersion, sameVersion } from './stage.ts';
import type { Staged } from './staged.ts';
import { requireAccounted } from './unaccounted.ts';
import { withoutDuplicates } from './without-duplicates.ts';

export type TableIngest = {
  readonly outcomes: readonly SourceOutcome[];
  /** By source. */
  readonly failures: ReadonlyMap<string, unknown>;
  readonly conflicts: number;
};

type Batch = {
  readonly effects: Effects;
  readonly dataset: Dataset;
  readonly prefix: string;
  readonly sources: readonly string[];
  readonly started: number;
  readonly limiter: ConversionLimiter;
  /** By source: what a round found or made for a version. */
  readonly known: Map<string, Known>;
  readonly rewritten: RewrittenFiles;
  readonly along: BroughtAlong;
  readonly failures: Map<string, unknown>;
};

/** `snapshot`: the table as that round found it. */
type Known = { readonly staged: Staged; readonly snapshot: Snapshot };

const MAX_CONVERSIONS = 5;
/** Of data files that others change meanwhile. */
const MAX_REWRITES = 100;

export async function ingestTable(
  effects: Effects,
  dataset: Dataset,
  sources: readonly string[],
): Promise<TableIngest> {
  const table = landingTable(dataset);
  const along = await broughtAlong(effects, dataset, sources);
  const batch: Batch = {
    effects,
    dataset,
    prefix: tablePrefix(table),
    sources: [...new Set([...sources, ...[...along.values()].flat()])],
    along,
    started: effects.clock().getTime(),
    limiter: new ConversionLimiter(),
    known: new Map(),
    rewritten: new RewrittenFiles(effects, dataset),
    failures: new Map(),
  };
  let [conflicts, conversions, rewrites] = [0, 0, 0];
  for (;;) {
    const plan = (found: Snapshot | undefined) => planRound(batch, found, conversions === MAX_CONVERSIONS);
    const { planned, snapshot, ...round } = await effects.tables.commit(batch.prefix, plan);
    conflicts += round.conflicts;
    if (planned.unread) {
      conversions += 1;
      await convertAll(batch, planned.unread, planned.snapshot);
      continue;
    }
    if (planned.rewrites) {
      rewrites += 1;
      // What was rewritten before was lost to another writer.
      if (rewrites > 1) {
        if (round.conflicts === 0) conflicts += 1;
        await effects.tables.rest(rewrites - 1);
      }
      if (rewrites > MAX_REWRITES)
        throw new TryAgainError(
          `${dataset.name}: other writers changed the data files that were to be rewritten, ${MAX_REWRITES} times`,
        );
      const failures = await batch.rewritten.add(planned.rewrites, planned.snapshot);
      for (const [source, error] of failures) batch.failures.set(source, error);
      continue;
    }
    await announce(effects, table);
    await forgetJobs(batch);
    for (const report of planned.refused) await replaceReport(effects.lake, report);
    for (const outcome of planned.outcomes) logOutcome(effects, dataset, outcome, snapshot?.version);
    const failures = new Map([...batch.failures].filter(([source]) => sources.includes(source)));
    return { outcomes: planned.outcomes, failures, conflicts };
  }
}

/** Of sources that are in the table as their jobs made them, or refused. */
async function forgetJobs({ effects, known }: Batch): Promise<void> {
  for (const { staged } of known.values()) if (staged.job) await effects.jobs?.forget(staged.job);
}

/**
 * The versions in landing that must still be converted; or the data files that must still be rewritten, because only some of their
 * sources leave; or the commit (if there is one) and its outcomes. `isLast`: files that are still unread fail, and the others are
 * committed.
 */
async function planRound(batch: Batch, snapshot: Snapshot | undefined, isLast: boolean) {
  const { effects, dataset, failures } = batch;
  requireContract(snapshot, dataset);
  requireAccounted(dataset, snapshot);
  const sources = batch.sources.filter((source) => !failures.has(source));
  const live = await liveFor(batch, snapshot, sources);
  const present = await presentVersions(effects.landing, sources);
  const planned = await mapInParallel(sources, async (source) => {
    try {
      return await planSource(batch, source, present.get(source) as Present, snapshot, live);
    } catch (error) {
      failures.set(source, error);
      return undefined;
    }
  });
  const unread = planned.flatMap((found) => (found && 'unread' in found ? found.unread : []));
  if (unread.length > 0 && !isLast) return { actions: undefined, unread, snapshot };
  for (const { key } of unread) failures.set(key, changing(key));
  failWithFiles(batch.along, failures);
  const found = planned.flatMap((one) =>
    one && 'outcome' in one && !failures.has(one.outcome.source) ? one : [],
  );
  const running = found.filter(({ outcome }) => outcome.result === 'running');
  const waiting = waitingMarkers(batch.along, new Set(running.map(({ outcome }) => outcome.source)));
  const changes = found.map((change) => {
    const { source } = change.outcome;
    return waiting.has(source) ? noChange(dataset, source, live.get(source) ?? [], 'running') : change;
  });
  const others = await likeThem(batch, snapshot, live, changes);
  const { changes: kept, refused } = await withoutDuplicates(effects, dataset, others, changes);
  const result = { outcomes: kept.map(({ outcome }) => outcome), refused };
  const { actions, rewrites } = batch.rewritten.actions(kept, snapshot);
  if (rewrites.length > 0) return { actions: undefined, rewrites, snapshot };
  if (actions.length === 0) return { ...result, actions: undefined };
  return {
    ...result,
    actions,
    operation: 'INGEST',
    parameters: { sources: String(kept.length) },
    metrics: { executionTimeMs: String(effects.clock().getTime() - batch.started) },
  };
}

/** The live rows that decide on these sources: in most datasets their own alone. */
function liveFor(
  { effects: { tables }, dataset, prefix }: Batch,
  snapshot: Snapshot,
  sources: readonly string[],
): Promise<LiveShares> {
  return decidesAlone(dataset)
    ? sharesOfSources(tables, prefix, snapshot, sources)
    : liveShares(tables, prefix, snapshot);
}

/** The live rows among which duplicates of what the changes bring are looked for. */
async function likeThem(
  { effects: { tables }, dataset, prefix }: Batch,
  snapshot: Snapshot,
  live: LiveShares,
  changes: readonly Change[],
): Promise<LiveShares> {
  if (dataset.duplicates !== 'warn') return live;
  const come = changes.filter(({ outcome }) => outcome.result === 'accepted');
  const shares = come.flatMap((change) => change.shares);
  return shares.length === 0 ? live : sharesLike(tables, prefix, snapshot, live.keys(), shares);
}

async function planSource(
  batch: Batch,
  source: string,
  present: Present,
  snapshot: Snapshot,
  live: LiveShares,
): Promise<Change | { readonly unread: ObjectVersion }> {
  const { effects, dataset, known } = batch;
  const own = live.get(source) ?? [];
  if (effects.catalog.datasetFor(source) !== dataset) return withdrawal(dataset, source, own);
  if ('error' in present) throw present.error;
  const { version } = present;
  if (version === undefined) {
    if (!isKept(dataset, own)) return withdrawal(dataset, source, own);
    return noChange(dataset, source, own, 'kept');
  }
  const staged = await stagedBefore(batch, version, snapshot, live);
  if (staged === undefined) return { unread: version };
  known.set(source, { staged, snapshot });
  if (staged.running !== undefined) return noChange(dataset, source, own, 'running');
  const changesTable = staged.replaces
    ? !isLive(dataset, own, version)
    : staged.adds.length > 0 && hasNoRows(own);
  if (changesTable) return replacement(dataset, source, own, staged);
  const result = staged.report?.outcome === 'rejected' ? 'rejected' : 'unchanged';
  return noChange(dataset, source, own, result, staged.report);
}

/**
 * What an earlier round found or made. The first one looks at the table alone: reports are looked for when it comes to conversions. Where
 * other sources decide, too, a clean file may have been refused, which a bundle would take.
 */
async function stagedBefore(
  { effects, dataset, known }: Batch,
  version: ObjectVersion,
  snapshot: Snapshot,
  live: LiveShares,
): Promise<Staged | undefined> {
  const earlier = known.get(version.key);
  if (earlier === undefined && decidesAlone(dataset)) return stagedLive(dataset, version, live);
  if (earlier && serves(earlier, version, snapshot)) return earlier.staged;
  return settledBefore(effects, dataset, version, live);
}

/** Files uploaded before a vacuum's fence may be deleted already; results without files depend on the table's state. */
function serves({ staged, snapshot: before }: Known, version: ObjectVersion, now: Snapshot): boolean {
  const isUploaded = staged.replaces || staged.adds.length > 0;
  const isSound = isUploaded ? vacuumFence(before) === vacuumFence(now) : before.version === now.version;
  return isSound && sameVersion(staged.version, version);
}

/** Of a source that was refused as a whole, or is new. */
function hasNoRows(own: readonly Share[]): boolean {
  return own.every((add) => roleOf(add) === 'refused');
}

/**
 * Omits versions that landing no longer holds: the next round finds another one. For a file of a bundle no report of an earlier
 * conversion is looked for: that would cost as much as reading the file. Those that drop out may have been refused before.
 */
async function convertAll(
  batch: Batch,
  versions: readonly ObjectVersion[],
  snapshot: Snapshot,
): Promise<void> {
  const { effects, dataset, prefix, limiter, known, failures } = batch;
  const keys = versions.map(({ key }) => key);
  const live = await liveFor(batch, snapshot, keys);
  const target = { effects, dataset, table: prefix, live };
  const bundled = await convertBundles(target, versions);
  for (const [key, staged] of bundled) known.set(key, { staged, snapshot });
  const others = versions.filter(({ key }) => !bundled.has(key));
  await inParallel(others, async (version) => {
    try {
      const staged =
        (await settledBefore(effects, dataset, version, live)) ??
        (await convertVersion(target, version, limiter));
      if (staged) known.set(version.key, { staged, snapshot });
    } catch (error) {
      failures.set(version.key, error);
    }
  });
}

function requireContract(snapshot: Snapshot | undefined, dataset: Dataset): asserts snapshot is Snapshot {
  const hash = snapshot === undefined ? undefined : configuration(snapshot, CONTRACT);
  if (hash === dataset.hash) return;
  throw new TryAgainError(
    `the table of ${dataset.name} ${hash === undefined ? 'does not exist yet' : `is under contract ${hash}`}, and this process holds contract ${dataset.hash}: run "sluice sync", which applies the contracts or reports why it cannot`,
  );
}

function logOutcome(
  { log }: Effects,
  { name }: Dataset,
  { source, result, report, copies }: SourceOutcome,
  version: number | undefined,
): void {
  const file = { dataset: name, source };
  const rows = {
    rows: report?.accepted,
    quarantined: report?.quarantined,
    ...(report?.skipped === undefined ? {} : { skipped: report.skipped }),
  };
  log('info', `ingest.${result}`, { ...file, ...rows, version });
  if (result !== 'accepted' || report === undefined) return;
  if (report.former) log('warn', 'ingest.shrunk', { ...file, ...rows, before: report.former });
  if (report.unmatched) log('warn', 'ingest.unmatched', { ...file, ...report.unmatched });
  if (copies) log('warn', 'ingest.duplicate', { ...file, ...rows, copies: copies.slice(0, MAX_LOGGED) });
}

const MAX_LOGGED = 10;
