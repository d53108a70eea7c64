// Which files of its inputs a partition of a derived table sees: of the input that drives it its own and those of its window, of
// an input that is joined by partition those with its values, of all others all.
import { type Derivation, joinedBy, type PartitionJoin, tablePrefix } from '../core/insight.ts';
import type { Add, PartitionValues } from '../delta/actions.ts';
import { JoinedPartitions } from '../lake/joined-partitions.ts';
import { Neighbours } from '../lake/neighbours.ts';
import { filesByPartition, partitionId, partitionOf } from '../lake/partition.ts';
import type { Input } from './inputs.ts';

type FilesOf = (partition: PartitionValues) => readonly Add[];

export class SeenFiles {
  /** Those that are seen partition by partition; all others are seen as a whole. */
  readonly parted: readonly Input[];
  readonly whole: readonly Input[];
  readonly #of = new Map<string, FilesOf>();

  constructor(derivation: Derivation, inputs: readonly Input[]) {
    const over = inputs.find(({ isOver }) => isOver);
    const seen = seenPartitions(derivation, over);
    for (const input of inputs) {
      const by = joinedBy(derivation, input.table);
      const files = [...input.snapshot.files.values()];
      if (input.isOver) this.#of.set(tablePrefix(input.table), ofOver(derivation, files, seen));
      else if (by) this.#of.set(tablePrefix(input.table), ofJoined(by, files, seen));
    }
    this.parted = inputs.filter(({ table }) => this.#of.has(tablePrefix(table)));
    this.whole = inputs.filter(({ table }) => !this.#of.has(tablePrefix(table)));
  }

  of({ table, snapshot }: Input, partition: PartitionValues): readonly Add[] {
    return this.#of.get(tablePrefix(table))?.(partition) ?? [...snapshot.files.values()];
  }
}

/** Of the driving input, the partition itself included, whether it is there or not. */
export function seenPartitions(
  { window, partitionBy }: Derivation,
  over: Input | undefined,
): (partition: PartitionValues) => readonly PartitionValues[] {
  if (window === undefined) return (partition) => [partition];
  const files = [...(over?.snapshot.files.values() ?? [])];
  const neighbours = new Neighbours(
    window,
    files.map((add) => partitionOf(add.partitionValues, partitionBy)),
  );
  return (partition) => {
    const seen = neighbours.of(partition);
    const id = partitionId(partition);
    return seen.some((one) => partitionId(one) === id) ? seen : [...seen, partition];
  };
}

function ofOver(
  derivation: Derivation,
  files: readonly Add[],
  seen: ReturnType<typeof seenPartitions>,
): FilesOf {
  const byPartition = filesByPartition(derivation, files);
  return (partition) => seen(partition).flatMap((one) => byPartition.get(partitionId(one)) ?? []);
}

function ofJoined(
  by: readonly PartitionJoin[],
  files: readonly Add[],
  seen: ReturnType<typeof seenPartitions>,
): FilesOf {
  const columns = by.map(({ theirs }) => theirs);
  const byValues = filesByPartition({ partitionBy: columns }, files);
  const firsts = [...byValues.values()].flatMap(([first]) => (first ? [first] : []));
  const joined = new JoinedPartitions(
    by,
    firsts.map((add) => partitionOf(add.partitionValues, columns)),
  );
  return (partition) =>
    joined.of(seen(partition)).flatMap((values) => byValues.get(partitionId(values)) ?? []);
}
