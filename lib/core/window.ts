// Windows of insights: which neighbours of its partition the SQL of an insight sees. This file says what a partition column
// counts (days, months, …) and where a partition stands; lib/lake/neighbours.ts finds the neighbours.
import type { Dataset } from './contract.ts';
import type { PartitionColumn } from './partition-column.ts';

/** What a partition column counts, from coarse to fine. `number`: whole numbers that are no part of a date. */
export type PartUnit = 'year' | 'month' | 'day' | 'hour' | 'number';

/**
 * `isWhole`: its value alone is a point in time or a number; otherwise (month 3, day 15) it needs the columns before it.
 * `of`: equal for columns that are parts of the same dates: the field, or '' for the year, month and day of Hive's folders.
 */
export type DatePart = { readonly unit: PartUnit; readonly isWhole: boolean; readonly of: string };

/** What a dataset's partition column counts; undefined if it counts nothing. */
export function datePart(
  { fields }: Dataset,
  { field: name, transform }: PartitionColumn,
): DatePart | undefined {
  const of = name;
  switch (transform) {
    case 'year':
      return { unit: 'year', isWhole: true, of };
    case 'month':
    case 'day':
      return { unit: transform, isWhole: false, of };
    case 'date':
      return { unit: 'day', isWhole: true, of };
    case 'yearmonth':
      return { unit: 'month', isWhole: true, of };
    case 'hour':
      return { unit: 'hour', isWhole: true, of };
    case 'identity': {
      const type = fields.find((field) => field.name === name)?.type;
      if (type === 'date') return { unit: 'day', isWhole: true, of };
      if (type === 'yearmonth') return { unit: 'month', isWhole: true, of };
      const word = name.toLowerCase();
      if (type === 'year') return { unit: 'year', isWhole: true, of: word === 'year' ? '' : of };
      if (type !== 'integer') return undefined;
      if (word === 'year') return { unit: 'year', isWhole: true, of: '' };
      if (word === 'month' || word === 'day') return { unit: word, isWhole: false, of: '' };
      return { unit: 'number', isWhole: true, of };
    }
  }
}

/** Partitions that an insight's SQL sees of `over`, besides its own. */
export type Window = {
  readonly unit: PartUnit;
  /** The columns that say where a partition stands: one, or year, month and day (or the first two of these, or month and day). */
  readonly position: readonly string[];
  /** Partition columns that must be equal. */
  readonly equal: readonly string[];
  /** How many units before and after. */
  readonly before: number;
  readonly after: number;
};

/** `texts`: the values of the position's columns, as Delta has them. Undefined for a null, and for what is no such day or month. */
export function positionOf(unit: PartUnit, texts: readonly (string | null)[]): bigint | undefined {
  if (texts.includes(null)) return undefined;
  const parts = texts.map((text, i) => (text ?? '').padStart(i === 0 ? 4 : 2, '0'));
  const text = parts.join('-');
  switch (unit) {
    case 'year':
    case 'number':
      return wholeNumber(texts[0] ?? '');
    case 'month': {
      const [, year, month] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text) ?? [];
      return year === undefined ? undefined : BigInt(Number(year) * 12 + Number(month));
    }
    case 'day':
      return dayNumber(text);
    case 'hour': {
      const [, date = '', hour] = /^(.{10})T([01]\d|2[0-3])$/.exec(text) ?? [];
      const day = dayNumber(date);
      return day === undefined ? undefined : day * 24n + BigInt(hour ?? 0);
    }
  }
}

function wholeNumber(text: string): bigint | undefined {
  return /^-?\d{1,19}$/.test(text) ? BigInt(text) : undefined;
}

const DAY_MS = 86_400_000;

/** Days since 1970-01-01; undefined for 2024-02-30. */
function dayNumber(text: string): bigint | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const ms = Date.parse(`${text}T00:00:00Z`);
  const exists = !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
  return exists ? BigInt(ms / DAY_MS) : undefined;
}
