// One field as SQL over the text of its cell: the value, NULL if the text has none, and the checks of type and
// constraints. Law 4 is enforced here: a value is accepted only if it is exactly what its text says.

import { literal } from '../sql/quoting.ts';
import { type Field, fieldColumnType, fieldFormats, isJson } from './contract.ts';
import { isEpoch, isPattern } from './date-format.ts';
import { dateSql, datetimeSql, timeSql } from './datetime-sql.ts';
import { hasPlainDigits } from './number-text.ts';
import { readableSql } from './readable-values.ts';
import { sqlType } from './schema.ts';
import { STRING_FORMATS } from './text-pattern.ts';
import type { Rule } from './violation.ts';

export function trimmedText(field: Field, source: string): string {
  return field.trim ? `trim(${source}, ' ' || chr(9) || chr(10) || chr(13) || chr(160))` : source;
}

/** The text after trim and missingValues; `source` is NULL for the empty text, which is a missing value only for some fields. */
export function cleanText(field: Field, source: string): string {
  const trimmed = trimmedText(field, source);
  const present = field.missingValues.includes('') ? trimmed : `coalesce(${trimmed}, '')`;
  const missingValues = field.missingValues.filter((missing) => missing !== '' || field.trim);
  if (missingValues.length <= MAX_NESTED)
    return missingValues.reduce((text, missing) => `nullif(${text}, ${literal(missing)})`, present);
  return `CASE WHEN ${present} NOT IN (${missingValues.map(literal).join(', ')}) THEN ${present} END`;
}

/** From here on a list is cheaper for DuckDB than nested calls, of which it allows at most a thousand. */
const MAX_NESTED = 8;

function matches(text: string, pattern: string): string {
  return `regexp_full_match(${text}, ${literal(pattern)})`;
}

const FIRST_DAY = '0001-01-01';
const YEAR_MONTH = '\\d{4}-(0[1-9]|1[0-2])';

/** A cheaper way than valueSql to a value, valid where `holds` is true. `read` becomes a separate column. */
export type ShortWay = {
  readonly read: string;
  readonly holds: (read: string) => string;
  readonly value: (read: string) => string;
};

const asItIs = (read: string) => read;

/**
 * Most texts are written exactly as DuckDB prints their value: then the value is exact, without matching a pattern.
 * Undefined for types without such a form. `pathText`: SQL of the field's text in the source's path.
 */
export function shortWay(field: Field, text: string, pathText: string | undefined): ShortWay | undefined {
  const own = sqlType(fieldColumnType(field));
  const cast = `TRY_CAST(${text} AS ${own})`;
  switch (field.type) {
    case 'integer':
      if (!hasPlainDigits(field)) return undefined;
      if (pathText !== undefined)
        return {
          read: `CAST(${pathText} AS ${own})`,
          holds: () => `${text} = ${pathText}`,
          value: asItIs,
        };
      return { read: cast, holds: (read) => `CAST(${read} AS VARCHAR) = ${text}`, value: asItIs };
    case 'number':
      if (!hasPlainDigits(field) || field.double) return undefined;
      return {
        read: `TRY_CAST(${text} AS ${narrowDecimal(field) ?? own})`,
        // DuckDB prints a decimal with all its places: 1.50 and 1.5 are prefixes of 1.500000.
        holds: (read) => `starts_with(CAST(${read} AS VARCHAR), ${text})`,
        value: narrowDecimal(field) === undefined ? asItIs : (read) => `CAST(${read} AS ${own})`,
      };
    case 'date':
      if (isoFormat(field) === undefined) return undefined;
      return {
        read: cast,
        holds: (read) => `${inYears(read)} AND CAST(${read} AS VARCHAR) = ${text}`,
        value: asItIs,
      };
    case 'datetime': {
      const format = isoFormat(field);
      if (format === undefined || field.timezone !== 'UTC') return undefined;
      // Casting to this type drops an offset: the texts for which it holds have none except Z.
      const naive = `TRY_CAST(${text} AS TIMESTAMP)`;
      const holds = (read: string) => {
        const written = `CAST(${read} AS VARCHAR)`;
        const iso = `replace(${written}, ' ', 'T')`;
        const rest = `substr(${text}, strlen(${written}) + 1)`;
        // Joined with OR, DuckDB would compute all of them for every row.
        const asIso = `WHEN ${text} = ${iso} || 'Z' THEN true ELSE ${text} = ${iso}`;
        const asWritten = `WHEN ${text} = ${written} THEN true WHEN starts_with(${text}, ${written}) THEN ${rest} IN (${ZEROS.map(literal).join(', ')}) `;
        return `${inYears(read)} AND CASE ${format === 'any' ? asWritten : ''}${asIso} END`;
      };
      return { read: naive, holds, value: (read) => `make_timestamptz(epoch_us(${read}))` };
    }
    default:
      return undefined;
  }
}

