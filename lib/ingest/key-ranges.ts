// Whether two files of an append dataset may share a primary key, from the log's statistics only. Comparing the keys
// themselves means reading the whole table, which "sluice audit" does. Pure.
import type { Dataset } from '../core/contract.ts';
import type { PartitionValues } from '../delta/actions.ts';
import { partitionId } from '../lake/partition.ts';
import type { LiveShares, Share } from '../lake/shares.ts';
import { ACCEPTED_ROWS } from '../lake/tags.ts';

type Bounds = Readonly<Record<string, string | number>>;
type Stats = { readonly minValues?: Bounds; readonly maxValues?: Bounds };
type Ranged = { readonly source: string; readonly stats: Stats };
type Range = { readonly source: string; readonly from: string | number; readonly to: string | number };

/** False if no two files can share a key: they are in different partitions, or their ranges do not overlap. */
export function mayShareKeys(dataset: Dataset, live: LiveShares): boolean {
  const { mode, primaryKey, partitionBy } = dataset;
  if (mode !== 'append' || primaryKey.length === 0) return false;
  const columns = partitionBy
    .filter(({ field, transform }) => transform === 'identity' && primaryKey.includes(field))
    .map(({ name }) => name);
  const groups = new Map<string, Ranged[]>();
  for (const [source, shares] of live) {
    if (shares[0]?.tags?.[ACCEPTED_ROWS] === '0') continue;
    for (const share of shares) {
      const id = partitionId(valuesOf(share, columns));
      const ranged = { source, stats: JSON.parse(share.stats ?? '{}') as Stats };
      const group = groups.get(id);
      if (group) group.push(ranged);
      else groups.set(id, [ranged]);
    }
  }
  const fields = primaryKey.filter((field) => !columns.includes(field));
  return [...groups.values()].some(
    (group) =>
      new Set(group.map(({ source }) => source)).size > 1 && !fields.some((field) => areApart(group, field)),
  );
}

function valuesOf({ partitionValues }: Share, columns: readonly string[]): PartitionValues {
  return Object.fromEntries(columns.map((name) => [name, partitionValues[name] ?? null]));
}

/** True if files of different sources cannot share a value of the field. */
function areApart(group: readonly Ranged[], field: string): boolean {
  const ranges = group.flatMap(({ source, stats }): Range[] => {
    const [from, to] = [stats.minValues?.[field], stats.maxValues?.[field]];
    return from === undefined || to === undefined ? [] : [{ source, from, to }];
  });
  if (ranges.length < group.length) return false;
  ranges.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  let last = ranges[0];
  for (const range of ranges.slice(1)) {
    if (last === undefined) return false;
    if (range.source !== last.source && range.from <= last.to) return false;
    if (range.to > last.to) last = range;
  }
  return true;
}
