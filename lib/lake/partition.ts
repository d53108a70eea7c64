// Partition values: compared, cut to a prefix, and shown. Pure maps.
import type { Add, PartitionValues } from '../delta/actions.ts';

// Every refresh needs the partitions of all files, and those of a file never change: they are cached per file.
const parts = new WeakMap<readonly string[], WeakMap<PartitionValues, PartitionValues>>();
const ids = new WeakMap<PartitionValues, string>();

/** The values of `columns`, in their order: a partition's identity for an insight that is partitioned by them. */
export function partitionOf(values: PartitionValues, columns: readonly string[]): PartitionValues {
  const known = parts.get(columns) ?? new WeakMap<PartitionValues, PartitionValues>();
  parts.set(columns, known);
  const part =
    known.get(values) ?? Object.fromEntries(columns.map((column) => [column, values[column] ?? null]));
  known.set(values, part);
  return part;
}

/** Equal texts for equal partitions, independent of the order of the columns; for maps and sets. */
export function partitionId(values: PartitionValues): string {
  const id = ids.get(values) ?? JSON.stringify(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
  ids.set(values, id);
  return id;
}

/** For people: `2024-01-02` if the columns are year, month, day (or a prefix of them), otherwise `region=eu, tier=basic`; `all` for none. */
export function partitionLabel(values: PartitionValues): string {
  const names = Object.keys(values);
  if (names.length === 0) return 'all';
  if (
    ['year', 'month', 'day']
      .slice(0, names.length)
      .every((name, i) => names[i] === name && /^\d+$/.test(values[name] ?? ''))
  ) {
    return names.map((name) => (values[name] as string).padStart(2, '0')).join('-');
  }
  return names.map((name) => `${name}=${values[name] ?? 'null'}`).join(', ');
}

/** By partitionId of the values of these columns: of a derived table's files, or of those that it is over. */
export function filesByPartition(
  { partitionBy }: { readonly partitionBy: readonly string[] },
  files: Iterable<Add>,
): Map<string, Add[]> {
  const byPartition = new Map<string, Add[]>();
  for (const add of files) {
    const id = partitionId(partitionOf(add.partitionValues, partitionBy));
    const known = byPartition.get(id);
    if (known) known.push(add);
    else byPartition.set(id, [add]);
  }
  return byPartition;
}
