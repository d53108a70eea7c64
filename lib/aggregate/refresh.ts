// The aggregate use case: brings one derived table up to its inputs' present versions, touched partitions alone.
// Compute, audit, then one commit that also says up to which input versions the table is current.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Derivation, sameTable, type TableRef, tablePrefix } from '../core/insight.ts';
import { partitionId, partitionOf } from '../core/partition.ts';
import { DEFINITION, PENDING } from '../core/tags.ts';
import type { Action, Add, Metadata, PartitionValues } from '../delta/actions.ts';
import { dataFilePath, objectKey, removeAction } from '../delta/partitions.ts';
import { schemaString } from '../delta/schema.ts';
import { configuration, type Snapshot, txnVersion } from '../delta/snapshot.ts';
import { announce, type Effects } from '../effects.ts';
import { CliError, TryAgainError } from '../errors.ts';
import type { SqlSession } from '../ports.ts';
import { computePartition, partitionFile } from './compute.ts';
import { type Input, inputView, LocalFiles, loadInputs } from './inputs.ts';
import { inputId, type Pending, planRefresh, type RefreshPlan, readPending, type Stale } from './plan.ts';

export type RefreshOutcome = {
  readonly target: TableRef;
  /** Partitions with new rows, and partitions that are gone. */
  readonly published: readonly PartitionValues[];
  readonly dropped: readonly PartitionValues[];
  /** Partitions that keep their old rows: all of them, and those that failed just now. */
  readonly stale: readonly Stale[];
  readonly failed: readonly Stale[];
  /** Partitions that keep their old rows for want of time; a message asks for them. */
  readonly waiting: readonly PartitionValues[];
  readonly version: number;
};

export type RefreshOptions = {
  /** Asked between two partitions; what is not computed then is noted in the table and left to a message. */
  readonly outOfTime?: () => boolean;
};

const MAX_ROUNDS = 10;

/**
 * Repeating it, or running it for nothing, changes nothing. Computes one touched partition at least, so that it always gets
 * on. Throws TryAgainError where another writer keeps being faster.
 */
export async function refresh(
  effects: Effects,
  target: TableRef,
  { outOfTime = () => false }: RefreshOptions = {},
): Promise<RefreshOutcome> {
  const derivation = effects.catalog.derivations.find((d) => sameTable(d.target, target));
  if (derivation === undefined)
    throw new CliError(`${tablePrefix(target)} is no derived table of these contracts and insights`);
  for (let round = 0; round < MAX_ROUNDS && (round === 0 || !outOfTime()); round++) {
    const outcome = await refreshOnce(effects, derivation, outOfTime);
    if (outcome === 'overtaken') continue;
    if (outcome.waiting.length > 0) await effects.refreshes.send([{ target }]);
    await announce(effects, target);
    return outcome;
  }
  throw new TryAgainError(
    `${tablePrefix(target)} is being committed by others faster than it can be computed`,
  );
}

type Part = { readonly partition: PartitionValues; readonly add: Add | undefined };

async function refreshOnce(
  effects: Effects,
  derivation: Derivation,
  outOfTime: () => boolean,
): Promise<RefreshOutcome | 'overtaken'> {
  const prefix = tablePrefix(derivation.target);
  const base = requireDefinition(await effects.tables.latest(prefix), derivation);
  const inputs = await loadInputs(effects, derivation);
  const plan = await planRefresh(effects.tables, derivation, base, inputs);
  const nothing = {
    target: derivation.target,
    published: [],
    dropped: [],
    stale: plan.stillStale,
    failed: [],
    waiting: [],
    version: base.version,
  };
  if (plan.recompute.length === 0 && plan.drop.length === 0 && isCurrent(base, inputs)) return nothing;

  const started = effects.clock().getTime();
  const { parts, failed } = await computeAll(effects, derivation, inputs, plan.recompute, outOfTime);
  const waiting = plan.recompute.slice(parts.length + failed.length);
  const pending: Pending = { all: false, stale: [...plan.stillStale, ...failed], waiting };
  const actions = commitActions(effects, derivation, base, inputs, parts, plan, pending);
  let overtaken = false;
  const { snapshot } = await effects.tables.commit(prefix, async (latest) => {
    overtaken = latest?.version !== base.version;
    return overtaken
      ? undefined
      : { actions, operation: 'REFRESH', parameters: { partitions: String(parts.length) } };
  });
  if (overtaken) return 'overtaken';
  const outcome = {
    ...nothing,
    published: parts.map((part) => part.partition),
    dropped: plan.drop,
    stale: pending.stale,
    failed,
    waiting,
    version: snapshot?.version ?? base.version,
  };
  effects.log('info', 'refresh.committed', {
    table: prefix,
    version: outcome.version,
    partitions: parts.length,
    dropped: plan.drop.length,
    waiting: waiting.length,
    ms: effects.clock().getTime() - started,
  });
  for (const { partition, message } of failed)
    effects.log('warn', 'refresh.audit_failed', { table: prefix, partition, message });
  return outcome;
}

function requireDefinition(snapshot: Snapshot | undefined, derivation: Derivation): Snapshot {
  if (snapshot && configuration(snapshot, DEFINITION) === derivation.hash) return snapshot;
  throw new TryAgainError(
    `${tablePrefix(derivation.target)} ${snapshot ? 'is under another definition than this process holds' : 'does not exist yet'}: run "sluice sync", which applies the definitions`,
  );
}

