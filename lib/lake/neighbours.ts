// Which of some partitions a partition sees through a window. Pure; used both ways: what a computation reads, and what a
// changed partition touches.
import { positionOf, type Window } from '../core/window.ts';
import type { PartitionValues } from '../delta/actions.ts';
import { partitionId, partitionOf } from './partition.ts';

type Placed = { readonly position: bigint; readonly partition: PartitionValues };

export class Neighbours {
  readonly #window: Window;
  readonly #all = new Map<string, PartitionValues>();
  /** By the values of the equal columns, in the order of positions. */
  readonly #groups = new Map<string, Placed[]>();

  /** `partitions`: each with the values of the window's columns. */
  constructor(window: Window, partitions: Iterable<PartitionValues>) {
    this.#window = window;
    for (const partition of partitions) this.#all.set(partitionId(partition), partition);
    for (const partition of this.#all.values()) {
      const position = this.#positionOf(partition);
      if (position === undefined) continue;
      const group = this.#groupOf(partition);
      const known = this.#groups.get(group);
      if (known) known.push({ position, partition });
      else this.#groups.set(group, [{ position, partition }]);
    }
    for (const placed of this.#groups.values())
      placed.sort((a, b) => (a.position < b.position ? -1 : a.position > b.position ? 1 : 0));
  }

  /** Those that `partition` sees, itself included where it is one of them. One without a position sees itself alone. */
  of(partition: PartitionValues): readonly PartitionValues[] {
    const position = this.#positionOf(partition);
    if (position === undefined) {
      const itself = this.#all.get(partitionId(partition));
      return itself === undefined ? [] : [itself];
    }
    const placed = this.#groups.get(this.#groupOf(partition)) ?? [];
    const { before, after } = this.#window;
    const first = firstFrom(placed, position - BigInt(before));
    const end = firstFrom(placed, position + BigInt(after) + 1n);
    return placed.slice(first, end).map((one) => one.partition);
  }

  #positionOf(partition: PartitionValues): bigint | undefined {
    const { unit, position } = this.#window;
    return positionOf(
      unit,
      position.map((column) => partition[column] ?? null),
    );
  }

  #groupOf(partition: PartitionValues): string {
    return partitionId(partitionOf(partition, this.#window.equal));
  }
}

/** The index of the first one at `position` or beyond. */
function firstFrom(placed: readonly Placed[], position: bigint): number {
  let [low, high] = [0, placed.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((placed[middle] as Placed).position < position) low = middle + 1;
    else high = middle;
  }
  return low;
}
