// Rebuilds a dataset's table from the files in landing under the present contract, in one commit that replaces all data files.
// The order is that of an ingest (docs/architecture.md): snapshot, landing, then a commit that fails if another writer was
// faster; so a file that arrives meanwhile wins. A killed rebuild continues with what it had staged.
import { landingTable } from '../core/catalog.ts';
import { type Dataset, tableColumns } from '../core/contract.ts';
import { tablePrefix } from '../core/insight.ts';
import type { Action, Add } from '../delta/actions.ts';
import { removeAction } from '../delta/partitions.ts';
import type { Snapshot } from '../delta/snapshot.ts';
import { CliError } from '../errors.ts';
import { duplicateViolation, repeatedSources } from '../ingest/duplicates.ts';
import { readReport, replaceReport } from '../ingest/report.ts';
import { refusal } from '../ingest/without-duplicates.ts';
import { announce, type Effects } from '../lake/effects.ts';
import { wholeFiles } from '../lake/live-shares.ts';
import { mergeShares } from '../lake/merge-shares.ts';
import { type LiveShares, type Share, sharesBySource, sharesOf } from '../lake/shares.ts';
import { readOrigin, roleOf, sourceOf } from '../lake/tags.ts';
import { type ContractChange, contractChange } from './contract-change.ts';
import { type ConvertedLanding, convertLanding, presentVersions } from './convert-landing.ts';
import { type SourceRead, StagedFiles, type StagingObserver } from './staging.ts';
import { landingMetadata, partitionNames, protocolActions } from './table-metadata.ts';
import { undoForeign } from './undo-foreign.ts';
import { widenFiles } from './widen.ts';

export type RebuildOptions = {
  /** Give up the rows of sources that cannot be read again. */
  readonly dropLost: boolean;
};

export type Rebuilt = {
  readonly dataset: string;
  /** Of the sources in landing. */
  readonly reads: readonly SourceRead[];
  /** Sources whose rows stay as they were, because landing has no readable version of them. */
  readonly kept: readonly string[];
  /** Sources whose rows are given up. */
  readonly dropped: readonly string[];
  readonly version: number;
};

/** Repeating it gives the same rows. Throws CliError, and changes nothing, if rows would be lost. */
export async function rebuild(
  effects: Effects,
  dataset: Dataset,
  options: RebuildOptions,
  observer: StagingObserver = {},
): Promise<Rebuilt> {
  const table = landingTable(dataset);
  const prefix = tablePrefix(table);
  await undoUnlessGivenUp(effects, dataset, options, observer);
  const staged = new StagedFiles(effects, prefix);
  const convert = (snapshot: Snapshot | undefined) =>
    convertLanding(effects, dataset, snapshot, staged, observer);
  const { snapshot, planned } = await effects.tables.commit(prefix, async (snapshot) => {
    await staged.follow(snapshot);
    const plan = await planRebuild(effects, dataset, snapshot, convert, options);
    const files = await replaceFiles(effects, dataset, snapshot, plan, staged, observer);
    const metaData = landingMetadata(effects, dataset, snapshot);
    const parameters = { sources: String(plan.reads.length) };
    return {
      actions: [...protocolActions(snapshot), { metaData }, ...files],
      operation: 'REBUILD',
      parameters,
      plan,
    };
  });
  await staged.forget();
  await reportRepeated(effects, dataset, planned.plan);
  await announce(effects, table);
  const { reads, kept, dropped } = planned.plan;
  const { version } = snapshot;
  effects.log('info', 'rebuild.committed', { table: prefix, version, sources: reads.length });
  return { dataset: dataset.name, reads, kept, dropped, version };
}

/** The state before other programs changed the table: losses are measured against it. */
async function undoUnlessGivenUp(
  effects: Effects,
  dataset: Dataset,
  { dropLost }: RebuildOptions,
  observer: StagingObserver,
): Promise<void> {
  try {
    await undoForeign(effects, dataset, observer);
  } catch (error) {
    if (!dropLost || !(error instanceof CliError)) throw error;
  }
}

