// Dates, datetimes and times of day as SQL over the text of a cell, for one format: the exact value, or NULL. Which formats
// there are is in date-format.ts.

import { literal } from '../sql/quoting.ts';
import type { Field } from './contract.ts';
import {
  aroundOffset,
  epochPlaces,
  epochShape,
  formatPattern,
  isEpoch,
  isPattern,
  needsOffsetMinutes,
} from './date-format.ts';

const SECOND = '[0-5]\\d(\\.\\d{1,6}0*)?';
const MINUTE = '([01]\\d|2[0-3]):[0-5]\\d';
const OFFSET = '(Z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)';
/** The next day's midnight, as ISO 8601 and databases write the end of a day. */
const END_OF_DAY = '24:00(:00(\\.0+)?)?';
const DAY = '\\d{4}-\\d{2}-\\d{2}';

function guarded(text: string, pattern: string, value: string): string {
  return `CASE WHEN regexp_full_match(${text}, ${literal(pattern)}) THEN ${value} END`;
}

export function dateSql({ format }: Field, text: string): string {
  return isPattern(format)
    ? guarded(text, formatPattern(format), `CAST(try_strptime(${text}, ${literal(format)}) AS DATE)`)
    : guarded(text, DAY, `TRY_CAST(${text} AS DATE)`);
}

/** Text in ISO 8601, without trailing zeros in the fraction. */
export function timeSql({ format }: Field, text: string): string {
  if (isPattern(format)) {
    const read = `CAST(try_strptime(${text}, ${literal(format)}) AS TIME)`;
    return guarded(text, formatPattern(format), `CAST(${read} AS VARCHAR)`);
  }
  const shape = format === 'any' ? `${MINUTE}(:${SECOND})?` : `${MINUTE}:${SECOND}`;
  return guarded(text, shape, `CAST(TRY_CAST(${text} AS TIME) AS VARCHAR)`);
}

export function datetimeSql(field: Field, text: string): string {
  const { format } = field;
  if (isEpoch(format)) return guarded(text, epochShape(format), epochSql(format, text));
  if (isPattern(format)) return guarded(text, formatPattern(format), formattedDatetime(field, text));
  if (format === 'any')
    return guarded(
      text,
      `${DAY}[T ](${MINUTE}(:${SECOND})?|${END_OF_DAY})${OFFSET}?`,
      isoDatetime(field, text, withSeconds(text)),
    );
  return guarded(text, `${DAY}T${MINUTE}:${SECOND}${OFFSET}?`, isoDatetime(field, text, text));
}

/** The shape has at most 18 digits, which the decimal and its product with a power of ten hold. */
function epochSql(format: string, text: string): string {
  const places = epochPlaces(format);
  const number = `TRY_CAST(${text} AS DECIMAL(18, ${places}))`;
  return `make_timestamptz(CAST(CAST(${number} AS DECIMAL(38, ${places})) * ${10 ** places} AS BIGINT))`;
}

/** DuckDB reads an offset only behind seconds. They begin at the 17th character. */
function withSeconds(text: string): string {
  return `CASE WHEN substr(${text}, 17, 1) = ':' THEN ${text} ELSE left(${text}, 16) || ':00' || substr(${text}, 17) END`;
}

/** `full`: the same text, with seconds. */
function isoDatetime(field: Field, text: string, full: string): string {
  const instant = `TRY_CAST(${full} AS TIMESTAMP WITH TIME ZONE)`;
  if (field.timezone === 'UTC') return instant;
  return `CASE WHEN regexp_matches(${text}, '${OFFSET}$') THEN ${instant} ELSE ${zoned(field, `TRY_CAST(${text} AS TIMESTAMP)`)} END`;
}

function formattedDatetime(field: Field, text: string): string {
  const parts = aroundOffset(field.format);
  if (parts === undefined) return zoned(field, `try_strptime(${text}, ${literal(field.format)})`);
  return `try_strptime(${numericOffset(text, parts)}, ${literal(field.format)})`;
}

/** DuckDB does not parse Z as an offset. */
function numericOffset(text: string, { before, after }: { before: string; after: string }): string {
  if (after === '') return `regexp_replace(${text}, 'Z$', '+0000')`;
  const pattern = `^(${formatPattern(before)})Z(${formatPattern(after)})$`;
  const offset = needsOffsetMinutes(after) ? '+00:00' : '+0000';
  return `regexp_replace(${text}, ${literal(pattern)}, '\\1${offset}\\2')`;
}

/** A local time in the field's zone; NULL if the zone's clocks skip it or show it twice. */
function zoned(field: Field, naive: string): string {
  const zone = literal(field.timezone);
  const local = `CAST(${naive} AS TIMESTAMP)`;
  // Of two instants with the same local time DuckDB picks the later one; the earlier one has the offset of the day before.
  const later = `timezone(${zone}, ${local})`;
  if (field.timezone === 'UTC') return later;
  const dayBefore = `(${later} - INTERVAL 1 DAY)`;
  const offsetBefore = `(timezone(${zone}, ${dayBefore}) - timezone('UTC', ${dayBefore}))`;
  const earlier = `timezone('UTC', ${local} - ${offsetBefore})`;
  const exists = `timezone(${zone}, ${later}) = ${local}`;
  const isTwice = `(${earlier} <> ${later} AND timezone(${zone}, ${earlier}) = ${local})`;
  return `CASE WHEN ${exists} AND NOT ${isTwice} THEN ${later} END`;
}
