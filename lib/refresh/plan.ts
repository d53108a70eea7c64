// Decides which partitions of a derived table are recomputed, which are dropped, and which stay as they are.
// Pure, but for reading the inputs' log entries through DeltaTables.
import {
  type Derivation,
  joinedBy,
  type PartitionJoin,
  relatedTables,
  sameTable,
  type TableRef,
  tablePrefix,
} from '../core/insight.ts';
import type { Action, Add, PartitionValues } from '../delta/actions.ts';
import { commitNumber } from '../delta/commit-id.ts';
import { type Entry, type Snapshot, txnVersion } from '../delta/snapshot.ts';
import type { DeltaTables } from '../delta/tables.ts';
import { mapInParallel } from '../in-parallel.ts';
import { concerned } from '../lake/deliveries.ts';
import { Neighbours } from '../lake/neighbours.ts';
import { partitionId, partitionOf } from '../lake/partition.ts';
import { comparePartitions } from '../lake/partition-filter.ts';
import {
  DEFINITION,
  inputAppId,
  inputCommitAppId,
  readInputAppId,
  readOrigin,
  roleOf,
} from '../lake/tags.ts';
import { type InputChange, type Touched, touchedBeside, touchedPartitions } from '../lake/touched.ts';
import type { Input } from './inputs.ts';
import { isPartedAlike } from './parted-alike.ts';
import { readPending, type Stale } from './pending.ts';
import { seenPartitions } from './seen-files.ts';

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

export function inputId(input: Input): string {
  return inputAppId(tablePrefix(input.table), input.snapshot.metadata.id);
}

export function inputCommitId(input: Input): string {
  return inputCommitAppId(tablePrefix(input.table), input.snapshot.metadata.id);
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
  const ofLookedUp = await changesOf(tables, target, lookedUp, () => undefined);
  const auditAgain = touchedPartitions(ofLookedUp, derivation.partitionBy) === 'all';
  const changes = await changesOf(tables, target, inputs, (input) => joinedBy(derivation, input.table));
  const changed = pending.all ? 'all' : touchedByInputs(derivation, inputs, changes);
  const foreign = await foreignPartitions(tables, derivation, target);
  const existing = existingPartitions(derivation, inputs);
  const own = partitionsOf(target.files.values(), derivation.partitionBy);
  for (const { partition } of pending.stale) own.set(partitionId(partition), partition);
  const left = [
    ...pending.waiting,
    ...(pending.running ?? []).map(({ partition }) => partition),
    ...pending.stale.flatMap(({ partition, isTooLarge }) => (isTooLarge ? [partition] : [])),
  ];
  const waiting = new Map(left.map((partition) => [partitionId(partition), partition]));
  for (const [id, partition] of waiting) own.set(id, partition);
  const touched = withObservers(derivation, changed, existing.values());
  const seen = seenPartitions(
    derivation,
    inputs.find(({ isOver }) => isOver),
  );
  const beside = touchedBeside(changes, [...existing.values()], seen);
  // They may have failed on rows that they do not see any more.
  const isSeenAlike = JSON.stringify(pending.joined ?? []) === JSON.stringify(derivation.joined ?? []);
  const isTriedAgain = auditAgain || !isSeenAlike;
  const stale = new Set(isTriedAgain ? pending.stale.map(({ partition }) => partitionId(partition)) : []);
  const isIn = (some: Touched, id: string) => some === 'all' || some.has(id);
  const isTouched = (id: string) =>
    isIn(touched, id) || beside.has(id) || isIn(foreign, id) || waiting.has(id) || stale.has(id);
  const inTurn = new Map([...[...waiting].filter(([id]) => existing.has(id)), ...existing]);
  return {
    recompute: [...inTurn].flatMap(([id, partition]) => (isTouched(id) ? [partition] : [])),
    drop: [...own].flatMap(([id, partition]) => (isTouched(id) && !existing.has(id) ? [partition] : [])),
    stillStale: pending.stale.filter(({ partition }) => !isTouched(partitionId(partition))),
    auditAgain: auditAgain && touched !== 'all',
  };
}

