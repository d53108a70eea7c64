// Which partitions of a joined input a partition sees: those whose columns have its own values. Pure; used both ways: what a
// computation reads, and what a changed partition touches.
import type { PartitionJoin } from '../core/insight.ts';
import type { PartitionValues } from '../delta/actions.ts';
import { partitionId } from './partition.ts';

export class JoinedPartitions {
  readonly #by: readonly PartitionJoin[];
  /** By the values of the joined columns alone. */
  readonly #byValues = new Map<string, PartitionValues[]>();

  /** `partitions`: of the input, each with the values of the joined columns. */
  constructor(by: readonly PartitionJoin[], partitions: Iterable<PartitionValues>) {
    this.#by = by;
    for (const partition of partitions) {
      const id = partitionId(this.#joined(partition, 'theirs'));
      const known = this.#byValues.get(id);
      if (known) known.push(partition);
      else this.#byValues.set(id, [partition]);
    }
  }

  /**
   * `own`: the partitions of the driving input that a partition sees, and its own. Of several of them each column's values
   * count by themselves, so that a little more may be seen than there is.
   */
  of(own: readonly PartitionValues[]): readonly PartitionValues[] {
    const [only, ...others] = own;
    if (only !== undefined && others.length === 0)
      return this.#byValues.get(partitionId(this.#joined(only, 'own'))) ?? [];
    const values = this.#by.map((pair) => new Set(own.map((partition) => partition[pair.own] ?? null)));
    return [...this.#byValues.values()].flatMap((some) =>
      this.#by.every(({ theirs }, i) => values[i]?.has(some[0]?.[theirs] ?? null)) ? some : [],
    );
  }

  #joined(partition: PartitionValues, side: keyof PartitionJoin): PartitionValues {
    return Object.fromEntries(this.#by.map((pair) => [pair.theirs, partition[pair[side]] ?? null]));
  }
}
