// A field of a contract in words for whoever delivers the files. Pure.
import { type Constraints, type Field, fieldFormats, fieldHeaders } from '../core/contract.ts';
import { isEpoch } from '../core/date-format.ts';
import { quoted } from '../core/violation.ts';
import { MOMENTS, momentText } from './field-candidates.ts';

const MAX_NAMED = 30;
const [MOMENT] = MOMENTS;

/** `"a", "b" or "c"` */
export function orList(texts: readonly string[], most = MAX_NAMED): string {
  const shown = texts.slice(0, most).map(quoted);
  const more = texts.length - shown.length;
  if (more > 0) return `${shown.join(', ')} and ${more.toLocaleString('en-US')} more`;
  return joined(shown, 'or');
}

export function joined(parts: readonly string[], word: 'and' | 'or'): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} ${word} ${last}`;
}

const FORMAT_WORDS: Readonly<Record<string, string>> = {
  email: 'an e-mail address',
  uri: 'a web address or another URI, with its scheme',
  uuid: 'a UUID: 8-4-4-4-12 hexadecimal digits',
  binary: 'base64',
};

/** `a date as 2024-01-31` */
export function typeWords(field: Field): string {
  switch (field.type) {
    case 'string':
      return FORMAT_WORDS[field.format] ?? 'a text';
    case 'any':
      return 'a text';
    case 'integer':
      return `a whole number${writtenWords(field)}`;
    case 'number':
      return numberWords(field);
    case 'boolean':
      return `yes as ${orList(field.trueValues)}, no as ${orList(field.falseValues)}`;
    case 'date':
      return `a date as ${formatWords(field)}`;
    case 'datetime':
      return datetimeWords(field);
    case 'time':
      return `a time of day as ${formatWords(field)}`;
    case 'year':
      return 'a year as 2024';
    case 'yearmonth':
      return 'a month as 2024-01';
    case 'object':
      return 'a JSON object';
    case 'array':
      return 'a JSON array';
  }
}

function numberWords(field: Field): string {
  const { precision, scale, double } = field;
  if (double) return `a number${pointWords(field)}${writtenWords(field)}`;
  const decimals =
    scale === 0 ? 'no decimals' : scale === 1 ? 'one of them a decimal' : `${scale} of them decimals`;
  return `a number of at most ${precision} digits, ${decimals}${pointWords(field)}${writtenWords(field)}`;
}

function pointWords({ decimalChar = '.' }: Field): string {
  return decimalChar === '.' ? '' : `, with ${quoted(decimalChar)} before the decimals`;
}

/** How it may be written besides plain digits. */
function writtenWords({ groupChar, bareNumber, negative, positive }: Field): string {
  const by = groupChar === ' ' ? 'a space' : quoted(groupChar ?? '');
  return [
    groupChar === undefined ? '' : `, its digits may be grouped in threes by ${by}`,
    bareNumber === false ? ', a currency or % may stand beside it' : '',
    negative === undefined ? '' : `, negative also as ${orList(negative)}`,
    positive === undefined ? '' : `, positive also as ${orList(positive)}`,
  ].join('');
}

const EPOCHS: Readonly<Record<string, string>> = {
  epoch: 'seconds',
  'epoch-ms': 'milliseconds',
  'epoch-us': 'microseconds',
};

function formatWords(field: Field): string {
  const all = fieldFormats(field).map((format) => {
    const text = MOMENT ? momentText(field, format, MOMENT) : '';
    return isEpoch(format) ? `${text} (${EPOCHS[format]} since 1970 in UTC)` : text;
  });
  return joined([...new Set(all)], 'or');
}

function datetimeWords(field: Field): string {
  const isInstant = fieldFormats(field).every(isEpoch);
  const zone = field.timezone === 'UTC' ? 'in UTC' : `by the clocks of ${field.timezone}`;
  return `a date and time as ${formatWords(field)}${isInstant ? '' : `, ${zone} where it has no offset`}`;
}

/** Everything besides the type that a value must keep to, and what else may stand there. */
export function ruleWords(field: Field, isGiven: boolean): string[] {
  const { constraints, missingValues } = field;
  const names = fieldHeaders(field);
  const missing = missingValues.filter((text) => text !== '');
  return [
    ...limitWords(field, constraints),
    ...(constraints.enum ? [`one of ${orList(constraints.enum)}`] : []),
    ...(constraints.pattern === undefined ? [] : [`matches the pattern ${constraints.pattern}`]),
    ...(constraints.unique ? ['never twice in a file'] : []),
    ...(missing.length === 0 ? [] : [`${orList(missing)} means no value`]),
    ...(names.length > 1 ? [`the column may also be called ${orList(names.slice(1))}`] : []),
    ...(isGiven
      ? ["the file's name gives it: the column may be left out, and must agree where it is there"]
      : []),
  ];
}

const LENGTHS: Readonly<Partial<Record<Field['type'], string>>> = { array: 'items', object: 'members' };

function limitWords({ type }: Field, constraints: Constraints): string[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength } = constraints;
  const units = LENGTHS[type] ?? 'characters';
  const said: [string, string | number | undefined, string][] = [
    ['at least', minimum, ''],
    ['more than', exclusiveMinimum, ''],
    ['at most', maximum, ''],
    ['less than', exclusiveMaximum, ''],
    ['at least', minLength, ` ${units}`],
    ['at most', maxLength, ` ${units}`],
  ];
  return said.flatMap(([words, limit, unit]) => (limit === undefined ? [] : [`${words} ${limit}${unit}`]));
}
