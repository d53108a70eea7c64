// Plans what the next sync or deploy would do for changed definitions: tables to create, source files to read again, partitions
// to recompute, incompatible contracts. A changed contract hash means that every source file is read again and every
// partition touched; changed SQL recomputes every partition; dependants follow. Writes nothing.
import { landingTable } from '../core/catalog.ts';
import { type Dataset, tableColumns } from '../core/contract.ts';
import { type Derivation, sameTable, type TableRef, tablePrefix } from '../core/insight.ts';
import type { Column } from '../core/schema.ts';
import type { SetAside } from '../core/set-aside.ts';
import type { PartitionValues } from '../delta/actions.ts';
import { configuration, type Snapshot } from '../delta/snapshot.ts';
import { type RefusedChange, refusedChanges } from '../evolve/apply.ts';
import { contractChange } from '../evolve/contract-change.ts';
import { partitionNames, wasComputed } from '../evolve/table-metadata.ts';
import type { Effects } from '../lake/effects.ts';
import { type Census, takeCensus, versionsByDataset } from '../lake/landing-census.ts';
import { partitionId, partitionOf } from '../lake/partition.ts';
import { comparePartitions } from '../lake/partition-filter.ts';
import { CONTRACT, DEFINITION } from '../lake/tags.ts';
import { undefinedTables } from '../maintain/lake-tables.ts';
import type { ObjectVersion } from '../ports.ts';
import { goingOn, type TableFailure } from '../table-failures.ts';
import { columnsAt } from './table-at.ts';

export type PlannedChange = {
  readonly table: string;
  /** The contract or SQL file; null where nothing defines the table any more, or what it depends on is set aside. */
  readonly file: string | null;
  /**
   * `affected`: its definition is what it was, and a table that it reads changes. `held`: it stays as it is because of a broken
   * one. `removed`: its rows stay, and nothing changes them any more.
   */
  readonly change: 'added' | 'changed' | 'affected' | 'broken' | 'held' | 'removed';
  readonly reasons: readonly string[];
  /** That are computed again, or whose source files are read again; null where only the run will tell. */
  readonly partitions: readonly PartitionValues[] | null;
  /** In landing, to be read. */
  readonly sourceFiles: number;
  /** To be read: source files, or data files of the inputs as they are now; null where only the run will tell. */
  readonly bytes: number | null;
};

export type DefinitionPlan = {
  readonly changes: readonly PlannedChange[];
  /** Tables for which nothing changes. */
  readonly unchanged: number;
  /** Sentences with the next step; [] if every definition can be applied. */
  readonly broken: readonly string[];
  /** Wrong definitions; they are among the broken. */
  readonly aside: readonly SetAside[];
  /** Tables that cannot be read: they are not among the changes. */
  readonly failures: readonly TableFailure[];
};

export async function planDefinitions(effects: Effects): Promise<DefinitionPlan> {
  const { aside } = effects.catalog;
  const { refused } = await refusedChanges(effects);
  const failures: TableFailure[] = [];
  // What cannot be seen is named by sync and status: it changes no plan.
  const census = await takeCensus(effects);
  const landed = versionsByDataset(census.objects, 'claimed');
  const changes: PlannedChange[] = [];
  const touched: TableRef[] = [];
  const add = (table: TableRef, change: PlannedChange | undefined) => {
    if (change === undefined) return;
    changes.push(change);
    if (change.change !== 'broken' && change.change !== 'held') touched.push(table);
  };
  for (const dataset of effects.catalog.datasets)
    await goingOn(failures, tablePrefix(landingTable(dataset)), async () =>
      add(landingTable(dataset), await planDataset(effects, dataset, refused, landed.get(dataset) ?? [])),
    );
  for (const derivation of effects.catalog.derivations)
    await goingOn(failures, tablePrefix(derivation.target), async () =>
      add(derivation.target, await planDerivation(effects, derivation, refused, touched)),
    );
  const defined = effects.catalog.datasets.length + effects.catalog.derivations.length;
  const unchanged = defined - changes.length - failures.length;
  changes.push(...aside.flatMap(asideChanges));
  for (const table of await undefinedTables(effects)) changes.push(removal(table));
  const broken = [
    ...aside.flatMap(({ error }) => error.lines),
    ...refused.map(({ message }) => message),
    ...rivalProblems(census),
  ];
  return { changes, unchanged, broken, aside, failures };
}

