// Selects partitions by words such as `year=2024 month=01`. Pure.

import { didYouMean } from '../core/did-you-mean.ts';
import type { ColumnType } from '../core/schema.ts';
import type { PartitionValues } from '../delta/actions.ts';

export type PartitionFilter = {
  /** The values as typed, by column. */
  readonly words: Readonly<Record<string, string>>;
  matches(partition: PartitionValues): boolean;
};

export type PartitionColumnType = { readonly name: string; readonly type: ColumnType };

/** The filter, or a sentence about the first word that is wrong. `columns`: the table's partition columns. */
export function parsePartitionFilter(
  table: string,
  columns: readonly PartitionColumnType[],
  texts: readonly string[],
): PartitionFilter | { readonly problem: string } {
  const words: Record<string, string> = {};
  const names = columns.map(({ name }) => name);
  for (const text of texts) {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (name === '') return { problem: `${JSON.stringify(text)} is not a partition: write COLUMN=VALUE` };
    if (columns.length === 0) return { problem: `${table} is not partitioned: remove ${text}` };
    const known = names.find((column) => column.toLowerCase() === name.toLowerCase());
    if (known === undefined)
      return {
        problem: `${table} is partitioned by ${names.join(', ')}, not by ${JSON.stringify(name)}.${didYouMean(name, names)}`,
      };
    if (known in words) return { problem: `${known} is given twice` };
    words[known] = value;
  }
  const asked = columns.filter(({ name }) => name in words);
  const matches = (partition: PartitionValues) =>
    asked.every(({ name, type }) => isValue(partition[name] ?? null, words[name] ?? '', type));
  return { words, matches };
}

/** Compares whole numbers by value, so that a folder's `01` is 1, and everything else by its text. */
function isValue(value: string | null, word: string, type: ColumnType): boolean {
  if (value === null) return word === 'null' || word === '__HIVE_DEFAULT_PARTITION__';
  const isWhole = (type === 'long' || type === 'integer') && /^[+-]?\d{1,18}$/.test(word);
  return value === (isWhole ? BigInt(word).toString() : word);
}

/** In the order of the columns, whole numbers by value. */
export function comparePartitions(a: PartitionValues, b: PartitionValues): number {
  for (const name of Object.keys(a)) {
    const [left, right] = [a[name] ?? null, b[name] ?? null];
    if (left === right) continue;
    if (left === null || right === null) return left === null ? -1 : 1;
    const isNumeric = /^-?\d{1,15}$/.test(left) && /^-?\d{1,15}$/.test(right);
    const difference = isNumeric ? Number(left) - Number(right) : left < right ? -1 : 1;
    if (difference !== 0) return difference;
  }
  return 0;
}
