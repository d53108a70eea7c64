// Values in a contract (minimum, maximum, enum) as exact texts of their field's type, and their order.
import { isLosslessNumber } from 'lossless-json';
import { type Field, type FieldType, fieldFormats } from '../core/contract.ts';
import { type FormattedType, isDay, isEpoch, isoOfEpoch, isoText, isPattern } from '../core/date-format.ts';
import { plainNumber, withoutExponent } from '../core/number-text.ts';
import { STRING_FORMATS } from '../core/text-pattern.ts';
import type { Place } from './place.ts';
import { written } from './read-contract.ts';

/** The field's properties that a value's text depends on. */
export type ValueType = Pick<
  Field,
  | 'type'
  | 'format'
  | 'otherFormats'
  | 'precision'
  | 'scale'
  | 'double'
  | 'decimalChar'
  | 'groupChar'
  | 'bareNumber'
  | 'negative'
  | 'positive'
  | 'trueValues'
  | 'falseValues'
  | 'timezone'
>;

/**
 * The text that DuckDB casts to exactly this value. A contract may write a value in JSON, or as text in the field's own
 * form: with its decimalChar, in its date format. Dates and times may also be in ISO 8601; a time needs an offset unless
 * the field's zone is UTC. Refuses values that are not of the type.
 */
export function constraintText(field: ValueType, value: unknown, place: Place): string {
  const read =
    field.type === 'boolean'
      ? booleanText(field, value)
      : isTooLong(field, value)
        ? undefined
        : textOf(field, value);
  return read ?? place.refuse(`${written(value)} is not ${WANTED[field.type](field)}`);
}

/** No number, date or time needs so many characters, and the patterns below are slow on longer texts. */
const MAX_VALUE_CHARACTERS = 1000;

function isTooLong({ type }: ValueType, value: unknown): boolean {
  const length = typeof value === 'string' ? value.length : (numberText(value)?.length ?? 0);
  return type !== 'string' && type !== 'any' && length > MAX_VALUE_CHARACTERS;
}

function booleanText(field: ValueType, value: unknown): string | undefined {
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return undefined;
  if (field.trueValues.includes(value)) return 'true';
  return field.falseValues.includes(value) ? 'false' : undefined;
}

function textOf(field: ValueType, value: unknown): string | undefined {
  if (field.type === 'integer' || field.type === 'number') return numberOf(field, value);
  if (field.type === 'year') {
    const text = typeof value === 'string' ? value : (numberText(value) ?? '');
    return /^\d{4}$/.test(text) ? text : undefined;
  }
  if (field.type === 'datetime') {
    const text = typeof value === 'string' ? inFormat(field, 'datetime', value) : epochNumber(field, value);
    return text !== undefined && isInstant(field, text) ? text : undefined;
  }
  if (typeof value !== 'string') return undefined;
  switch (field.type) {
    case 'date': {
      const text = inFormat(field, 'date', value);
      return isDay(text) ? text : undefined;
    }
    case 'time': {
      const text = inFormat(field, 'time', value);
      return TIME.test(text) ? text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '') : undefined;
    }
    case 'yearmonth':
      return /^\d{4}-(0[1-9]|1[0-2])$/.test(value) ? value : undefined;
    case 'string':
      return (STRING_FORMATS[field.format] ?? []).every((shape) =>
        new RegExp(`^(?:${shape})$`, 'u').test(value),
      )
        ? value
        : undefined;
    default:
      return value;
  }
}

/** In the standard, a text in the contract is parsed like the field's cells. */
function inFormat(field: ValueType, type: FormattedType, text: string): string {
  for (const format of fieldFormats(field)) {
    const read = isEpoch(format)
      ? isoOfEpoch(format, text)
      : isPattern(format)
        ? isoText(type, format, text)
        : undefined;
    if (read !== undefined) return read;
  }
  return text;
}

