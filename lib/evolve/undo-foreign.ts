// Reverts changes by other programs to a dataset's table since Sluice's last commit: in one commit, foreign rows are removed and
// the sources' rows restored. A removed data file is copied under a new name (names are never reused) if it still exists;
// otherwise its source is read from landing again. If neither is possible, nothing is changed, because rows would be lost.
import { copyFile } from 'node:fs/promises';
import { contentHash } from '../content-hash.ts';
import { landingTable } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { type TableRef, tablePrefix } from '../core/insight.ts';
import type { Action, Add } from '../delta/actions.ts';
import { foreignText } from '../delta/foreign-text.ts';
import { removeAction } from '../delta/partitions.ts';
import type { ForeignCommit, Snapshot } from '../delta/snapshot.ts';
import { CliError } from '../errors.ts';
import { stage } from '../ingest/stage.ts';
import type { Effects } from '../lake/effects.ts';
import { wholeFiles } from '../lake/live-shares.ts';
import { republishDataFile } from '../lake/publish-data-file.ts';
import { sharesOf } from '../lake/shares.ts';
import { CONTENT, roleOf, sourceOf } from '../lake/tags.ts';
import { type Piece, StagedFiles, type StagingObserver } from './staging.ts';
import { isNotOfSources } from './table-metadata.ts';

/** Commits of other programs that a commit of ours has reverted. */
export type Undone = { readonly table: TableRef; readonly commits: readonly ForeignCommit[] };

/** Undefined if there is nothing to revert. Throws CliError, and changes nothing, if rows would be lost. */
export async function undoForeign(
  effects: Effects,
  dataset: Dataset,
  observer: StagingObserver = {},
): Promise<Undone | undefined> {
  const table = landingTable(dataset);
  const prefix = tablePrefix(table);
  const staged = new StagedFiles(effects, prefix);
  const { planned } = await effects.tables.commit(prefix, async (snapshot) => {
    const before = snapshot && (await beforeForeign(effects, prefix, snapshot));
    if (snapshot === undefined || before === undefined || isNotOfSources(before)) return undefined;
    await staged.follow(snapshot);
    const actions = await undoActions({ effects, dataset, prefix, staged, observer }, before, snapshot);
    const commits = snapshot.foreign;
    const versions = commits.map(({ version }) => version).join(', ');
    return { actions, operation: 'UNDO FOREIGN', parameters: { versions }, commits };
  });
  if (planned === undefined) return undefined;
  await staged.forget();
  for (const { version, operation, engine } of planned.commits)
    effects.log('warn', 'table.foreign_undone', { table: prefix, version, operation, engine });
  return { table, commits: planned.commits };
}

/** The table before other programs changed it; undefined if none did, or if they created it. Throws CliError. */
export async function beforeForeign(
  { tables }: Pick<Effects, 'tables'>,
  prefix: string,
  { foreign }: Snapshot,
): Promise<Snapshot | undefined> {
  const [first] = foreign;
  if (first === undefined || first.version === 0) return undefined;
  const before = await tables.at(prefix, first.version - 1);
  if (before.foreign.length === 0) return before;
  throw new CliError(
    `${prefix} was changed by other programs in more than ${foreign.length} commits, too many to revert one by one: "npx sluice rebuild" rebuilds it from landing only`,
  );
}

type Work = {
  readonly effects: Effects;
  readonly dataset: Dataset;
  readonly prefix: string;
  readonly staged: StagedFiles;
  readonly observer: StagingObserver;
};

async function undoActions(work: Work, before: Snapshot, now: Snapshot): Promise<Action[]> {
  const { effects, prefix } = work;
  const files = await wholeFiles(effects.tables, prefix, before.files.values());
  const lost = files.filter(({ path }) => !now.files.has(path));
  const { copies, gone: unreadable } = await copyFiles(work, now, lost);
  const gone = withTheirSources(unreadable, files);
  const read = await readSources(work, now, gone);
  const isReadAgain = (add: Add) => sourcesOf(add).some((source) => read.sources.has(source));
  const stayed = new Set(files.filter((add) => !isReadAgain(add)).map(({ path }) => path));
  const adds = [...copies.flatMap(({ of, adds }) => (isReadAgain(of) ? [] : adds)), ...read.adds];
  const removes = [...now.files.values()].filter(({ path }) => !stayed.has(path));
  const dataChange = gone.length > 0 || (await changedData(effects, prefix, now));
  const metaData = before.metadata;
  const isSame = JSON.stringify(metaData) === JSON.stringify(now.metadata);
  return [
    ...(isSame ? [] : [{ metaData }]),
    ...removes.map((add) => {
      const { remove } = removeAction(add, effects.clock().getTime());
      return { remove: { ...remove, dataChange } };
    }),
    ...adds.map((add) => ({ add: { ...add, dataChange } })),
  ];
}

