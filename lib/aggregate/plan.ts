// Decides which partitions of a derived table are recomputed, which are dropped, and which stay as they are.
// Pure, but for reading the inputs' log entries through DeltaTables.
import { type Derivation, relatedTables, sameTable, tablePrefix } from '../core/insight.ts';
import { partitionId, partitionOf } from '../core/partition.ts';
import { inputAppId, PENDING } from '../core/tags.ts';
import { type Touched, touchedPartitions } from '../core/touched.ts';
import type { Add, PartitionValues } from '../delta/actions.ts';
import { configuration, type Snapshot, txnVersion } from '../delta/snapshot.ts';
import type { DeltaTables } from '../delta/tables.ts';
import type { Input } from './inputs.ts';

/** A partition that keeps its old rows because the new ones, or these since what they relate to changed, failed an audit. */
export type Stale = { readonly partition: PartitionValues; readonly message: string };

/** A partition that is live although an audit of severity `warn` failed. */
export type Warning = { readonly partition: PartitionValues; readonly message: string };

export type Pending = {
  /** The definition changed, and nothing was computed under the new one yet. */
  readonly all: boolean;
  readonly stale: readonly Stale[];
  /** Touched, but not computed yet for want of time. */
  readonly waiting: readonly PartitionValues[];
};

export type RefreshPlan = {
  /** Those that wait already come first, so that no partition waits for ever where time is always short. */
  readonly recompute: readonly PartitionValues[];
  /** Partitions that `over` no longer has. */
  readonly drop: readonly PartitionValues[];
  /** Stale partitions that nothing touched: trying again would give the same. */
  readonly stillStale: readonly Stale[];
  /** What audits of severity `error` look up changed: they are to be tried on the rows that stay, too. */
  readonly auditAgain: boolean;
};

export function readPending(snapshot: Snapshot): Pending {
  const text = configuration(snapshot, PENDING);
  return { all: false, stale: [], waiting: [], ...(text === undefined ? {} : (JSON.parse(text) as Pending)) };
}

export function inputId(input: Input): string {
  return inputAppId(tablePrefix(input.table), input.snapshot.metadata.id);
}

export async function planRefresh(
  tables: DeltaTables,
  derivation: Derivation,
  target: Snapshot,
  inputs: readonly Input[],
  related: readonly Input[],
): Promise<RefreshPlan> {
  const pending = readPending(target);
  const deciding = relatedTables(derivation, 'error');
  const lookedUp = related.filter(({ table }) => deciding.some((other) => sameTable(other, table)));
  const auditAgain = (await touchedByInputs(tables, derivation, target, lookedUp)) === 'all';
  const touched = pending.all ? 'all' : await touchedByInputs(tables, derivation, target, inputs);
  const existing = existingPartitions(derivation, inputs);
  const own = partitionsOf(target.files.values(), derivation.partitionBy);
  for (const { partition } of pending.stale) own.set(partitionId(partition), partition);
  const waiting = new Map(pending.waiting.map((partition) => [partitionId(partition), partition]));
  for (const [id, partition] of waiting) own.set(id, partition);
  const stale = new Set(auditAgain ? pending.stale.map(({ partition }) => partitionId(partition)) : []);
  const isTouched = (id: string) => touched === 'all' || touched.has(id) || waiting.has(id) || stale.has(id);
  const inTurn = new Map([...[...waiting].filter(([id]) => existing.has(id)), ...existing]);
  return {
    recompute: [...inTurn].flatMap(([id, partition]) => (isTouched(id) ? [partition] : [])),
    drop: [...own].flatMap(([id, partition]) => (isTouched(id) && !existing.has(id) ? [partition] : [])),
    stillStale: pending.stale.filter(({ partition }) => !isTouched(partitionId(partition))),
    auditAgain: auditAgain && touched !== 'all',
  };
}

async function touchedByInputs(
  tables: DeltaTables,
  derivation: Derivation,
  target: Snapshot,
  inputs: readonly Input[],
): Promise<Touched> {
  const changes = await Promise.all(
    inputs.map(async (input) => {
      const since = txnVersion(target, inputId(input));
      const upTo = input.snapshot.version;
      const entries =
        since === undefined || since > upTo
          ? undefined
          : await tables.entries(tablePrefix(input.table), since, upTo);
      return { isOver: input.isOver, entries };
    }),
  );
  return touchedPartitions(changes, derivation.partitionBy);
}

/** An unpartitioned table always has its one partition; another has those in which `over` has a live file. */
function existingPartitions(derivation: Derivation, inputs: readonly Input[]): Map<string, PartitionValues> {
  if (derivation.partitionBy.length === 0) return new Map([[partitionId({}), {}]]);
  const over = inputs.find((input) => input.isOver);
  return partitionsOf(over?.snapshot.files.values() ?? [], derivation.partitionBy);
}

function partitionsOf(files: Iterable<Add>, columns: readonly string[]): Map<string, PartitionValues> {
  const partitions = new Map<string, PartitionValues>();
  for (const add of files) {
    const partition = partitionOf(add.partitionValues, columns);
    partitions.set(partitionId(partition), partition);
  }
  return partitions;
}
