// The partition columns that a contract may have: a field itself, or a part of a date or datetime. Plain data.
import type { ColumnType } from './schema.ts';

/** What a partition column takes of its field. */
export const TRANSFORMS = ['identity', 'year', 'month', 'day', 'date', 'yearmonth', 'hour'] as const;
export type Transform = (typeof TRANSFORMS)[number];

/** `name` is the table's column; it is `field` itself, or derived from it. */
export type PartitionColumn = {
  readonly name: string;
  readonly field: string;
  readonly transform: Transform;
  /** IANA name: where the date of a datetime is looked up; absent: UTC. */
  readonly timezone?: string;
};

/** Of the column that a transform other than `identity` derives. */
export function derivedType(transform: Transform): ColumnType {
  if (transform === 'date') return 'date';
  return transform === 'yearmonth' || transform === 'hour' ? 'string' : 'long';
}
