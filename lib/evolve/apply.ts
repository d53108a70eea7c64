// Applies the present contracts and definitions to the lake's tables: creates missing ones, makes compatible changes, refuses
// the rest. Apart from rebuild the only writer of a table's contract hash and definition hash.
import { landingTable } from '../core/catalog.ts';
import { type Dataset, tableColumns } from '../core/contract.ts';
import { type Derivation, relatedTables, sameTable, type TableRef, tablePrefix } from '../core/insight.ts';
import type { Action, Metadata } from '../delta/actions.ts';
import { removeAction } from '../delta/partitions.ts';
import { configuration, type Snapshot } from '../delta/snapshot.ts';
import { CliError, LocationGoneError, TryAgainError } from '../errors.ts';
import { unaccountedFiles } from '../ingest/unaccounted.ts';
import type { Effects } from '../lake/effects.ts';
import { CONTRACT, DEFINITION, DROPPED, PENDING } from '../lake/tags.ts';
import { messageOf, onePerTable, type TableFailure } from '../table-failures.ts';
import { contractChange } from './contract-change.ts';
import { wasDropped } from './drop-table.ts';
import { FirstLook } from './first-look.ts';
import { StagedFiles, type StagingObserver } from './staging.ts';
import {
  isNotOfSources,
  landingMetadata,
  newMetadata,
  partitionNames,
  protocolActions,
} from './table-metadata.ts';
import { type Undone, undoForeign } from './undo-foreign.ts';
import { widenFiles } from './widen.ts';

/** `widened`: changed, and its data files rewritten with wider columns. */
export type Applied = {
  readonly table: TableRef;
  readonly change: 'created' | 'changed' | 'widened';
  /** It is computed: its definition changed, and no source file is read for that. */
  readonly isComputed?: true;
};

/** A dataset whose table stays as it is and is neither written nor read. */
export type RefusedChange = {
  readonly dataset: string;
  /** `contract`: an incompatible change. `rows`: the table has rows of another program, and reverting them would lose others. */
  readonly because: 'contract' | 'rows';
  /** A sentence with the next step; `lines`: the same as lines, if it lists something. */
  readonly message: string;
  readonly lines: readonly string[];
  /** The derived tables that depend on it: they stay as they are. */
  readonly held: readonly TableRef[];
};

/** A table whose log cannot be read, or that could not be committed. */
export type FailedTable = TableFailure & {
  /** The derived tables that depend on it: they stay as they are. */
  readonly held: readonly TableRef[];
};

/** The obstacles to applying the definitions, by table. */
export type Obstacles = {
  readonly refused: readonly RefusedChange[];
  readonly failed: readonly FailedTable[];
};

export type ApplyResult = Obstacles & {
  readonly applied: readonly Applied[];
  /** The changes by other programs, and those that were reverted. */
  readonly undone: readonly Undone[];
};

/** A table that is refused or unreadable does not stop the others. Safe to repeat. */
export async function apply(effects: Effects, observer: StagingObserver = {}): Promise<ApplyResult> {
  const { datasets, derivations } = effects.catalog;
  const applied: Applied[] = [];
  const look = await lookAt(effects, [
    ...datasets.map(landingTable),
    ...derivations.map(({ target }) => target),
  ]);
  const { undone: takenBack, ...lossy } = await undoAllForeign(effects, observer, look);
  const undone = [...takenBack];
  const found = await refusedChanges(effects, look);
  const isLossy = (name: string) => lossy.refused.some(({ dataset }) => dataset === name);
  const refused = [...lossy.refused, ...found.refused.filter(({ dataset }) => !isLossy(dataset))];
  const unread = onePerTable([...lossy.failed, ...found.failed]);
  const failed = [...unread];
  const isHeld = (table: TableRef) =>
    [...refused, ...failed].some(({ held }) => held.some((target) => sameTable(target, table)));
  const work = async (table: TableRef, change: () => Promise<Applied | undefined>) => {
    try {
      applied.push(...[await change()].filter((done) => done !== undefined));
    } catch (error) {
      failed.push(failedTable(effects, table, error));
    }
  };
  for (const dataset of datasets) {
    const table = landingTable(dataset);
    const isOut =
      refused.some((refusal) => refusal.dataset === dataset.name) ||
      unread.some((failure) => failure.table === tablePrefix(table));
    const isDone = async () => isUnder(await look.snapshot(tablePrefix(table)), CONTRACT, dataset.hash);
    const change = () => applyContract(effects, dataset, observer, undone);
    if (!isOut) await work(table, async () => ((await isDone()) ? undefined : change()));
  }
  for (const derivation of derivations) {
    const { target, hash } = derivation;
    const isDone = async () => isUnder(await look.snapshot(tablePrefix(target)), DEFINITION, hash);
    const change = () => applyDefinition(effects, derivation);
    if (!isHeld(target)) await work(target, async () => ((await isDone()) ? undefined : change()));
  }
  return { applied, refused, failed, undone };
}

