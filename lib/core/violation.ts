// A problem of a row or a file, as a value, and its sentence. Bad data is never thrown.
import { type Dataset, type Field, type FieldType, fieldFormats } from './contract.ts';
import { isEpoch, isPattern } from './date-format.ts';
import { strangeWords } from './number-text.ts';

/** Rules are named as the Table Schema standard names its constraints, and as Frictionless names its errors. */
export type Rule =
  | 'type-error'
  | 'required'
  | 'enum'
  | 'minimum'
  | 'maximum'
  | 'exclusiveMinimum'
  | 'exclusiveMaximum'
  | 'minLength'
  | 'maxLength'
  | 'pattern'
  | 'unique'
  | 'primary-key'
  | 'missing-cell'
  | 'extra-cell'
  | 'encoding-error'
  | 'source-error'
  | 'stray-quote'
  | 'repeated-header'
  | 'missing-label'
  | 'extra-label'
  | 'duplicate-label'
  | 'incorrect-label'
  | 'too-large'
  | 'out-of-memory'
  | 'maxRejectedRows'
  | 'maxRejectedRatio'
  | 'no-valid-rows'
  | 'partition-value'
  | 'duplicate';

export type Violation = {
  /** '' if it is about the whole row or file. */
  readonly field: string;
  readonly rule: Rule;
  /** Cut after MAX_VALUE characters: see shortValue. */
  readonly value: string | null;
  readonly message: string;
};

/**
 * A refused record: `line` is the physical line in the source file (or row of a sheet), null if the file is one JSON document;
 * `path` is its position there. In an archive `path` begins with the member's name, and the line is the member's.
 */
export type RefusedRow = {
  readonly line: number | null;
  readonly path?: string | null;
  readonly raw: string;
  readonly violations: readonly Violation[];
};

/** Limits a violation's value: a cell may have megabytes, and a report many violations. */
export const MAX_VALUE = 1000;
export const CUT = '…';
const MAX_SHOWN = 120;
const MAX_STRANGE = 3;

export function shown(value: string | null): string {
  if (value === null) return 'nothing';
  if (value.length <= MAX_SHOWN) return quoted(value);
  const length = value.length > MAX_VALUE ? `more than ${MAX_VALUE}` : value.length;
  return quoted(`${value.slice(0, MAX_SHOWN)}${CUT} (${length} characters)`);
}

/**
 * In quotes as JSON, with the characters that nobody sees as `\u202f`: blanks other than U+0020, marks of direction and
 * the like. The joiners U+200C and U+200D are left: some scripts and emoji are written with them.
 */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(UNSEEN, (character) =>
    Array.from({ length: character.length }, (_, i) => escapedUnit(character.charCodeAt(i))).join(''),
  );
}

const UNSEEN = /(?![ \u200c\u200d])[\p{Z}\p{Cf}]/gu;

function escapedUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}

/** At most MAX_VALUE characters, plus an ellipsis if some were cut. */
export function shortValue(value: string): string {
  return value.length <= MAX_VALUE ? value : `${value.slice(0, MAX_VALUE)}${CUT}`;
}

/** `credit_usage: "1,5" is not a number (decimal point is ".")` */
export function fieldViolation(
  dataset: Dataset,
  field: Field,
  rule: Rule,
  value: string | null,
  pathValue?: string | null,
): Violation {
  return {
    field: field.name,
    rule,
    value,
    message: `${field.name}: ${problem(dataset, field, rule, value, pathValue)}`,
  };
}

function problem(
  dataset: Dataset,
  field: Field,
  rule: Rule,
  value: string | null,
  pathValue: string | null | undefined,
): string {
  const limits = field.constraints;
  switch (rule) {
    case 'type-error':
      return `${shown(value)} is not ${typeName(field)} (${expectation(field)})${strange(field, value)}`;
    case 'required':
      return 'the value is missing';
    case 'enum':
      return `${shown(value)} is not one of ${(limits.enum ?? []).map(quoted).join(', ')}`;
    case 'minimum':
      return `${shown(value)} is below the minimum ${limits.minimum}`;
    case 'maximum':
      return `${shown(value)} is above the maximum ${limits.maximum}`;
    case 'exclusiveMinimum':
      return `${shown(value)} is not above ${limits.exclusiveMinimum}, the exclusiveMinimum`;
    case 'exclusiveMaximum':
      return `${shown(value)} is not below ${limits.exclusiveMaximum}, the exclusiveMaximum`;
    case 'minLength':
      return `${shown(value)} is shorter than ${limits.minLength} ${LENGTH_UNITS[field.type] ?? 'characters'}`;
    case 'maxLength':
      return `${shown(value)} is longer than ${limits.maxLength} ${LENGTH_UNITS[field.type] ?? 'characters'}`;
    case 'pattern':
      return `${shown(value)} does not match the pattern ${limits.pattern}`;
    case 'partition-value':
      if (field.type === 'datetime')
        return `the date of ${shown(value)} is outside the years 1 to 9999 in ${partitionZones(dataset, field)}, by which the table is partitioned`;
      if (pathValue === undefined) return 'an empty text cannot name a partition';
      if (value === null) return `the value is missing, and the file's path says ${shown(pathValue)}`;
      return `${shown(value)} differs from ${shown(pathValue ?? null)}, which the file's path says`;
    default:
      return `${shown(value)} breaks the rule ${rule} of ${dataset.name}`;
  }
}