/** What may follow a time as DuckDB writes it: it leaves out the zeros that end a fraction. No other text with more digits is a time to it. */
const ZEROS = ['0', '00', '000', '0000', '00000', '.0', '.00', '.000', '.0000', '.00000', '.000000'];

/** DuckDB holds a decimal of so many digits in 64 bits. */
const NARROW_DIGITS = 18;

/** A narrow type for the smaller numbers of a wide one; undefined for a narrow one, or where hardly a number is that small. */
function narrowDecimal({ precision, scale }: Field): string | undefined {
  const isWide = precision > NARROW_DIGITS && scale <= NARROW_DIGITS - 6;
  return isWide ? `DECIMAL(${NARROW_DIGITS}, ${scale})` : undefined;
}

/** DuckDB casts a text to a decimal of 128 bits a hundred times as slowly as to one of 64. */
function decimalSql(field: Field, text: string): string {
  const narrow = narrowDecimal(field);
  const own = sqlType(fieldColumnType(field));
  const wide = `TRY_CAST(${text} AS ${own})`;
  return narrow === undefined ? wide : `coalesce(CAST(TRY_CAST(${text} AS ${narrow}) AS ${own}), ${wide})`;
}

/** The widest of the field's formats that are ISO 8601. */
function isoFormat(field: Field): string | undefined {
  const formats = fieldFormats(field).filter((format) => !isPattern(format) && !isEpoch(format));
  return formats.find((format) => format === 'any') ?? formats[0];
}

/** Years of four digits, as in ISO 8601 and the patterns; excludes infinity. */
function inYears(value: string): string {
  return `${value} >= '${FIRST_DAY}' AND ${value} < '10000-01-01'`;
}

/** The exact value of a text; NULL if it is not a value of the type. For a number, `text` comes from numberSql. */
export function valueSql(field: Field, text: string): string {
  const guarded = (condition: string, value: string) => `CASE WHEN ${condition} THEN ${value} END`;
  const own = sqlType(fieldColumnType(field));
  switch (field.type) {
    case 'string': {
      const patterns = STRING_FORMATS[field.format] ?? [];
      const shaped = patterns.map((pattern) => matches(text, pattern)).join(' AND ');
      return shaped === '' ? text : guarded(shaped, text);
    }
    case 'any':
      return text;
    case 'yearmonth':
      return guarded(matches(text, YEAR_MONTH), text);
    case 'year':
      return guarded(matches(text, '\\d{4}'), `TRY_CAST(${text} AS ${own})`);
    case 'object':
    case 'array':
      return guarded(isJsonSql(field.type, text), text);
    case 'boolean': {
      const side = (values: readonly string[], result: boolean) =>
        values.length === 0 ? '' : `WHEN ${text} IN (${values.map(literal).join(', ')}) THEN ${result} `;
      return `CASE ${side(field.trueValues, true)}${side(field.falseValues, false)}END`;
    }
    // DuckDB's casts alone would accept 0x1F, 1_000 and 24:00:00, and would round.
    case 'integer':
      return guarded(matches(text, '[+-]?\\d+'), `TRY_CAST(${text} AS ${own})`);
    case 'number':
      return field.double
        ? doubleSql(text)
        : guarded(matches(text, decimalShape(field.scale)), decimalSql(field, text));
    case 'date':
      return oneOf(field, (one) => dateSql(one, text));
    case 'datetime':
      return oneOf(field, (one) => datetimeSql(one, text));
    case 'time':
      return oneOf(field, (one) => timeSql(one, text));
  }
}

/** At most one of the formats reads a text, or all that do read the same: see format-overlap.ts. */
function oneOf(field: Field, read: (field: Field) => string): string {
  const values = fieldFormats(field).map((format) => read({ ...field, format }));
  return values.length === 1 ? (values[0] as string) : `coalesce(${values.join(', ')})`;
}

