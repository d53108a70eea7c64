// Values that stand in a contract (minimum, maximum, enum) as exact texts of their field's type, and their order.
import { isLosslessNumber } from 'lossless-json';
import type { Field } from './contract.ts';
import type { Place } from './definition-place.ts';
import { written } from './read-contract.ts';

/** What a value's text depends on. */
export type ValueType = Pick<
  Field,
  'type' | 'precision' | 'scale' | 'double' | 'trueValues' | 'falseValues' | 'timezone'
>;

/**
 * The text that the engine casts to exactly this value. Dates and times are ISO 8601 whatever the field's format; a time
 * names its offset unless the field's zone is UTC. Refuses what is no value of the type.
 */
export function constraintText(field: ValueType, value: unknown, place: Place): string {
  const problem = (wanted: string) => place.refuse(`${written(value)} is not ${wanted}`);
  if (field.type === 'boolean') {
    const text = String(value);
    if (typeof value === 'boolean') return text;
    if (typeof value === 'string' && field.trueValues.includes(text)) return 'true';
    if (typeof value === 'string' && field.falseValues.includes(text)) return 'false';
    return problem('a boolean: write true or false');
  }
  const numeric = field.type === 'integer' || field.type === 'number';
  const text = typeof value === 'string' ? value : numeric ? numberText(value) : undefined;
  switch (field.type) {
    case 'string':
      return text ?? problem('a text: write it in quotes');
    case 'integer':
      return text !== undefined && isLong(text) ? text : problem('an integer within 64 bits');
    case 'number':
      return text !== undefined && isNumber(field, text) ? text : problem(numberWanted(field));
    case 'date':
      return text !== undefined && isDate(text) ? text : problem('a day that exists: write "YYYY-MM-DD"');
    case 'datetime':
      return text !== undefined && isInstant(field, text) ? text : problem(instantWanted(field));
  }
}

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
  return `a number that fits decimal(${precision},${scale}): at most ${precision - scale} digits before the point and ${scale} after it, no exponent`;
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function isInstant(field: ValueType, text: string): boolean {
  const parts = /^(.{10})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})?$/.exec(text);
  return parts !== null && isDate(parts[1] ?? '') && (parts[4] !== undefined || field.timezone === 'UTC');
}

function instantWanted(field: ValueType): string {
  const example = '"2024-01-31T23:59:59Z"';
  return field.timezone === 'UTC'
    ? `a time: write it as ${example}`
    : `a time with its offset (the field's zone is ${field.timezone}): write it as ${example}`;
}

/** Negative, zero or positive as `a` is below, at or above `b`; both as constraintText gave them. */
export function compareValues(field: ValueType, a: string, b: string): number {
  if (field.type === 'date') return a < b ? -1 : a > b ? 1 : 0;
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
