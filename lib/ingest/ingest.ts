// The ingest use case: brings tables to the present state of some landing keys, whatever the events said.
// The order "snapshot, HEAD, commit if absent" (DESIGN.md, "The order of an ingest") makes older versions lose.

import { landingTable } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { tablePrefix } from '../core/insight.ts';
import type { Add } from '../delta/actions.ts';
import { removeAction } from '../delta/partitions.ts';
import { configuration, type Snapshot } from '../delta/snapshot.ts';
import { vacuumFence } from '../delta/vacuum.ts';
import { TryAgainError } from '../errors.ts';
import { announce, type Effects } from '../lake/effects.ts';
import { unknownKey } from '../lake/layout.ts';
import { CONTRACT, filesBySource, readOrigin, sameContent } from '../lake/tags.ts';
import { ConversionLimiter } from './conversion-limiter.ts';
import type { LiveFiles } from './duplicates.ts';
import { type Present, presentVersions } from './present-versions.ts';
import { type Report, replaceReport } from './report.ts';
import type { Change, SourceOutcome } from './source-outcome.ts';
import { changing, isLive, sameVersion, stageVersion } from './stage.ts';
import type { Staged } from './staged.ts';
import { requireAccounted } from './unaccounted.ts';
import { withoutDuplicates } from './without-duplicates.ts';

/** `dataset`: bring this dataset's table to the key's state although the key may belong to another one now, or to none. */
export type IngestRequest = { readonly source: string; readonly dataset?: string };

/** Equal for requests that ask for the same. */
export function requestId({ source, dataset = '' }: IngestRequest): string {
  return `${dataset}/${source}`;
}

export type IngestResult = {
  readonly outcomes: readonly SourceOutcome[];
  /** To be delivered again: nothing about these keys is settled. */
  readonly failures: readonly { readonly request: IngestRequest; readonly error: unknown }[];
  /** Commits that other writers were faster at. */
  readonly conflicts: number;
};

/** One commit per table that changes. Never throws for a single source: see `failures`. */
export async function ingest(effects: Effects, requests: readonly IngestRequest[]): Promise<IngestResult> {
  const result = {
    outcomes: [] as SourceOutcome[],
    failures: [] as { request: IngestRequest; error: unknown }[],
    conflicts: 0,
  };
  const byDataset = new Map<Dataset, Map<string, IngestRequest>>();
  for (const request of requests) {
    try {
      const dataset =
        request.dataset === undefined
          ? effects.catalog.datasetFor(request.source)
          : namedDataset(effects, request.dataset);
      if (dataset === undefined) result.outcomes.push(await ownerless(effects, request));
      else byDataset.set(dataset, (byDataset.get(dataset) ?? new Map()).set(request.source, request));
    } catch (error) {
      result.failures.push({ request, error });
    }
  }
  for (const [dataset, group] of byDataset) {
    try {
      const table = await ingestInto(effects, dataset, [...group.keys()]);
      result.outcomes.push(...table.outcomes);
      result.conflicts += table.conflicts;
      for (const [source, error] of table.failures)
        result.failures.push({ request: group.get(source) as IngestRequest, error });
    } catch (error) {
      for (const request of group.values()) result.failures.push({ request, error });
    }
  }
  return result;
}

/** Throws DefinitionError where it may be one that was set aside. */
function namedDataset({ catalog }: Effects, name: string): Dataset | undefined {
  const found = catalog.datasets.find((dataset) => dataset.name === name);
  const by = found ? undefined : catalog.asideNamed(name);
  if (by) throw by.error;
  return found;
}

/** A source that no dataset takes, or that was to leave the table of one which nothing defines any more. */
async function ownerless(effects: Effects, { source, dataset }: IngestRequest): Promise<SourceOutcome> {
  const outcome = { source, dataset: undefined, partitions: [] };
  if (dataset !== undefined) {
    effects.log('warn', 'ingest.undefined', {
      source,
      dataset,
      next: 'nothing defines the dataset any more, so that there is no table to bring up to date: the request is done with',
    });
    return { ...outcome, result: 'unchanged' };
  }
  const version = await effects.landing.head(source);
  if (version === undefined) return { ...outcome, result: 'unchanged' };
  const text = `${JSON.stringify({ source, etag: version.etag, problem: 'no dataset has a path that matches this key' }, null, 2)}\n`;
  const first = await effects.lake.create(unknownKey(source, version.etag), new TextEncoder().encode(text));
  if (first) effects.log('warn', 'ingest.unknown', { source });
  return { ...outcome, result: first ? 'unknown' : 'unchanged' };
}

