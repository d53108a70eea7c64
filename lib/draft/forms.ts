// The forms that a column's texts may have, narrowest first: a form is the words of a field. Here they are only proposed, from some
// texts; whether a form takes every text is judged by ingest's own SQL (profile.ts). Pure.

import type { Field } from '../core/contract.ts';
import { isDay, isoText } from '../core/date-format.ts';
import { plainNumber, withoutExponent } from '../core/number-text.ts';
import { STRING_FORMATS } from '../core/text-pattern.ts';
import type { FieldWords } from '../definitions/contract-schema.ts';
import { parseField } from '../definitions/parse-field.ts';
import { Place } from '../definitions/place.ts';

export type FormWords = Omit<FieldWords, 'name' | 'header' | 'description' | 'missingValues' | 'constraints'>;

export type Form = {
  readonly id: string;
  readonly words: FormWords;
  /** Blanks around a text do not count, and TOKENS are missing values: only where such were seen, because it costs time. */
  readonly isDressed: boolean;
  /** Of the values, in words: `whole numbers`. */
  readonly meaning: string;
  /** Of the forms of one family that take every text none is chosen: the texts could mean either. */
  readonly family?: 'number' | 'date';
  /** SQL over a text of this form: true where its value would lose or mistake something, and why, in words. */
  readonly doubt?: { readonly sql: (text: string) => string; readonly why: string };
  /** SQL over a text of this form: it is hardly meant so; another form that fits is the better one. */
  readonly loose?: (text: string) => string;
};

/** Texts that mean "no value" where all others of a column are numbers, dates and the like. */
export const TOKENS: readonly string[] =
  'NULL null Null NA N/A n/a #N/A NaN nan None none nil NIL - -- — ? \\N (null) missing'.split(' ');

/** Whether most of the texts have it. */
type IsMost = (has: (text: string) => boolean) => boolean;

/** Of the texts, at least so many must have a form for it to be proposed: others are named as exceptions. */
const LEAST_SHARE = 0.6;
/** So many texts tell the form; the engine asks them all. */
const MAX_TEXTS = 150;

/** `texts`: distinct, as they came. `hasDecimalChar`: false for JSON, whose numbers have a point. */
export function proposeForms(texts: readonly string[], label: string, hasDecimalChar: boolean): Form[] {
  const bare = [...new Set(texts.map(trimmed))];
  const isDressed =
    bare.some((text) => TOKENS.includes(text)) || texts.some((text) => text !== trimmed(text));
  const forms = plainForms(bare, label, hasDecimalChar);
  return isDressed ? forms.map((form) => ({ ...form, id: `dressed ${form.id}`, isDressed })) : forms;
}

/** As field-sql.ts trims. */
function trimmed(text: string): string {
  return text.replace(/^[ \t\n\r\u00a0]+|[ \t\n\r\u00a0]+$/g, '');
}

function plainForms(texts: readonly string[], label: string, hasDecimalChar: boolean): Form[] {
  const asked = texts.filter((text) => text !== '' && !TOKENS.includes(text)).slice(0, MAX_TEXTS);
  if (asked.length === 0) return [];
  const isMost = (has: (text: string) => boolean) => asked.filter(has).length >= LEAST_SHARE * asked.length;
  const forms: Form[] = [...booleanForms(asked, isMost)];
  if (
    isMost(
      (text) => STRING_FORMATS.uuid?.every((shape) => new RegExp(`^(?:${shape})$`, 'u').test(text)) ?? false,
    )
  )
    forms.push(form({ type: 'string', format: 'uuid' }, 'UUIDs'));
  forms.push(...compactDates(asked, label), ...numberForms(asked, isMost, hasDecimalChar));
  if (isMost((text) => /\d/.test(text) && text.length >= 6 && text.length <= 40))
    forms.push(...dateForms(asked, isMost));
  if (isMost((text) => /^\d{4}-\d\d$/.test(text)))
    forms.push(form({ type: 'yearmonth' }, 'months as 2024-01'));
  if (isMost((text) => /^\{.*\}$/s.test(text))) forms.push(form({ type: 'object' }, 'JSON objects'));
  if (isMost((text) => /^\[.*\]$/s.test(text))) forms.push(form({ type: 'array' }, 'JSON lists'));
  return forms;
}