/** Besides the partitions that changed those that see one of them. */
function withObservers(
  { window }: Derivation,
  changed: Touched,
  existing: Iterable<PartitionValues>,
): Touched {
  if (window === undefined || changed === 'all' || changed.size === 0) return changed;
  const seen = new Neighbours(window, changed.values());
  const observers = [...existing].filter((partition) => seen.of(partition).length > 0);
  return new Map([...changed, ...observers.map((partition) => [partitionId(partition), partition] as const)]);
}

/** `joined`: of an input that is joined by partition, the columns. */
function changesOf(
  tables: DeltaTables,
  target: Snapshot,
  inputs: readonly Input[],
  joined: (input: Input) => readonly PartitionJoin[] | undefined,
): Promise<InputChange[]> {
  return mapInParallel(inputs, async (input): Promise<InputChange> => {
    const found = await changesSince(tables, target, input);
    const since = typeof found === 'string' ? undefined : found;
    const by = joined(input);
    const isKnown = !by || !since || (await isPartedAlike(tables, input, by, since));
    return { isOver: input.isOver, by, entries: isKnown ? since : undefined };
  });
}

function touchedByInputs(
  derivation: Derivation,
  inputs: readonly Input[],
  changes: readonly InputChange[],
): Touched {
  const touched = touchedPartitions(changes, derivation.partitionBy);
  return touched === 'all' ? touched : withDeliveries(touched, derivation, inputs, changes);
}

/** What becomes of one file of a delivery is felt in all partitions that the delivery has files in. */
function withDeliveries(
  touched: ReadonlyMap<string, PartitionValues>,
  { delivered, partitionBy }: Derivation,
  inputs: readonly Input[],
  changes: readonly InputChange[],
): Touched {
  if (delivered === undefined || partitionBy.length === 0) return touched;
  const sources = changes.flatMap(({ entries = [] }) => entries.flatMap(({ actions }) => sourcesIn(actions)));
  if (sources.length === 0) return touched;
  const live = inputs.flatMap(({ snapshot }) => [...snapshot.files.values()]);
  return new Map([...touched, ...partitionsOf(concerned(delivered, sources, live), partitionBy)]);
}

function sourcesIn(actions: readonly Action[]): string[] {
  return actions.flatMap((action) => {
    const file = 'add' in action ? action.add : 'remove' in action ? action.remove : undefined;
    const source = file?.dataChange ? readOrigin(file)?.source : undefined;
    return source === undefined ? [] : [source];
  });
}

/**
 * Why nobody can tell how an input went on: the target never read it (`new`); the log ends before the version that it read
 * (`lost`), or has another commit under that version (`replaced`), as after a restore; or an entry is missing since (`gap`).
 */
type Unknown = 'new' | 'lost' | 'replaced' | 'gap';

/** What the input's log holds beyond the version that the target is current with. */
async function changesSince(
  tables: DeltaTables,
  target: Snapshot,
  input: Input,
): Promise<readonly Entry[] | Unknown> {
  const since = txnVersion(target, inputId(input));
  const { version: upTo, commitId } = input.snapshot;
  if (since === undefined) return 'new';
  if (since > upTo) return 'lost';
  const prefix = tablePrefix(input.table);
  const known = txnVersion(target, inputCommitId(input));
  // A lake of an older Sluice has versions alone: the next commit notes the rest.
  if (known === undefined) return (await tables.entries(prefix, since, upTo)) ?? 'gap';
  if (since === upTo && commitId !== undefined) return commitNumber(commitId) === known ? [] : 'replaced';
  // Its entry is lost, and a checkpoint alone says what it held.
  if (since === upTo) return 'gap';
  const entries = await tables.entries(prefix, since - 1, upTo);
  if (entries === undefined) return 'gap';
  return commitNumber(entries[0]?.id) === known ? entries.slice(1) : 'replaced';
}