/** True where the table already says that it is up to date with versions that hold the same data. */
function isCurrent(base: Snapshot, inputs: readonly Input[]): boolean {
  return !readPending(base).all && inputs.every((input) => txnVersion(base, inputId(input)) !== undefined);
}

async function computeAll(
  effects: Effects,
  derivation: Derivation,
  inputs: readonly Input[],
  partitions: readonly PartitionValues[],
  outOfTime: () => boolean,
) {
  const parts: Part[] = [];
  const failed: Stale[] = [];
  const local = new LocalFiles(effects.lake);
  // One partition's files of `over` at a time: the disk need not hold them all.
  const own = new LocalFiles(effects.lake);
  const over = inputs.find((input) => input.isOver);
  const filesOf = overFiles(derivation, over);
  const folder = await mkdtemp(join(effects.scratch, 'refresh-'));
  try {
    await effects.sql.session(async (session) => {
      if (partitions.length > 0) await createWholeViews(session, effects, local, inputs);
      for (const [index, partition] of partitions.entries()) {
        if (index > 0 && outOfTime()) break;
        const files = filesOf.get(partitionId(partition)) ?? [];
        await own.release();
        if (over) await session.run(await inputView(effects.catalog, own, over.table, over.snapshot, files));
        const computed = await computePartition(session, derivation, partition, partitionFile(folder, index));
        if ('failure' in computed) failed.push({ partition, message: computed.failure });
        else
          parts.push({
            partition,
            add: computed.file && (await publish(effects, derivation, inputs, partition, computed.file)),
          });
      }
    });
  } finally {
    await own.release();
    await local.release();
    await rm(folder, { recursive: true, force: true });
  }
  return { parts, failed };
}

async function createWholeViews(
  session: SqlSession,
  effects: Effects,
  local: LocalFiles,
  inputs: readonly Input[],
): Promise<void> {
  for (const { table, snapshot, isOver } of inputs) {
    if (!isOver)
      await session.run(
        await inputView(effects.catalog, local, table, snapshot, [...snapshot.files.values()]),
      );
  }
}

/** The files of `over` by partition of the derived table; empty where there is no `over`. */
function overFiles(derivation: Derivation, over: Input | undefined): Map<string, Add[]> {
  const byPartition = new Map<string, Add[]>();
  for (const add of over?.snapshot.files.values() ?? []) {
    const id = partitionId(partitionOf(add.partitionValues, derivation.partitionBy));
    const known = byPartition.get(id);
    if (known) known.push(add);
    else byPartition.set(id, [add]);
  }
  return byPartition;
}

async function publish(
  effects: Effects,
  derivation: Derivation,
  inputs: readonly Input[],
  partition: PartitionValues,
  file: { path: string; stats: string },
): Promise<Add> {
  const path = dataFilePath(derivation.partitionBy, partition, `${effects.newId()}.parquet`);
  const { sizeBytes } = await effects.lake.upload(file.path, objectKey(tablePrefix(derivation.target), path));
  const versions = Object.fromEntries(
    inputs.map((input) => [tablePrefix(input.table), input.snapshot.version]),
  );
  return {
    path,
    partitionValues: partition,
    size: sizeBytes,
    modificationTime: effects.clock().getTime(),
    dataChange: true,
    stats: file.stats,
    tags: { [DEFINITION]: derivation.hash, 'sluice.inputs': JSON.stringify(versions) },
  };
}

function commitActions(
  effects: Effects,
  derivation: Derivation,
  base: Snapshot,
  inputs: readonly Input[],
  parts: readonly Part[],
  plan: RefreshPlan,
  pending: Pending,
): Action[] {
  const now = effects.clock().getTime();
  const replaced = new Set([...parts.map((part) => part.partition), ...plan.drop].map(partitionId));
  const isReplaced = (add: Add) =>
    replaced.has(partitionId(partitionOf(add.partitionValues, derivation.partitionBy)));
  // Files of another partitioning cannot stay beside the new ones, not even those of a partition that failed.
  const reshaped = base.metadata.partitionColumns.join() !== derivation.partitionBy.join();
  const metaData = newMetadata(derivation, base, pending);
  return [
    ...(metaData ? [{ metaData }] : []),
    ...inputs.map((input) => ({
      txn: { appId: inputId(input), version: input.snapshot.version, lastUpdated: now },
    })),
    ...[...base.files.values()]
      .filter((add) => reshaped || isReplaced(add))
      .map((add) => removeAction(add, now)),
    ...parts.flatMap(({ add }) => (add ? [{ add }] : [])),
  ];
}

/** Undefined where nothing about the table itself changes. The schema changes with the rows that have it, in one commit. */
function newMetadata(derivation: Derivation, base: Snapshot, pending: Pending): Metadata | undefined {
  const { [PENDING]: before, ...others } = base.metadata.configuration;
  const after =
    pending.stale.length === 0 && pending.waiting.length === 0 ? undefined : JSON.stringify(pending);
  const schema = schemaString(derivation.columns);
  if (before === after && schema === base.metadata.schemaString) return undefined;
  const partitionColumns = derivation.partitionBy;
  return {
    ...base.metadata,
    schemaString: schema,
    partitionColumns,
    configuration: { ...others, ...(after === undefined ? {} : { [PENDING]: after }) },
  };
}