function partitionZones({ partitionBy }: Dataset, { name }: Field): string {
  const own = partitionBy.filter(({ field }) => field === name);
  return [...new Set(own.flatMap(({ timezone }) => timezone ?? []))].join(' or ');
}

const LENGTH_UNITS: Partial<Record<FieldType, string>> = { array: 'items', object: 'members' };

const TYPE_NAMES: Readonly<Record<FieldType, string>> = {
  string: 'a text',
  any: 'a text',
  integer: 'an integer',
  number: 'a number',
  boolean: 'a boolean',
  date: 'a date',
  datetime: 'a date and time',
  time: 'a time of day',
  year: 'a year',
  yearmonth: 'a month',
  object: 'a JSON object',
  array: 'a JSON array',
};

/** The name of a text in this format, and an example. */
const STRING_FORMAT_WORDS: Readonly<Record<string, readonly [name: string, expectation: string]>> = {
  email: ['an e-mail address', 'such as name@example.com'],
  uri: ['a URI', 'with its scheme, such as https://example.com/a?b, other characters as %XX'],
  uuid: ['a UUID', '8-4-4-4-12 hexadecimal digits'],
  binary: ['base64', 'A-Z a-z 0-9 + / in fours, filled up with ='],
};

function typeName(field: Field): string {
  return (field.type === 'string' && STRING_FORMAT_WORDS[field.format]?.[0]) || TYPE_NAMES[field.type];
}

function expectation(field: Field): string {
  const formats = fieldFormats(field);
  if (DATED.includes(field.type) && formats.length > 1) {
    const each = formats.map((format) => expectation({ ...field, format, otherFormats: [] }));
    return [...new Set(each)].join('; or ');
  }
  const pattern = isPattern(field.format) ? `format ${field.format}` : undefined;
  switch (field.type) {
    case 'integer':
      return `whole, within 64 bits${numberWords(field)}`;
    case 'number':
      return `decimal point is "${field.decimalChar ?? '.'}"${numberWords(field)}${
        field.double
          ? ''
          : `, at most ${field.precision - field.scale} digits before it and ${field.scale} after it`
      }`;
    case 'boolean':
      return `one of ${[...field.trueValues, ...field.falseValues].map(quoted).join(', ')}`;
    case 'date':
      return pattern ?? 'YYYY-MM-DD, a day that exists';
    case 'datetime':
      if (isEpoch(field.format)) return `${EPOCH_UNITS[field.format]} since 1970-01-01T00:00:00Z`;
      return `${pattern ?? `YYYY-MM-DD${field.format === 'any' ? ' ' : 'T'}HH:MM${field.format === 'any' ? '[:SS]' : ':SS'}, at most six digits of a second`}, a time that exists${
        field.timezone === 'UTC' ? ' in UTC' : ` in ${field.timezone}, and only once where it has no offset`
      }`;
    case 'time':
      return pattern ?? `HH:MM${field.format === 'any' ? '[:SS]' : ':SS'}, at most six digits of a second`;
    case 'year':
      return 'YYYY';
    case 'yearmonth':
      return 'YYYY-MM';
    case 'string':
      return STRING_FORMAT_WORDS[field.format]?.[1] ?? field.format;
    default:
      return 'valid by RFC 8259';
  }
}

const DATED: readonly FieldType[] = ['date', 'datetime', 'time'];

const EPOCH_UNITS: Readonly<Record<string, string>> = {
  epoch: 'seconds, with at most six decimals,',
  'epoch-ms': 'milliseconds, with at most three decimals,',
  'epoch-us': 'microseconds',
};

function numberWords(field: Field): string {
  const { groupChar, negative, positive } = field;
  const by = groupChar === ' ' ? 'a space' : quoted(groupChar ?? '');
  const forms = (word: string, listed: readonly string[] | undefined) =>
    listed === undefined ? '' : `, ${word} also as ${listed.map(quoted).join(' or ')}`;
  const grouped = `${groupChar === undefined ? '' : `, digits grouped in threes by ${by}`}${forms('negative', negative)}${forms('positive', positive)}`;
  if (field.bareNumber !== false) return grouped;
  return `${grouped}, one sign right before the digits, around the number only blanks, %, currency signs and ISO 4217 codes`;
}

/** The words around a number that were not stripped, because they may change it. */
function strange(field: Field, value: string | null): string {
  if (field.bareNumber !== false || value === null) return '';
  const words = strangeWords(field, value.slice(0, MAX_SHOWN)).slice(0, MAX_STRANGE);
  return words.length === 0 ? '' : `: ${words.map(quoted).join(', ')} may change the number`;
}