/** Wrong definitions, as far as their names are known, and the tables that they hold back. */
function asideChanges({ file, kind, names, held }: SetAside): PlannedChange[] {
  const nothing = { partitions: [], sourceFiles: 0, bytes: 0 };
  const place = kind === 'insight' ? 'insights' : 'tables';
  return [
    ...names.map((name) => ({
      ...nothing,
      table: `${place}/${name}`,
      file,
      change: 'broken' as const,
      reasons: ['its definition is wrong'],
    })),
    ...held.map((name) => ({
      ...nothing,
      table: `insights/${name}`,
      file: null,
      change: 'held' as const,
      reasons: [`it depends on ${names.length === 0 ? file : names.join(', ')}, which is not valid`],
    })),
  ];
}

/** A sentence for each two datasets that take the same key, of the last such key. */
function rivalProblems({ objects }: Census): string[] {
  const problems = new Map<string, string>();
  for (const { version, state, claims } of objects) {
    const [dataset, rival] = claims;
    if (state !== 'contested' || dataset === undefined || rival === undefined) continue;
    problems.set(
      `${dataset.name} ${rival.name}`,
      `${dataset.file}: the datasets ${dataset.name} and ${rival.name} (${rival.file}) both take ${version.key}, so neither would. Make their paths distinct`,
    );
  }
  return [...problems.values()];
}