type Plan = ConvertedLanding & Pick<Rebuilt, 'kept' | 'dropped'>;

async function planRebuild(
  effects: Effects,
  dataset: Dataset,
  snapshot: Snapshot | undefined,
  convert: (snapshot: Snapshot | undefined) => Promise<ConvertedLanding>,
  { dropLost }: RebuildOptions,
): Promise<Plan> {
  const prefix = tablePrefix(landingTable(dataset));
  const live = rowsBySource(await wholeFiles(effects.tables, prefix, snapshot?.files.values() ?? []));
  const isMine = (source: string) => effects.catalog.datasetFor(source) === dataset;
  const goneFrom = (present: ReadonlyMap<string, unknown>) =>
    [...live.keys()].filter((source) => isMine(source) && !present.has(source));
  const isBreaking = snapshot !== undefined && changeOf(dataset, snapshot).kind === 'breaking';
  const losesGone = isBreaking || dataset.onDelete === 'withdraw';
  // Missing sources are known hours before the rest: refuse early.
  const goneNow = losesGone ? goneFrom(await presentVersions(effects, dataset)) : [];
  if (!dropLost) refuseLoss(dataset, goneNow, [], []);
  const landed = await convert(snapshot);
  const gone = goneFrom(landed.present);
  const rejected = landed.reads.filter((read) => read.outcome === 'rejected' && live.has(read.source));
  const lost = { gone: losesGone ? gone : [], rejected: isBreaking ? rejected : [] };
  if (!dropLost) refuseLoss(dataset, lost.gone, lost.rejected, fewerRows(landed, live));
  const dropped = new Set([...lost.gone, ...lost.rejected.map(({ source }) => source)]);
  const unread = [...gone, ...rejected.map(({ source }) => source)];
  const kept = new Set(unread.filter((source) => !dropped.has(source)));
  const adds = landed.adds.filter((add) => !kept.has(sourceOf(add) ?? ''));
  return withoutRepeated(dataset, { ...landed, adds, dropped: [...dropped], kept: [...kept] }, live);
}

/** What stands for a refused file has no rows that a rebuild could lose. */
function rowsBySource(files: Iterable<Add>): LiveShares {
  return sharesBySource([...files].filter((file) => roleOf(file) !== 'refused'));
}

/** If duplicates are refused, keeps only the first of the sources with the same rows. No rows are lost by it. */
function withoutRepeated(dataset: Dataset, plan: Plan, live: LiveShares): Plan {
  if (dataset.duplicates !== 'reject') return plan;
  const landed = sharesBySource(plan.adds);
  const after = new Map<string, readonly Share[]>(landed);
  for (const source of plan.kept) after.set(source, live.get(source) ?? []);
  const repeated = repeatedSources(dataset, after, landed.keys());
  return {
    ...plan,
    adds: plan.adds.filter((add) => !repeated.has(sourceOf(add) ?? '')),
    kept: plan.kept.filter((source) => !repeated.has(source)),
    reads: plan.reads.map((read) => {
      const first = repeated.get(read.source);
      if (first === undefined) return read;
      return { ...read, outcome: 'rejected', accepted: 0, reason: duplicateViolation(first) };
    }),
  };
}

async function reportRepeated({ lake }: Effects, dataset: Dataset, { reads, present }: Plan): Promise<void> {
  for (const { source, reason } of reads) {
    const version = present.get(source);
    if (reason?.rule !== 'duplicate' || version === undefined) continue;
    const report = await readReport(lake, dataset, version);
    if (report) await replaceReport(lake, refusal(report, reason.value ?? ''));
  }
}

type FewerRows = { readonly source: string; readonly before: number; readonly after: number };