/** `value` if every reader of the table supports it: DuckDB has years before 1 (BC), and an offset can lead past 9999. */
export function knownToAll(field: Field, value: string): string | undefined {
  if (field.type !== 'date' && field.type !== 'datetime') return undefined;
  return `CASE WHEN ${readableSql(fieldColumnType(field), value)} THEN ${value} END`;
}

function decimalShape(scale: number): string {
  return `[+-]?(\\d+(\\.\\d{0,${scale}}0*)?|\\.\\d{${Math.min(1, scale)},${scale}}0*)`;
}

/** 1e400 must not become infinity. Grouping treats -0.0 as 0.0 and keeps either one, so results would depend on the row order: -0.0 + 0.0 is 0.0. */
function doubleSql(text: string): string {
  const value = `TRY_CAST(${text} AS DOUBLE)`;
  const finite = matches(text, '[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?');
  const special = matches(text, '[Nn][Aa][Nn]|[+-]?[Ii][Nn][Ff]');
  return `CASE WHEN ${finite} AND NOT isinf(${value}) THEN ${value} + CAST(0 AS DOUBLE) WHEN ${special} THEN ${value} END`;
}

/** DuckDB's JSON parser also accepts NaN, infinities and trailing commas: none of these is allowed outside texts. */
function isJsonSql(type: 'object' | 'array', text: string): string {
  const bare = `regexp_replace(${text}, '"([^"\\\\]|\\\\.)*"', '""', 'g')`;
  const strict = `NOT regexp_matches(${bare}, '(?i)nan|inf|,\\s*[\\]}]')`;
  return `json_valid(${text}) AND json_type(${text}) = '${type.toUpperCase()}' AND ${strict}`;
}

/** `bad` is true or false, never NULL. `ofValue`: the same, of a row that has a value. `needsValue`: every row without a value is bad. */
export type FieldCheck = {
  readonly rule: Rule;
  readonly bad: string;
  readonly ofValue?: string;
  readonly needsValue?: boolean;
};

/** `value` is NULL if the text has none. */
export function fieldChecks(field: Field, text: string, value: string): FieldCheck[] {
  const checks: FieldCheck[] = [];
  const isAnyText = field.type === 'any' || (field.type === 'string' && field.format === 'default');
  if (!isAnyText) checks.push({ rule: 'type-error', bad: `(${text} IS NOT NULL AND ${value} IS NULL)` });
  if (field.constraints.required) checks.push({ rule: 'required', bad: `${text} IS NULL`, needsValue: true });
  for (const [rule, ofValue] of constraintChecks(field, value))
    checks.push({ rule, bad: `(${value} IS NOT NULL AND ${ofValue})`, ofValue });
  return checks;
}

function constraintChecks(field: Field, value: string): [Rule, string][] {
  const checks: [Rule, string][] = [];
  const { minLength, maxLength, pattern, enum: allowed } = field.constraints;
  const cast = (limit: string) => `CAST(${literal(limit)} AS ${sqlType(fieldColumnType(field))})`;
  // NaN violates every limit; DuckDB orders it above all other values.
  const orNaN = field.double ? ` OR isnan(${value})` : '';
  for (const [rule, comparison] of LIMITS) {
    const limit = field.constraints[rule];
    if (limit !== undefined) checks.push([rule, `(${value} ${comparison} ${cast(limit)}${orNaN})`]);
  }
  if (minLength !== undefined) checks.push(['minLength', `${lengthSql(field, value)} < ${minLength}`]);
  if (maxLength !== undefined) checks.push(['maxLength', `${lengthSql(field, value)} > ${maxLength}`]);
  if (pattern !== undefined) checks.push(['pattern', `NOT ${matches(value, pattern)}`]);
  if (allowed !== undefined) checks.push(['enum', `${value} NOT IN (${allowed.map(cast).join(', ')})`]);
  return checks;
}

const LIMITS = [
  ['minimum', '<'],
  ['maximum', '>'],
  ['exclusiveMinimum', '<='],
  ['exclusiveMaximum', '>='],
] as const;

function lengthSql(field: Field, value: string): string {
  if (!isJson(field)) return `length(${value})`;
  return field.type === 'array' ? `json_array_length(${value})` : `len(list_distinct(json_keys(${value})))`;
}