async function planDataset(
  effects: Effects,
  dataset: Dataset,
  refused: readonly RefusedChange[],
  landed: readonly ObjectVersion[],
): Promise<PlannedChange | undefined> {
  const table = tablePrefix(landingTable(dataset));
  const snapshot = await effects.tables.latest(table);
  if (snapshot && configuration(snapshot, CONTRACT) === dataset.hash && !wasComputed(snapshot))
    return undefined;
  const planned = { table, file: dataset.file };
  const nothing = { partitions: [], sourceFiles: 0, bytes: 0 };
  if (refused.some((refusal) => refusal.dataset === dataset.name))
    return {
      ...planned,
      ...nothing,
      change: 'broken',
      reasons: ['the contract change is incompatible with the table'],
    };
  const work = {
    sourceFiles: landed.length,
    bytes: landed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
  if (snapshot === undefined)
    return {
      ...planned,
      ...work,
      change: 'added',
      reasons: ['new'],
      partitions: landed.length === 0 ? [] : null,
    };
  return {
    ...planned,
    ...work,
    change: 'changed',
    reasons: contractReasons(dataset, snapshot),
    partitions: partitionsOf(snapshot, snapshot.metadata.partitionColumns),
  };
}

function contractReasons(dataset: Dataset, snapshot: Snapshot): string[] {
  if (wasComputed(snapshot)) return ['it was computed, and takes source files now'];
  const columns = tableColumns(dataset);
  const change = contractChange(snapshot.metadata, columns, partitionNames(dataset));
  const reasons = columnReasons(columnsAt(snapshot.metadata), columns);
  const rewrite = change.kind === 'widening' ? ['all data files are rewritten in one commit'] : [];
  return reasons.length === 0
    ? ['contract: how files are read or which rows are taken']
    : [...reasons, ...rewrite];
}

function columnReasons(before: readonly Column[], after: readonly Column[]): string[] {
  const named = (verb: string, columns: readonly string[]) =>
    columns.length === 0
      ? []
      : [`${columns.length === 1 ? 'column' : 'columns'} ${verb}: ${columns.join(', ')}`];
  const old = new Map(before.map(({ name, type }) => [name, type]));
  const now = new Map(after.map(({ name, type }) => [name, type]));
  const retyped = after.flatMap(({ name, type }) => {
    const was = old.get(name);
    return was === undefined || was === type ? [] : [`${name} from ${was} to ${type}`];
  });
  return [
    ...named(
      'added',
      [...now.keys()].filter((name) => !old.has(name)),
    ),
    ...named(
      'removed',
      [...old.keys()].filter((name) => !now.has(name)),
    ),
    ...named('changed', retyped),
  ];
}

/** `touched`: the tables before it whose rows change. */
async function planDerivation(
  effects: Effects,
  derivation: Derivation,
  refused: readonly RefusedChange[],
  touched: readonly TableRef[],
): Promise<PlannedChange | undefined> {
  const planned = { table: tablePrefix(derivation.target), file: derivation.file };
  const snapshot = await effects.tables.latest(planned.table);
  const isChanged = snapshot !== undefined && configuration(snapshot, DEFINITION) !== derivation.hash;
  const moved = derivation.inputs.filter((input) => touched.some((table) => sameTable(table, input)));
  const hold = refused.find(({ held }) => held.some((target) => sameTable(target, derivation.target)));
  if (hold) {
    const reasons = [`it depends on ${hold.dataset}, whose contract change is incompatible`];
    return { ...planned, change: 'held', reasons, partitions: [], sourceFiles: 0, bytes: 0 };
  }
  if (snapshot !== undefined && !isChanged && moved.length === 0) return undefined;
  const reads = moved.length === 0 ? [] : [`reads ${moved.map(tablePrefix).join(', ')}`];
  return {
    ...planned,
    change: snapshot === undefined ? 'added' : isChanged ? 'changed' : 'affected',
    reasons: [
      ...(snapshot === undefined ? ['new'] : []),
      ...(isChanged ? definitionReasons(derivation, snapshot) : []),
      ...reads,
      ...(await sizeReasons(effects, derivation)),
    ],
    ...(await recomputation(effects, derivation)),
    sourceFiles: 0,
  };
}

function definitionReasons(derivation: Derivation, { metadata }: Snapshot): string[] {
  const reasons = columnReasons(columnsAt(metadata), derivation.columns);
  const [before, after] = [metadata.partitionColumns.join(', '), derivation.partitionBy.join(', ')];
  const partitioning = before === after ? [] : [`partitioned by (${after}) instead of (${before})`];
  return [
    ...reasons,
    ...partitioning,
    ...(reasons.length + partitioning.length === 0 ? ['SQL or front matter'] : []),
  ];
}

/** Of partitions that are too large for one process: how they are computed instead. */
async function sizeReasons(
  { tables, maxPartitionBytes = Number.POSITIVE_INFINITY }: Effects,
  { over, partitionBy, dividedBy = [] }: Derivation,
): Promise<string[]> {
  const driving = over && (await tables.latest(tablePrefix(over)));
  const sizes = new Map<string, number>();
  for (const { partitionValues, size } of driving?.files.values() ?? []) {
    const id = partitionId(partitionOf(partitionValues, partitionBy));
    sizes.set(id, (sizes.get(id) ?? 0) + size);
  }
  const large = [...sizes.values()].filter((size) => size > maxPartitionBytes).length;
  if (large === 0) return [];
  const how =
    dividedBy.length === 0
      ? 'each by one task, as nothing is proved to divide its rows (shardBy says what is missing)'
      : `in shards by ${dividedBy.join(', ')}`;
  return [
    `${large} of its partitions ${large === 1 ? 'is' : 'are'} too large for one process: computed on Spark, ${how}`,
  ];
}

/** Every partition that `over` has, and all that is read for them, as far as the lake holds it. */
async function recomputation(
  effects: Effects,
  { inputs, over, partitionBy }: Derivation,
): Promise<Pick<PlannedChange, 'partitions' | 'bytes'>> {
  let bytes: number | null = 0;
  for (const input of inputs) {
    const snapshot = await effects.tables.latest(tablePrefix(input));
    if (snapshot === undefined) bytes = null;
    else if (bytes !== null) bytes += [...snapshot.files.values()].reduce((sum, { size }) => sum + size, 0);
  }
  if (over === undefined || partitionBy.length === 0) return { partitions: [{}], bytes };
  const driving = await effects.tables.latest(tablePrefix(over));
  return { partitions: driving ? partitionsOf(driving, partitionBy) : null, bytes };
}

function partitionsOf({ files }: Snapshot, columns: readonly string[]): PartitionValues[] {
  if (columns.length === 0) return [{}];
  const partitions = new Map<string, PartitionValues>();
  for (const { partitionValues } of files.values()) {
    const partition = partitionOf(partitionValues, columns);
    partitions.set(partitionId(partition), partition);
  }
  return [...partitions.values()].sort(comparePartitions);
}

function removal(table: string): PlannedChange {
  return {
    table,
    file: null,
    change: 'removed',
    reasons: ['it is no longer defined: its rows stay as they are, and nothing updates them'],
    partitions: [],
    sourceFiles: 0,
    bytes: 0,
  };
}