function form(words: FormWords, meaning: string, more: Pick<Form, 'family' | 'doubt' | 'loose'> = {}): Form {
  return { id: JSON.stringify(words), words, meaning, isDressed: false, ...more };
}

/** The field that judges a form's texts, under `name`. */
export function judge(name: string, { words, isDressed }: Form): Field {
  const defaults = { missingValues: [''], timezone: 'UTC' };
  const dress = isDressed ? { trim: true, missingValues: ['', ...TOKENS] } : {};
  return parseField({ ...words, ...dress, name }, defaults, new Place('draft'));
}

const PAIRS: readonly (readonly [string, string])[] = [
  ...([
    ['yes', 'no'],
    ['y', 'n'],
    ['t', 'f'],
    ['on', 'off'],
    ['ja', 'nein'],
    ['oui', 'non'],
    ['si', 'no'],
    ['sim', 'não'],
  ] as const),
];

/** 1 and 0 are left as numbers, which they may be. */
function booleanForms(texts: readonly string[], isMost: IsMost): Form[] {
  if (isMost((text) => /^(true|True|TRUE|false|False|FALSE)$/.test(text)))
    return [form({ type: 'boolean' }, 'true and false')];
  const folded = new Set(texts.map((text) => text.toLowerCase()));
  const pair = PAIRS.find((both) => folded.size === 2 && both.every((word) => folded.has(word)));
  if (pair === undefined) return [];
  const spelt = (word: string) => texts.filter((text) => text.toLowerCase() === word).sort();
  const words = { type: 'boolean', trueValues: spelt(pair[0]), falseValues: spelt(pair[1]) };
  return [form(words, `${pair[0]} and ${pair[1]}`)];
}

const INTEGER = /^[+-]?\d+$/;
/** Within 64 bits; longer ones are identifiers. */
const MAX_INTEGER_DIGITS = 19;