/** Unchanged sources of which fewer rows are accepted now. */
function fewerRows({ reads, present }: ConvertedLanding, live: LiveShares): FewerRows[] {
  return reads.flatMap(({ source, outcome, accepted: after }) => {
    const [first] = live.get(source) ?? [];
    const origin = first && readOrigin(first);
    const isSame = origin !== undefined && origin.etag === present.get(source)?.etag;
    if (outcome !== 'accepted' || !isSame || after >= origin.acceptedRows) return [];
    return [{ source, before: origin.acceptedRows, after }];
  });
}

function changeOf(dataset: Dataset, { metadata }: Snapshot): ContractChange {
  return contractChange(metadata, tableColumns(dataset), partitionNames(dataset));
}

/** Removes all of the table's files except those of kept sources that fit as they are. */
async function replaceFiles(
  effects: Effects,
  dataset: Dataset,
  snapshot: Snapshot | undefined,
  { kept, adds }: Plan,
  staged: StagedFiles,
  observer: StagingObserver,
): Promise<Action[]> {
  const prefix = tablePrefix(landingTable(dataset));
  const files = await wholeFiles(effects.tables, prefix, snapshot?.files.values() ?? []);
  const live = sharesBySource(files);
  const shares = new Set(kept.flatMap((source) => live.get(source) ?? []));
  const isKept = (share: Share) => shares.has(share);
  const stays = new Set(files.filter((file) => sharesOf(file).every(isKept)));
  const cut = files.filter((file) => !stays.has(file) && sharesOf(file).some(isKept));
  const isWidened = snapshot !== undefined && changeOf(dataset, snapshot).kind === 'widening';
  const wider = isWidened ? await widenFiles(effects, dataset, snapshot, [...stays], staged, observer) : [];
  const parts: Add[] = [];
  for (const file of cut) {
    const rest = sharesOf(file).filter(isKept);
    const id = `${file.path} of ${rest.map(({ firstRow }) => firstRow)} under ${dataset.hash}`;
    const piece = await staged.piece(id, snapshot, async () => ({
      adds: await mergeShares(effects, dataset, [rest]),
    }));
    parts.push(...piece.adds);
  }
  const staying = new Set([...stays].map(({ path }) => path));
  const removes = [...(snapshot?.files.values() ?? [])].filter(({ path }) => !staying.has(path));
  const now = effects.clock().getTime();
  return [
    ...removes.map((file) => removeAction(file, now)),
    ...wider,
    ...[...parts, ...adds].map((add) => ({ add })),
  ];
}

const MAX_NAMED = 10;

function refuseLoss(
  dataset: Dataset,
  gone: readonly string[],
  rejected: readonly SourceRead[],
  fewer: readonly FewerRows[],
): void {
  const files = gone.length + rejected.length + fewer.length;
  if (files === 0) return;
  const keeps =
    dataset.onDelete === 'keep'
      ? ' (the contract keeps the rows of deleted files, but they do not fit it any more)'
      : '';
  const parts = [
    ...(gone.length === 0 ? [] : [`not in landing any more${keeps}: put them back:`, ...named(gone)]),
    ...(rejected.length === 0
      ? []
      : [
          'rejected in their present version: correct them:',
          ...named(
            rejected.map(({ source, reason }) => `${source}: ${reason?.message ?? 'no reason given'}`),
          ),
        ]),
    ...(fewer.length === 0
      ? []
      : [
          'with rows that the new contract refuses: correct the contract or the files ("sluice validate" says what is wrong):',
          ...named(
            fewer.map(({ source, before, after }) => `${source}: ${after} of ${before} rows are accepted`),
          ),
        ]),
  ];
  throw new CliError([
    `${dataset.name} is not rebuilt: it would lose rows of ${files} source file${files === 1 ? '' : 's'}. Nothing was changed.`,
    ...parts,
    'To give their rows up, pass --yes.',
  ]);
}

function named(lines: readonly string[]): string[] {
  const more = lines.length - MAX_NAMED;
  return [...lines.slice(0, MAX_NAMED), ...(more > 0 ? [`and ${more} more`] : [])].map((line) => `  ${line}`);
}
