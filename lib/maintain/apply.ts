// Brings the lake's tables under the present contracts and definitions: makes what is missing, changes what may change,
// refuses the rest. Besides rebuild the only writer of a table's contract hash and definition hash.
import { landingTable } from '../core/catalog.ts';
import { type Dataset, tableColumns } from '../core/contract.ts';
import { type Derivation, relatedTables, sameTable, type TableRef, tablePrefix } from '../core/insight.ts';
import { CONTRACT, DEFINITION, DROPPED, PENDING } from '../core/tags.ts';
import type { Action, Metadata } from '../delta/actions.ts';
import type { CommitPlan } from '../delta/commit.ts';
import { removeAction } from '../delta/partitions.ts';
import { configuration, type Snapshot } from '../delta/snapshot.ts';
import type { Effects } from '../effects.ts';
import { CliError, TryAgainError } from '../errors.ts';
import { unaccountedFiles } from '../ingest/unaccounted.ts';
import { contractChange } from './contract-change.ts';
import { isDropped } from './drop-table.ts';
import {
  isNotOfSources,
  landingMetadata,
  newMetadata,
  partitionNames,
  protocolActions,
} from './landing-metadata.ts';
import { StagedFiles, type StagingObserver } from './staged-files.ts';
import { type Undone, undoForeign } from './undo-foreign.ts';
import { widenFiles } from './widen.ts';

/** `widened`: changed, and its data files written anew with wider columns. */
export type Applied = { readonly table: TableRef; readonly change: 'created' | 'changed' | 'widened' };

/** A dataset whose table stays as it is, and is neither read into nor from. */
export type RefusedChange = {
  readonly dataset: string;
  /** `contract`: the table cannot take it. `rows`: it holds rows of another program, and taking them back would lose others. */
  readonly because: 'contract' | 'rows';
  /** A sentence with the next step. */
  readonly message: string;
  /** The derived tables that depend on it: they stay as they are. */
  readonly held: readonly TableRef[];
};

export type ApplyResult = {
  readonly applied: readonly Applied[];
  readonly refused: readonly RefusedChange[];
  /** What other programs did, and what was taken back of it. */
  readonly undone: readonly Undone[];
};

/** Repeating it changes nothing. */
export async function apply(effects: Effects, observer: StagingObserver = {}): Promise<ApplyResult> {
  const { datasets, derivations } = effects.catalog;
  const applied: (Applied | undefined)[] = [];
  const { undone, refused: lossy } = await undoAllForeign(effects, observer);
  const broken = await refusedChanges(effects);
  const refused = [
    ...lossy,
    ...broken.filter(({ dataset }) => !lossy.some((one) => one.dataset === dataset)),
  ];
  for (const dataset of datasets)
    if (!refused.some((refusal) => refusal.dataset === dataset.name))
      applied.push(await applyContract(effects, dataset, observer));
  const held = refused.flatMap((refusal) => refusal.held);
  for (const derivation of derivations)
    if (!held.some((target) => sameTable(target, derivation.target)))
      applied.push(await applyDefinition(effects, derivation));
  return { applied: applied.filter((change) => change !== undefined), refused, undone };
}

/** What other programs did to tables of source files is taken back; `refused`: where rows would be lost by that. */
export async function undoAllForeign(
  effects: Effects,
  observer: StagingObserver = {},
): Promise<Pick<ApplyResult, 'undone' | 'refused'>> {
  const undone: Undone[] = [];
  const refused: RefusedChange[] = [];
  for (const dataset of effects.catalog.datasets) {
    try {
      const found = await undoForeign(effects, dataset, observer);
      if (found) undone.push(found);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      refused.push(refusal(effects, dataset, 'rows', error.message));
    }
  }
  return { undone, refused };
}

/** What `apply` would refuse. Changes nothing. */
export async function refusedChanges(effects: Effects): Promise<RefusedChange[]> {
  const refused: RefusedChange[] = [];
  for (const dataset of effects.catalog.datasets) {
    const snapshot = await effects.tables.latest(tablePrefix(landingTable(dataset)));
    const rows = snapshot && unaccountedProblem(dataset, snapshot);
    const contract = snapshot && contractProblem(dataset, snapshot);
    if (rows !== undefined) refused.push(refusal(effects, dataset, 'rows', rows));
    else if (contract !== undefined) refused.push(refusal(effects, dataset, 'contract', contract));
  }
  return refused;
}