function sourcesOf(file: Add): string[] {
  return sharesOf(file).flatMap((share) => sourceOf(share) ?? []);
}

/** And all files that have rows of a source that these have: a source is read again as a whole. */
function withTheirSources(gone: readonly Add[], files: readonly Add[]): Add[] {
  const found = new Set(gone);
  const sources = new Set(gone.flatMap(sourcesOf));
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const file of files) {
      const own = sourcesOf(file);
      if (found.has(file) || !own.some((source) => sources.has(source))) continue;
      found.add(file);
      for (const source of own) sources.add(source);
    }
  }
  return [...found];
}

/** False if, according to the writers, they only moved rows from file to file. */
async function changedData(
  { tables }: Effects,
  prefix: string,
  { foreign, version }: Snapshot,
): Promise<boolean> {
  const entries = await tables.entries(prefix, (foreign[0]?.version ?? 0) - 1, version);
  const changes = (action: Action) =>
    ('add' in action && action.add.dataChange !== false) ||
    ('remove' in action && action.remove.dataChange !== false);
  return entries === undefined || entries.some(({ actions }) => actions.some(changes));
}

type Copy = { readonly of: Add; readonly adds: readonly Add[] };

/** `gone`: files that no longer exist, or were altered. */
async function copyFiles(
  { effects, dataset, prefix, staged, observer }: Work,
  now: Snapshot,
  lost: readonly Add[],
): Promise<{ copies: Copy[]; gone: Add[] }> {
  const copies: Copy[] = [];
  const gone: Add[] = [];
  for (const [i, add] of lost.entries()) {
    const piece = await staged.piece(`${add.path} restored`, now, () =>
      copyFileOf(effects, prefix, now, add),
    );
    if (piece === undefined) gone.push(add);
    else copies.push({ of: add, adds: piece.adds });
    observer.staged?.(`taking back what other programs did to ${dataset.name}`, i + 1, lost.length);
  }
  return { copies, gone };
}

async function copyFileOf(
  effects: Effects,
  prefix: string,
  { metadata }: Snapshot,
  add: Add,
): Promise<Piece | undefined> {
  const copied = async (from: string, to: string) => {
    await copyFile(from, to);
    const known = add.tags?.[CONTENT];
    return known === undefined || (await contentHash(to)) === known ? (add.stats ?? '{}') : undefined;
  };
  const copy = await republishDataFile(effects, prefix, metadata.partitionColumns, add, copied);
  return copy === undefined || copy === 'gone' ? undefined : { adds: [copy] };
}

/** The sources of data files that are gone, read from landing. Throws CliError if one cannot be read. */
async function readSources(
  { effects, dataset, prefix, staged }: Work,
  now: Snapshot,
  gone: readonly Add[],
): Promise<{ sources: ReadonlySet<string>; adds: Add[] }> {
  const sources = new Set(gone.flatMap(sourcesOf));
  const refused = gone.filter((add) => roleOf(add) === 'refused');
  const stoodForRefused = new Set(refused.flatMap(sourcesOf));
  const adds: Add[] = [];
  const unreadable: string[] = [];
  for (const source of sources) {
    const piece = await staged.piece(`${source} read again`, now, async () => {
      const { version, replaces, adds } = await stage(effects, dataset, prefix, source, new Map());
      const isBack = replaces || (adds.length > 0 && stoodForRefused.has(source));
      return version !== undefined && isBack ? { adds } : undefined;
    });
    if (piece === undefined) unreadable.push(source);
    else adds.push(...piece.adds);
  }
  if (unreadable.length > 0) throw wouldLoseRows(dataset, now, unreadable);
  return { sources, adds };
}

function wouldLoseRows(dataset: Dataset, { foreign }: Snapshot, sources: readonly string[]): CliError {
  const listed = sources.slice(0, 10).map((source) => `  ${source}`);
  const more = sources.length > 10 ? [`  and ${sources.length - 10} more`] : [];
  return new CliError([
    `${dataset.name} was changed by another program (${foreign.map(foreignText).join('; ')}), and the data files of these sources are gone; landing does not have the sources either, or only in a rejected version. ${dataset.name} was not changed:`,
    ...listed,
    ...more,
    `Put the files back into landing, or give their rows up with "npx sluice rebuild ${dataset.name} --yes".`,
  ]);
}