function lookAt({ tables }: Effects, at: readonly TableRef[]): Promise<FirstLook> {
  return FirstLook.at(tables, at.map(tablePrefix));
}

/** There is nothing to apply to it. */
function isUnder(snapshot: Snapshot | undefined, name: string, hash: string): boolean {
  return snapshot !== undefined && configuration(snapshot, name) === hash && !wasDropped(snapshot);
}

/** Reverts changes by other programs to datasets' tables; `refused`: if rows would be lost by that. */
export async function undoAllForeign(
  effects: Effects,
  observer: StagingObserver = {},
  look?: FirstLook,
): Promise<Omit<ApplyResult, 'applied'>> {
  const undone: Undone[] = [];
  const refused: RefusedChange[] = [];
  const failed: FailedTable[] = [];
  const { datasets } = effects.catalog;
  const seen = look ?? (await lookAt(effects, datasets.map(landingTable)));
  for (const dataset of datasets) {
    const table = tablePrefix(landingTable(dataset));
    try {
      if (!(await seen.snapshot(table))?.foreign.length) continue;
      seen.changed(table);
      const found = await undoForeign(effects, dataset, observer);
      if (found) undone.push(found);
    } catch (error) {
      if (error instanceof CliError && !(error instanceof LocationGoneError))
        refused.push(refusal(effects, dataset, 'rows', error.lines));
      else failed.push(failedTable(effects, landingTable(dataset), error));
    }
  }
  return { undone, refused, failed };
}

/** Throws LocationGoneError. */
function failedTable({ catalog }: Effects, table: TableRef, error: unknown): FailedTable {
  if (error instanceof LocationGoneError) throw error;
  return {
    table: tablePrefix(table),
    message: messageOf(error),
    held: downstream(catalog.derivations, table),
  };
}

/** What `apply` would refuse, and the tables that cannot be read. Changes nothing. */
export async function refusedChanges(effects: Effects, look?: FirstLook): Promise<Obstacles> {
  const refused: RefusedChange[] = [];
  const failed: FailedTable[] = [];
  const { datasets } = effects.catalog;
  const seen = look ?? (await lookAt(effects, datasets.map(landingTable)));
  for (const dataset of datasets) {
    try {
      const snapshot = await seen.snapshot(tablePrefix(landingTable(dataset)));
      const rows = snapshot && unaccountedProblem(dataset, snapshot);
      const contract = snapshot && contractProblem(dataset, snapshot);
      if (rows !== undefined) refused.push(refusal(effects, dataset, 'rows', [rows]));
      else if (contract !== undefined) refused.push(refusal(effects, dataset, 'contract', [contract]));
    } catch (error) {
      failed.push(failedTable(effects, landingTable(dataset), error));
    }
  }
  return { refused, failed };
}

function refusal(
  { catalog }: Effects,
  dataset: Dataset,
  because: RefusedChange['because'],
  lines: readonly string[],
): RefusedChange {
  const held = downstream(catalog.derivations, landingTable(dataset));
  return { dataset: dataset.name, because, message: lines.join('\n'), lines, held };
}

/** Foreign rows from before Sluice's last commit; undoForeign handles later commits. */
function unaccountedProblem({ name }: Dataset, snapshot: Snapshot): string | undefined {
  const [first, ...others] = unaccountedFiles(snapshot);
  if (first === undefined || snapshot.foreign.length > 0 || isNotOfSources(snapshot)) return undefined;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `the table of ${name} holds rows that no source file accounts for (${first.path}${more}): another program wrote them. Run "npx sluice rebuild ${name}", which rebuilds the table from landing only; until then no files of ${name} are ingested`;
}

function contractProblem(dataset: Dataset, snapshot: Snapshot): string | undefined {
  const problems = breakingProblems(dataset, snapshot);
  if (problems.length === 0) return undefined;
  return (
    `${dataset.file}: the contract change is incompatible with the table of ${dataset.name}: ${problems.join('; ')}. ` +
    `Undo the change, or run "npx sluice rebuild ${dataset.name}", which rebuilds the table from the files in landing; until then no files of ${dataset.name} are ingested`
  );
}