function refusal(
  { catalog }: Effects,
  dataset: Dataset,
  because: RefusedChange['because'],
  message: string,
): RefusedChange {
  const held = downstream(catalog.derivations, landingTable(dataset));
  return { dataset: dataset.name, because, message, held };
}

/** Of commits since Sluice's last one undoForeign takes care; these stand beside rows of Sluice's own since longer. */
function unaccountedProblem({ name }: Dataset, snapshot: Snapshot): string | undefined {
  const [first, ...others] = unaccountedFiles(snapshot);
  if (first === undefined || snapshot.foreign.length > 0 || isNotOfSources(snapshot)) return undefined;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `the table of ${name} holds rows that no source file accounts for (${first.path}${more}): another program wrote them. Run "npx sluice rebuild ${name}", which makes the table from landing alone; until then nothing of ${name} is read in`;
}

function contractProblem(dataset: Dataset, snapshot: Snapshot): string | undefined {
  const problems = breakingProblems(dataset, snapshot);
  if (problems.length === 0) return undefined;
  return (
    `${dataset.file}: the table of ${dataset.name} cannot take its new contract: ${problems.join('; ')}. ` +
    `Undo the change, or run "npx sluice rebuild ${dataset.name}", which makes the table again from the files in landing; until then nothing of ${dataset.name} is read in`
  );
}

function breakingProblems(dataset: Dataset, snapshot: Snapshot): readonly string[] {
  if (configuration(snapshot, CONTRACT) === dataset.hash || isNotOfSources(snapshot)) return [];
  const change = contractChange(snapshot.metadata, tableColumns(dataset), partitionNames(dataset));
  return change.kind === 'breaking' ? change.problems : [];
}

/** All that is computed from the table or audited against it, directly or not. `derivations` stand in the order of their dependence. */
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
): Promise<Applied | undefined> {
  const table = landingTable(dataset);
  const prefix = tablePrefix(table);
  const staged = new StagedFiles(effects, prefix);
  let change = 'changed' as Applied['change'];
  const { committed } = await effects.tables.commit(
    prefix,
    async (snapshot): Promise<CommitPlan | undefined> => {
      const metaData = landingMetadata(effects, dataset, snapshot);
      if (snapshot === undefined) {
        change = 'created';
        return { actions: [...protocolActions(snapshot), { metaData }], operation: 'CREATE TABLE' };
      }
      if (configuration(snapshot, CONTRACT) === dataset.hash && !isDropped(snapshot)) return undefined;
      const files = isNotOfSources(snapshot)
        ? leftBehind(effects, snapshot)
        : await widened(effects, dataset, snapshot, staged, observer);
      change = files.some((action) => 'add' in action) ? 'widened' : 'changed';
      return { actions: [{ metaData }, ...files], operation: 'APPLY' };
    },
  );
  if (change === 'widened') await staged.forget();
  return committed ? { table, change } : undefined;
}

/** A table that takes source files from now on begins without rows: nothing would ever withdraw those that it has. */
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

/** A new definition leaves rows and schema alone: the refresh that it asks for changes both in one commit. */
async function applyDefinition(effects: Effects, derivation: Derivation): Promise<Applied | undefined> {
  let change = 'changed' as Applied['change'];
  const { committed } = await effects.tables.commit(tablePrefix(derivation.target), async (snapshot) => {
    const metaData = derivedMetadata(effects, derivation, snapshot);
    if (metaData === undefined) return undefined;
    change = snapshot === undefined ? 'created' : 'changed';
    return {
      actions: [...protocolActions(snapshot), { metaData }],
      operation: snapshot === undefined ? 'CREATE TABLE' : 'APPLY',
    };
  });
  return committed ? { table: derivation.target, change } : undefined;
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
  if (configuration(snapshot, DEFINITION) === derivation.hash && !isDropped(snapshot)) return undefined;
  const pending = JSON.stringify({ all: true, stale: [] });
  const { [CONTRACT]: _contract, [DROPPED]: _dropped, ...others } = snapshot.metadata.configuration;
  return {
    ...snapshot.metadata,
    configuration: { ...others, [DEFINITION]: derivation.hash, [PENDING]: pending },
  };
}