/** The sources that go into one commit. */
type Batch = {
  readonly effects: Effects;
  readonly dataset: Dataset;
  readonly prefix: string;
  /** What an attempt converted serves the attempts after it. */
  readonly staged: Map<string, Staged>;
  /** The sources that were staged against the table as the present attempt found it. */
  readonly judged: Set<string>;
  /** Those that landing held in another version when they were to be read. */
  readonly moved: Set<string>;
  readonly limiter: ConversionLimiter;
};

async function ingestInto(effects: Effects, dataset: Dataset, sources: readonly string[]) {
  const table = landingTable(dataset);
  const prefix = tablePrefix(table);
  const batch: Batch = {
    effects,
    dataset,
    prefix,
    limiter: new ConversionLimiter(),
    staged: new Map(),
    judged: new Set(),
    moved: new Set(),
  };
  const failures = new Map<string, unknown>();
  let outcomes: SourceOutcome[] = [];
  let duplicates: readonly Report[] = [];
  let fence: number | undefined;
  const started = effects.clock().getTime();
  const { snapshot, conflicts } = await effects.tables.commit(prefix, async (snapshot) => {
    outcomes = [];
    requireContract(snapshot, dataset);
    requireAccounted(dataset, snapshot);
    // What was staged before a vacuum raised its fence may be swept already.
    if (fence !== vacuumFence(snapshot)) batch.staged.clear();
    fence = vacuumFence(snapshot);
    const live = filesBySource(snapshot?.files.values() ?? []);
    const wanted = sources.filter((source) => !failures.has(source));
    const changes = await planSources(batch, wanted, live);
    const done: Change[] = [];
    changes.forEach((change, index) => {
      if (change.status === 'rejected') failures.set(wanted[index] as string, change.reason);
      else done.push(change.value);
    });
    const { changes: deduplicated, refused } = await withoutDuplicates(effects, dataset, live, done);
    outcomes = deduplicated.map(({ outcome }) => outcome);
    duplicates = refused;
    const actions = deduplicated.flatMap((change) => change.actions);
    if (actions.length === 0) return undefined;
    return {
      actions,
      operation: 'INGEST',
      parameters: { sources: String(outcomes.length) },
      metrics: { executionTimeMs: String(effects.clock().getTime() - started) },
    };
  });
  await announce(effects, table);
  for (const report of duplicates) await replaceReport(effects.lake, report);
  for (const outcome of outcomes) logOutcome(effects, dataset, outcome, snapshot?.version);
  return { outcomes, failures, conflicts };
}

function logOutcome(
  { log }: Effects,
  { name }: Dataset,
  { source, result, report, copies }: SourceOutcome,
  version: number | undefined,
): void {
  const file = { dataset: name, source };
  const rows = { rows: report?.accepted, quarantined: report?.quarantined };
  log('info', `ingest.${result}`, { ...file, ...rows, version });
  if (result !== 'accepted' || report === undefined) return;
  if (report.former) log('warn', 'ingest.shrunk', { ...file, ...rows, before: report.former });
  if (report.unmatched) log('warn', 'ingest.unmatched', { ...file, ...report.unmatched });
  if (copies) log('warn', 'ingest.duplicate', { ...file, ...rows, copies: copies.slice(0, MAX_LOGGED) });
}

const MAX_LOGGED = 10;

function requireContract(snapshot: Snapshot | undefined, dataset: Dataset): asserts snapshot is Snapshot {
  const hash = snapshot === undefined ? undefined : configuration(snapshot, CONTRACT);
  if (hash === dataset.hash) return;
  throw new TryAgainError(
    `the table of ${dataset.name} ${hash === undefined ? 'does not exist yet' : `is under contract ${hash}`}, and this process holds contract ${dataset.hash}: run "sluice sync", which applies the contracts, or says why it cannot`,
  );
}

const MAX_ROUNDS = 5;

/**
 * All changes are of what landing held when the last of them was staged: a conversion takes a while, so landing is looked at again
 * until nothing is new.
 */