/** An epoch may be written as a number of JSON. */
function epochNumber(field: ValueType, value: unknown): string | undefined {
  const text = numberText(value);
  return text === undefined || !fieldFormats(field).some(isEpoch)
    ? undefined
    : inFormat(field, 'datetime', text);
}

function numberOf(field: ValueType, value: unknown): string | undefined {
  const text = typeof value === 'string' ? plainNumber(field, value) : numberText(value);
  if (text === undefined) return undefined;
  if (field.type === 'integer') return isLong(text) ? text : undefined;
  const plain = field.double ? text : withoutExponent(text);
  return isNumber(field, plain) ? plain : undefined;
}

const WANTED: Readonly<Record<FieldType, (field: ValueType) => string>> = {
  string: (field) =>
    field.format === 'default' ? 'a text: write it in quotes' : `a text of the format ${field.format}`,
  any: () => 'a text: write it in quotes',
  object: () => 'a text: write it in quotes',
  array: () => 'a text: write it in quotes',
  integer: () => 'an integer within 64 bits',
  number: (field) => numberWanted(field),
  boolean: () => 'a boolean: write true or false',
  date: (field) =>
    `a valid date: write "YYYY-MM-DD"${fieldFormats(field)
      .filter(isPattern)
      .map((format) => ` or ${format}`)
      .join('')}`,
  datetime: (field) => instantWanted(field),
  time: () => 'a time of day: write "HH:MM:SS"',
  year: () => 'a year: write four digits',
  yearmonth: () => 'a month: write "YYYY-MM"',
};

const TIME = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6}0*)?$/;

function numberText(value: unknown): string | undefined {
  if (isLosslessNumber(value)) return value.value;
  return typeof value === 'number' ? String(value) : undefined;
}

function isLong(text: string): boolean {
  return (
    /^[+-]?\d{1,40}$/.test(text) &&
    BigInt.asIntN(64, BigInt(text.replace('+', ''))) === BigInt(text.replace('+', ''))
  );
}

function isNumber(field: ValueType, text: string): boolean {
  if (field.double)
    return /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text) && Number.isFinite(Number(text));
  const parts = /^[+-]?0*(\d*)(?:\.(\d*?)0*)?$/.exec(text);
  if (!parts || !/\d/.test(text)) return false;
  return (parts[1] ?? '').length <= field.precision - field.scale && (parts[2] ?? '').length <= field.scale;
}

function numberWanted(field: ValueType): string {
  if (field.double) return 'a finite number';
  const { precision, scale } = field;
  return `a number that fits decimal(${precision},${scale}): at most ${precision - scale} digits before the point and ${scale} after it`;
}

function isInstant(field: ValueType, text: string): boolean {
  const parts = /^(.{10})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})?$/.exec(text);
  return parts !== null && isDay(parts[1] ?? '') && (parts[4] !== undefined || field.timezone === 'UTC');
}

function instantWanted(field: ValueType): string {
  const example = '"2024-01-31T23:59:59Z"';
  return field.timezone === 'UTC'
    ? `a time: write it as ${example}`
    : `a time with an offset (the field's zone is ${field.timezone}): write it as ${example}`;
}

/** Negative, zero or positive if `a` is below, equal to or above `b`; both come from constraintText. */
export function compareValues(field: ValueType, a: string, b: string): number {
  if (['date', 'time', 'yearmonth'].includes(field.type)) return a < b ? -1 : a > b ? 1 : 0;
  if (field.type === 'datetime') return Date.parse(a) - Date.parse(b);
  if (field.type === 'number' && field.double) return Number(a) - Number(b);
  const difference = scaled(a) - scaled(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function scaled(text: string): bigint {
  const [whole = '', fraction = ''] = text.replace(/^[+-]/, '').split('.');
  const digits = BigInt(`0${whole}${fraction.padEnd(38, '0').slice(0, 38)}`);
  return text.startsWith('-') ? -digits : digits;
}