function numberForms(texts: readonly string[], isMost: IsMost, hasDecimalChar: boolean): Form[] {
  const forms: Form[] = [];
  const isInteger = (text: string) =>
    INTEGER.test(text) && text.replace(/^[+-]/, '').length <= MAX_INTEGER_DIGITS;
  if (isMost(isInteger)) forms.push(form({ type: 'integer' }, 'whole numbers', { doubt: DIGITS_LOST }));
  if (texts.every((text) => INTEGER.test(text))) return forms;
  for (const notation of NOTATIONS) {
    const { decimalChar = '.', groupChar } = notation;
    const marks = [decimalChar, ...(groupChar === undefined ? [] : [groupChar])];
    const isOwn = decimalChar === '.' && groupChar === undefined;
    if (decimalChar !== '.' && !hasDecimalChar) continue;
    if (
      !isOwn &&
      !texts.some((text) => marks.some((mark) => mark !== '.' && text.includes(mark))) &&
      !isGroupedByPoint(notation, texts)
    )
      continue;
    if (groupChar !== undefined && !texts.some((text) => text.includes(groupChar))) continue;
    const written = { ...notation, type: 'number' as const, double: false };
    if (
      !isMost(
        (text) =>
          plainNumber(written, text) !== undefined && /\d/.test(text) && /^[\d+\-.,eE'\s]+$/.test(text),
      )
    )
      continue;
    const own = numberForm(notation, texts);
    if (own !== undefined) forms.push(own);
  }
  return forms;
}

type Notation = { readonly decimalChar?: string; readonly groupChar?: string };
const NOTATIONS: readonly Notation[] = [
  {},
  { groupChar: ',' },
  { decimalChar: ',' },
  { decimalChar: ',', groupChar: '.' },
  ...[' ', '\u00a0', '\u202f', "'", '’'].flatMap((groupChar): Notation[] => [
    { groupChar },
    { decimalChar: ',', groupChar },
  ]),
];

function isGroupedByPoint({ groupChar }: Notation, texts: readonly string[]): boolean {
  return groupChar === '.' && texts.some((text) => text.includes('.'));
}

/** A whole part with room for three more digits, within 18 digits if that is enough: the engine is fast up to there. */
const [FAST_DIGITS, MOST_DIGITS] = [18, 38];
const [ROOM_BEFORE, ROOM_AFTER] = [3, 2];

function numberForm(notation: Notation, texts: readonly string[]): Form | undefined {
  const written = { ...notation, type: 'number' as const, double: false };
  let [before, after] = [1, 0];
  for (const text of texts) {
    const plain = plainNumber(written, text);
    if (plain === undefined || !/^[+-]?[\d.]+([eE][+-]?\d+)?$/.test(plain)) continue;
    const [whole = '', part = ''] = withoutExponent(plain).replace(/^[+-]/, '').split('.');
    before = Math.max(before, whole.replace(/^0+/, '').length);
    after = Math.max(after, part.length);
  }
  const { groupChar } = notation;
  const loose = groupChar === undefined ? {} : { loose: looselyGrouped(groupChar) };
  const how = { family: 'number' as const, ...loose };
  if (after === 0 && groupChar !== undefined)
    return form({ type: 'integer', groupChar }, `whole numbers${withMarks({ groupChar })}`, {
      ...how,
      doubt: DIGITS_LOST,
    });
  if (before + after > MOST_DIGITS) return undefined;
  const scale = Math.min(after + ROOM_AFTER, MOST_DIGITS - before);
  const precision = before + ROOM_BEFORE + scale <= FAST_DIGITS ? FAST_DIGITS : MOST_DIGITS;
  return form({ type: 'number', ...notation, precision, scale }, `decimals${withMarks(notation)}`, {
    ...how,
    doubt: EXPONENT_OR_ZEROS,
  });
}

function withMarks({ decimalChar, groupChar }: Notation): string {
  const marks = [
    ...(decimalChar === undefined ? [] : ['a decimal comma']),
    ...(groupChar === undefined ? [] : [`${JSON.stringify(groupChar)} between groups of digits`]),
  ];
  return marks.length === 0 ? '' : ` with ${marks.join(' and ')}`;
}

/** `007` is not 7 to whoever wrote it, nor is `+49…`. */
const DIGITS_LOST = {
  sql: (text: string) =>
    `(starts_with(${text}, '+') OR starts_with(${text}, '-0') OR (starts_with(${text}, '0') AND strlen(${text}) > 1))`,
  why: 'a leading 0 or + would be lost, so these are probably identifiers',
};
const EXPONENT_OR_ZEROS = {
  sql: (text: string) =>
    `((starts_with(${text}, '0') OR starts_with(${text}, '-0') OR contains(${text}, 'e') OR contains(${text}, 'E')) AND regexp_matches(${text}, '^[+-]?0\\d|^[+-]?\\d+[eE]\\d+$'))`,
  why: 'a leading 0 would be lost, or a text such as 1e5 may be an identifier',
};

/** `0.917`: no group begins with 0, so the mark is a decimal one. */
function looselyGrouped(groupChar: string): (text: string) => string {
  const start = (sign: string) => `starts_with(text, '${sign}0${groupChar === "'" ? "''" : groupChar}')`;
  return (text) => `(${['', '-', '+'].map(start).join(' OR ')})`.replaceAll('text,', `${text},`);
}

const DAYS: readonly string[] = [
  ...[
    '%d/%m/%Y',
    '%m/%d/%Y',
    '%d.%m.%Y',
    '%m.%d.%Y',
    '%d-%m-%Y',
    '%m-%d-%Y',
    '%Y/%m/%d',
    '%Y.%m.%d',
    '%Y-%m-%d',
  ],
  ...[
    '%d/%m/%y',
    '%m/%d/%y',
    '%y/%m/%d',
    '%d.%m.%y',
    '%m.%d.%y',
    '%y.%m.%d',
    '%d-%m-%y',
    '%m-%d-%y',
    '%y-%m-%d',
  ],
  ...[
    '%d %b %Y',
    '%d-%b-%Y',
    '%d-%b-%y',
    '%b %d, %Y',
    '%b %d %Y',
    '%d %B %Y',
    '%d. %B %Y',
    '%B %d, %Y',
    '%Y-%b-%d',
  ],
];
const CLOCKS: readonly string[] = ['%H:%M:%S', '%H:%M', '%H:%M:%S.%f', '%I:%M:%S %p', '%I:%M %p', '%I:%M%p'];
const BETWEEN: readonly string[] = [' ', 'T', ', '];
const ZONES: readonly string[] = ['', '%z', ' %z'];

const ISO = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/;

function dateForms(texts: readonly string[], isMost: IsMost): Form[] {
  if (isMost((text) => /^\d{4}-\d\d-\d\d$/.test(text)))
    return [form({ type: 'date' }, 'dates as 2024-01-31')];
  const zone = texts.some((text) => /(Z|[+-]\d\d:?\d\d)$/.test(text))
    ? 'with an offset'
    : 'without an offset, taken as UTC';
  if (isMost((text) => ISO.test(text))) {
    const isSpaced = texts.some((text) => text[10] === ' ');
    const words = isSpaced ? { type: 'datetime', format: 'any' } : { type: 'datetime' };
    return [form(words, `times as 2024-01-31${isSpaced ? ' ' : 'T'}12:00:00, ${zone}`)];
  }
  if (isMost((text) => /^\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(text))) {
    const isShort = texts.some((text) => text.length === 5);
    return [form(isShort ? { type: 'time', format: 'any' } : { type: 'time' }, 'times of day')];
  }
  const isDated = isMost((text) => /^[\p{L}\d][\p{L}\d .,/-]+[\d]$/u.test(text));
  if (isDated) return patternForms('date', DAYS, texts, isMost, '');
  if (!isMost((text) => /\d:\d\d/.test(text))) return [];
  const formats = DAYS.flatMap((day) =>
    BETWEEN.flatMap((gap) => CLOCKS.flatMap((clock) => ZONES.map((z) => `${day}${gap}${clock}${z}`))),
  );
  return patternForms('datetime', formats, texts, isMost, `, ${zone}`);
}

/** Of hundreds of formats, those that take one of the first texts are tried on all. */
function patternForms(
  type: 'date' | 'datetime',
  formats: readonly string[],
  texts: readonly string[],
  isMost: IsMost,
  remark: string,
): Form[] {
  const reads = (format: string, text: string) => {
    const iso = isoText(type, format, text);
    return iso !== undefined && isDay(iso.slice(0, 10));
  };
  const near = formats.filter((format) => texts.slice(0, 5).some((text) => reads(format, text)));
  return near
    .filter((format) => isMost((text) => reads(format, text)))
    .map((format) =>
      form({ type, format }, `${type === 'date' ? 'dates' : 'times'} as ${format}${remark}`, {
        family: 'date',
      }),
    );
}

/** `20240131` is a number too: a date only where the label says so. */
function compactDates(texts: readonly string[], label: string): Form[] {
  if (!/date|datum|fecha|(^|[^a-z])(day|dt|tag|jour)([^a-z]|$)/i.test(label)) return [];
  const isCompact = (text: string) =>
    /^(19|20)\d{6}$/.test(text) && isDay(text.replace(/^(....)(..)(..)$/, '$1-$2-$3'));
  return texts.every(isCompact) ? [form({ type: 'date', format: '%Y%m%d' }, 'dates as %Y%m%d')] : [];
}
