// The values of partition columns as SQL over those of their fields. Which columns a contract may have is decided in
// lib/definitions/parse-partition.ts.
import { literal } from '../sql/quoting.ts';
import type { Field } from './contract.ts';
import type { PartitionColumn } from './partition-column.ts';
import { readableSql } from './readable-values.ts';

/** The expression of a partition column over `value`, that of its field. */
export function partitionExpression(column: PartitionColumn, field: Field, value: string): string {
  switch (column.transform) {
    case 'identity':
      return value;
    case 'date':
      return localDate(column, field, value);
    case 'yearmonth':
      return `left(CAST(${localDate(column, field, value)} AS VARCHAR), 7)`;
    case 'hour':
      return `replace(left(CAST(${inUtc(value)} AS VARCHAR), 13), ' ', 'T')`;
    case 'year':
    case 'month':
    case 'day':
      // Without a time zone as ever: the session's is UTC.
      return `CAST(${column.transform}(${column.timezone === undefined ? value : local(column, value)}) AS BIGINT)`;
  }
}

/** A condition for values whose date in the column's time zone no reader of Delta knows; undefined if there are none. */
export function outsideYears(column: PartitionColumn, value: string): string | undefined {
  if (column.timezone === undefined || column.timezone === 'UTC') return undefined;
  const isOutside = `coalesce(NOT (${readableSql('date', `CAST(${local(column, value)} AS DATE)`)}), false)`;
  // No clock is two days away from UTC's: to look at one costs ten times as much as to compare moments.
  return `CASE WHEN ${value} BETWEEN TIMESTAMPTZ '0001-01-03 00:00:00+00' AND TIMESTAMPTZ '9999-12-29 00:00:00+00' THEN false ELSE ${isOutside} END`;
}

function localDate(column: PartitionColumn, field: Field, value: string): string {
  return field.type === 'date' ? value : `CAST(${local(column, value)} AS DATE)`;
}

/** A TIMESTAMP: what clocks in the column's time zone show at that moment. */
function local({ timezone = 'UTC' }: PartitionColumn, value: string): string {
  return timezone === 'UTC' ? inUtc(value) : `timezone(${literal(timezone)}, ${value})`;
}

/** As `timezone('UTC', …)`, at a tenth of its time. */
function inUtc(value: string): string {
  return `make_timestamp(epoch_us(${value}))`;
}
