// Cuts a table's partitions into parts that are read at once. Where the cuts are follows from the partitions' values and from
// how much is around them, so that a new or a changed partition leaves the other parts as they are. Pure.
import type { PartitionValues } from '../delta/actions.ts';
import { comparePartitions } from '../lake/partition-filter.ts';

export type Sized = { readonly partition: PartitionValues; readonly rows: number };

const MAX_ROWS = 2000;
/** So that a part of small partitions is soon made again, too: the days of a month are one part, the months of three years are several. */
const MAX_PARTITIONS = 32;

type Keyed<T> = { readonly key: string; readonly one: T };

/** The newest part first, and within each the newest partition. A partition that has more rows is a part of its own. */
export function cutParts<T extends Sized>(partitions: readonly T[]): T[][] {
  if (partitions.length === 0) return [];
  const newest = [...partitions].sort((a, b) => comparePartitions(b.partition, a.partition));
  return cut(
    newest.map((one) => ({ key: keyOf(one.partition), one })),
    0,
  );
}

/** All of them have the same first `depth` characters. */
function cut<T extends Sized>(keyed: readonly Keyed<T>[], depth: number): T[][] {
  const rows = keyed.reduce((sum, { one }) => sum + one.rows, 0);
  if (keyed.length <= 1 || (rows <= MAX_ROWS && keyed.length <= MAX_PARTITIONS))
    return [keyed.map(({ one }) => one)];
  const shared = sharedLength(keyed, depth);
  const groups = new Map<string, Keyed<T>[]>();
  for (const one of keyed) {
    const next = one.key.slice(shared, shared + 1);
    const group = groups.get(next);
    if (group) group.push(one);
    else groups.set(next, [one]);
  }
  // Equal keys: nothing tells them apart.
  if (groups.size === 1) return [keyed.map(({ one }) => one)];
  return [...groups.values()].flatMap((group) => cut(group, shared + 1));
}

function sharedLength<T>([first, ...others]: readonly Keyed<T>[], depth: number): number {
  const key = first?.key ?? '';
  let length = depth;
  while (length < key.length && others.every((other) => other.key[length] === key[length])) length += 1;
  return length;
}

/** Sorted as the partitions are: whole numbers by value. */
function keyOf(partition: PartitionValues): string {
  return Object.values(partition)
    .map((value) => (value === null ? '\u0001' : isWhole(value) ? numberKey(value) : `\u0003${value}`))
    .join('\u0000');
}

const DIGITS = 15;

function isWhole(value: string): boolean {
  return /^-?\d{1,15}$/.test(value);
}

function numberKey(value: string): string {
  const number = Number(value);
  const key = number < 0 ? `\u0002-${10 ** DIGITS + number}` : `\u0002.${number}`;
  return key.slice(0, 2) + key.slice(2).padStart(DIGITS, '0');
}
