// Partition values: read from a landing key's Hive-style folders, compared, and cut to a prefix. Pure text and maps.
import type { PartitionValues } from '../delta/actions.ts';
import type { Dataset, Field } from './contract.ts';

const HIVE_NULL = '__HIVE_DEFAULT_PARTITION__';

/** `a/year=2024/month=01/x.csv` → `{year: '2024', month: '01'}`: folders alone, names as written, `%XX` decoded, Hive's null as null. */
export function hiveValues(key: string): Map<string, string | null> {
  const values = new Map<string, string | null>();
  for (const folder of key.split('/').slice(0, -1)) {
    const equals = folder.indexOf('=');
    if (equals > 0) {
      const text = decodePercent(folder.slice(equals + 1));
      values.set(decodePercent(folder.slice(0, equals)), text === HIVE_NULL || text === '' ? null : text);
    }
  }
  return values;
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export type PathValues = {
  /** Field name → the value's canonical text (an integer without leading zeros). */
  readonly values: ReadonlyMap<string, string | null>;
  /** What the path says that its field cannot be. */
  readonly invalid: readonly { readonly field: Field; readonly text: string }[];
};

/** The dataset's fields whose values stand in the key. */
export function pathValues(dataset: Dataset, key: string): PathValues {
  const hive = hiveValues(key);
  const values = new Map<string, string | null>();
  const invalid: { field: Field; text: string }[] = [];
  for (const field of dataset.fields) {
    const text = hive.get(field.name);
    if (text === undefined) continue;
    const value = text === null ? null : canonical(field, text);
    if (value === undefined) invalid.push({ field, text: text ?? '' });
    else values.set(field.name, value);
  }
  return { values, invalid };
}

function canonical(field: Field, text: string): string | undefined {
  if (field.type === 'integer')
    return /^[+-]?\d{1,18}$/.test(text) ? BigInt(text.replace('+', '')).toString() : undefined;
  if (field.type === 'date') return isDate(text) ? text : undefined;
  if (field.type === 'boolean') return booleanText(field, text);
  if (field.type === 'year') return /^\d{4}$/.test(text) ? String(Number(text)) : undefined;
  if (field.type === 'yearmonth') return /^\d{4}-(0[1-9]|1[0-2])$/.test(text) ? text : undefined;
  return field.type === 'string' || field.type === 'any' ? text : undefined;
}

function booleanText(field: Field, text: string): string | undefined {
  if (field.trueValues.includes(text)) return 'true';
  if (field.falseValues.includes(text)) return 'false';
  return text === 'true' || text === 'false' ? text : undefined;
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

// Every refresh asks all files of its tables for their partitions, and a file's never change: what was found is kept with it.
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

/** Equal texts for equal partitions, whatever the order of the columns; for maps and sets. */
export function partitionId(values: PartitionValues): string {
  const id = ids.get(values) ?? JSON.stringify(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
  ids.set(values, id);
  return id;
}

/** For people: `2024-01-02` where the columns are year, month, day (or a prefix of them), else `region=eu, tier=basic`; `all` for none. */
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