/** Sentences on inputs that are not in the lake any more, though the target was computed from them. */
export function absentInputs(
  { target: table }: Derivation,
  target: Snapshot,
  absent: readonly TableRef[],
): string[] {
  const own = tablePrefix(table);
  return absent.flatMap((input) => {
    const prefix = tablePrefix(input);
    const noted = [...target.txns.values()].find(({ appId }) => readInputAppId(appId)?.prefix === prefix);
    const version = noted?.version;
    return version === undefined
      ? []
      : [
          `${own} was computed from version ${version} of ${prefix}, which is no longer in the lake: restore it from a backup, or run "npx sluice sync", which creates ${prefix} again and computes ${own} from it`,
        ];
  });
}

/** Sentences on inputs whose logs are not those that the target was computed from; [] where all are. */
export async function inputProblems(
  tables: DeltaTables,
  derivation: Derivation,
  target: Snapshot,
  inputs: readonly Input[],
): Promise<string[]> {
  const problems: string[] = [];
  for (const input of inputs) {
    const found = await changesSince(tables, target, input);
    if (found !== 'lost' && found !== 'replaced') continue;
    const [own, prefix] = [tablePrefix(derivation.target), tablePrefix(input.table)];
    const version = txnVersion(target, inputId(input));
    const reason =
      found === 'lost'
        ? `which has ${input.snapshot.version} as its newest: entries of its log are lost, or it was restored`
        : 'which has another commit under that version: it was restored or replaced';
    problems.push(
      `${own} was computed from version ${version} of ${prefix}, ${reason}. "npx sluice sync" computes ${own} again from what is there`,
    );
  }
  return problems;
}

/** Where other programs wrote into the derived table itself: its rows there are not what the SQL gives, or nothing says so. */
async function foreignPartitions(
  tables: DeltaTables,
  { target: table, partitionBy }: Derivation,
  target: Snapshot,
): Promise<Touched> {
  const partitions = partitionsOf(
    [...target.files.values()].filter(({ tags }) => tags?.[DEFINITION] === undefined),
    partitionBy,
  );
  const [first] = target.foreign;
  if (first === undefined) return partitions;
  const entries = await tables.entries(tablePrefix(table), first.version - 1, target.version);
  for (const action of entries?.flatMap(({ actions }) => actions) ?? [{ metaData: target.metadata }]) {
    if ('metaData' in action || 'protocol' in action) return 'all';
    if (!('add' in action || 'remove' in action)) continue;
    const { partitionValues } = 'add' in action ? action.add : action.remove;
    if (partitionValues === undefined) return 'all';
    const partition = partitionOf(partitionValues, partitionBy);
    partitions.set(partitionId(partition), partition);
  }
  return partitions;
}

/** An unpartitioned table always has its one partition; another has those in which `over` has a live file. */
function existingPartitions(derivation: Derivation, inputs: readonly Input[]): Map<string, PartitionValues> {
  if (derivation.partitionBy.length === 0) return new Map([[partitionId({}), {}]]);
  const over = inputs.find((input) => input.isOver);
  const files = [...(over?.snapshot.files.values() ?? [])].filter((add) => roleOf(add) === undefined);
  const existing = partitionsOf(files, derivation.partitionBy);
  if (derivation.window === undefined) return existing;
  // One after the other they read mostly the same files.
  return new Map([...existing].sort(([, a], [, b]) => comparePartitions(a, b)));
}

function partitionsOf(files: Iterable<Add>, columns: readonly string[]): Map<string, PartitionValues> {
  const partitions = new Map<string, PartitionValues>();
  for (const add of files) {
    const partition = partitionOf(add.partitionValues, columns);
    partitions.set(partitionId(partition), partition);
  }
  return partitions;
}