async function planSources(
  batch: Batch,
  sources: readonly string[],
  live: LiveFiles,
): Promise<PromiseSettledResult<Change>[]> {
  const { staged, moved } = batch;
  batch.judged.clear();
  for (let round = 1; ; round++) {
    const present = await presentVersions(batch.effects.landing, sources);
    const before = new Map(staged);
    moved.clear();
    const changes = await Promise.allSettled(
      sources.map((source) => planSource(batch, source, present.get(source) as Present, live)),
    );
    const isNew = (source: string) => {
      const found = staged.get(source);
      const isRead = found !== before.get(source) && found?.report !== undefined;
      return isRead || moved.has(source);
    };
    if (!sources.some(isNew)) return changes;
    if (round === MAX_ROUNDS)
      return changes.map((change, i) => {
        const source = sources[i] ?? '';
        return isNew(source) ? { status: 'rejected', reason: changing(source) } : change;
      });
  }
}

async function planSource(batch: Batch, source: string, present: Present, table: LiveFiles): Promise<Change> {
  const { effects, dataset } = batch;
  const live = table.get(source) ?? [];
  const outcome = { source, dataset: dataset.name, partitions: live.map((add) => add.partitionValues) };
  const withdraw = () => live.map((add) => removeAction(add, effects.clock().getTime()));
  const withdrawn = {
    actions: withdraw(),
    files: [],
    outcome: live[0]
      ? { ...outcome, result: 'withdrawn' as const, withdrawnRows: readOrigin(live[0])?.acceptedRows ?? 0 }
      : { ...outcome, result: 'unchanged' as const },
  };
  if (effects.catalog.datasetFor(source) !== dataset) return withdrawn;

  const staged = await presentVersion(batch, source, present, table);
  const report = staged.report === undefined ? {} : { report: staged.report };
  if (staged.version === undefined) {
    if (dataset.onDelete === 'keep')
      return { actions: [], files: live, outcome: { ...outcome, partitions: [], result: 'kept' } };
    return withdrawn;
  }
  if (!staged.replaces || isLive(dataset, live, staged.version)) {
    const result = staged.report?.outcome === 'rejected' ? 'rejected' : 'unchanged';
    return { actions: [], files: live, outcome: { ...outcome, ...report, partitions: [], result } };
  }
  const { actions, partitions } = replacement(dataset, live, staged.adds, effects.clock().getTime());
  return { actions, files: staged.adds, outcome: { ...outcome, ...report, partitions, result: 'accepted' } };
}

/**
 * The new files in the place of the old ones. Where a partition's file is the same again, as when identical bytes are sent
 * twice, the log says that no data change, and nothing is computed anew. In the other modes LastModified counts as well.
 */
function replacement(dataset: Dataset, live: readonly Add[], staged: readonly Add[], now: number) {
  const isSame = (before: Add, after: Add) => dataset.mode === 'append' && sameContent(before, after);
  const removes = live.map((add) => {
    const { remove } = removeAction(add, now);
    return { remove: { ...remove, dataChange: !staged.some((after) => isSame(add, after)) } };
  });
  const adds = staged.map((add) => ({ add: { ...add, dataChange: !live.some((old) => isSame(old, add)) } }));
  const changed = [
    ...live.filter((_, i) => removes[i]?.remove.dataChange),
    ...adds.flatMap(({ add }) => (add.dataChange ? [add] : [])),
  ];
  const partitions = changed.map((file) => file.partitionValues);
  return { actions: [...removes, ...adds], partitions };
}

/** Data files that an earlier round or attempt staged serve again while landing holds their version. */
async function presentVersion(
  batch: Batch,
  source: string,
  present: Present,
  live: LiveFiles,
): Promise<Staged> {
  const { effects, dataset, prefix: table, staged: known, judged, limiter } = batch;
  if ('error' in present) throw present.error;
  const earlier = known.get(source);
  const isJudged = judged.has(source) || earlier?.replaces;
  if (earlier && isJudged && sameVersion(earlier.version, present.version)) return earlier;
  const staged = await stageVersion({ effects, dataset, table, live }, present.version, limiter);
  if (staged === undefined) {
    batch.moved.add(source);
    throw changing(source);
  }
  known.set(source, staged);
  judged.add(source);
  return staged;
}