function breakingProblems(dataset: Dataset, snapshot: Snapshot): readonly string[] {
  if (configuration(snapshot, CONTRACT) === dataset.hash || isNotOfSources(snapshot)) return [];
  const change = contractChange(snapshot.metadata, tableColumns(dataset), partitionNames(dataset));
  return change.kind === 'breaking' ? change.problems : [];
}

/** All insights computed from the table or audited against it, directly or not. `derivations` are in dependency order. */
function downstream(derivations: readonly Derivation[], table: TableRef): TableRef[] {
  const reached = [table];
  for (const derivation of derivations) {
    const reads = [...derivation.inputs, ...relatedTables(derivation)];
    if (reads.some((read) => reached.some((one) => sameTable(one, read)))) reached.push(derivation.target);
  }
  return reached.slice(1);
}

async function applyContract(
  effects: Effects,
  dataset: Dataset,
  observer: StagingObserver,
  undone: Undone[],
): Promise<Applied | undefined> {
  const table = landingTable(dataset);
  const prefix = tablePrefix(table);
  const staged = new StagedFiles(effects, prefix);
  const { planned } = await effects.tables.commit(prefix, async (snapshot) => {
    const metaData = landingMetadata(effects, dataset, snapshot);
    if (snapshot === undefined) return { ...createTable(metaData), foreign: [] };
    if (isUnder(snapshot, CONTRACT, dataset.hash)) return undefined;
    const isNew = isNotOfSources(snapshot);
    const files = isNew
      ? leftBehind(effects, snapshot)
      : await widened(effects, dataset, snapshot, staged, observer);
    const change = files.some((action) => 'add' in action) ? 'widened' : 'changed';
    const actions = [{ metaData }, ...files];
    return { actions, operation: 'APPLY', change, foreign: isNew ? snapshot.foreign : [] } as const;
  });
  if (planned === undefined) return undefined;
  const { change, foreign } = planned;
  if (change === 'widened') await staged.forget();
  if (foreign.length > 0) undone.push({ table, commits: foreign });
  return { table, change };
}

function createTable(metaData: Metadata) {
  const actions: Action[] = [...protocolActions(undefined), { metaData }];
  return { actions, operation: 'CREATE TABLE', change: 'created' } as const;
}

/** A table that becomes a dataset's starts without rows: nothing would ever withdraw the rows that it has. */
function leftBehind(effects: Effects, { files }: Snapshot): Action[] {
  return [...files.values()].map((add) => removeAction(add, effects.clock().getTime()));
}

async function widened(
  effects: Effects,
  dataset: Dataset,
  snapshot: Snapshot,
  staged: StagedFiles,
  observer: StagingObserver,
): Promise<Action[]> {
  const change = contractChange(snapshot.metadata, tableColumns(dataset), partitionNames(dataset));
  if (change.kind === 'compatible') return [];
  if (change.kind === 'breaking')
    throw new TryAgainError(`the contract of ${dataset.name} is being changed by another process`);
  await staged.follow(snapshot);
  return widenFiles(effects, dataset, snapshot, [...snapshot.files.values()], staged, observer);
}

/** A new definition does not change rows or schema: the refresh that follows changes both in one commit. */
async function applyDefinition(effects: Effects, derivation: Derivation): Promise<Applied | undefined> {
  const { planned } = await effects.tables.commit(tablePrefix(derivation.target), async (snapshot) => {
    const metaData = derivedMetadata(effects, derivation, snapshot);
    if (metaData === undefined) return undefined;
    if (snapshot === undefined) return createTable(metaData);
    return { actions: [{ metaData }], operation: 'APPLY', change: 'changed' } as const;
  });
  return planned && { table: derivation.target, change: planned.change, isComputed: true };
}

function derivedMetadata(
  effects: Effects,
  derivation: Derivation,
  snapshot: Snapshot | undefined,
): Metadata | undefined {
  if (snapshot === undefined) {
    return newMetadata(effects, derivation.target, derivation.columns, derivation.partitionBy, {
      [DEFINITION]: derivation.hash,
    });
  }
  if (isUnder(snapshot, DEFINITION, derivation.hash)) return undefined;
  const pending = JSON.stringify({ all: true, stale: [] });
  const { [CONTRACT]: _contract, [DROPPED]: _dropped, ...others } = snapshot.metadata.configuration;
  return {
    ...snapshot.metadata,
    configuration: { ...others, [DEFINITION]: derivation.hash, [PENDING]: pending },
  };
}
