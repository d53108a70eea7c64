// How numbers are written: groupChar, decimalChar and bareNumber of the standard, exponents, and signs by `negative` and
// `positive`. Implemented as SQL over a column of texts and as TypeScript for a contract's own values; both produce plain digits:
// "1.234,50 €" → "1234.50".
// https://specs.frictionlessdata.io/table-schema/#number

import { literal } from '../sql/quoting.ts';
import type { Field } from './contract.ts';
import { CURRENCY_CODES, CURRENCY_SIGNS } from './currency.ts';
import { beginsWithSign, endsInSign, type SignedForm, signedForm } from './signed-forms.ts';

export type NumberWords = Pick<
  Field,
  'type' | 'double' | 'decimalChar' | 'groupChar' | 'bareNumber' | 'negative' | 'positive'
>;

/** All of them are a groupChar " ": blank, no-break, narrow no-break and thin space. */
const GROUP_SPACES = ' \u00a0\u202f\u2009';

/** The characters that separate groups of digits; none without a groupChar. */
export function groupChars({ groupChar = '' }: Pick<NumberWords, 'groupChar'>): string {
  return groupChar === ' ' ? GROUP_SPACES : groupChar;
}

/** Why a text cannot be a decimalChar or groupChar; undefined if it can. */
export function numberCharProblem(text: string): string | undefined {
  return /^[^\p{L}\p{N}\p{Pd}\p{Cc}+−()]$/u.test(text)
    ? undefined
    : 'it must be one character, but not a letter, digit, sign or bracket';
}

/** Texts are already plain digits. */
function isPlainNumber(field: NumberWords): boolean {
  return hasPlainDigits(field) && field.negative === undefined && field.positive === undefined;
}

/** Plain digits mean themselves, whatever else is a number. */
export function hasPlainDigits(field: NumberWords): boolean {
  return field.decimalChar === undefined && field.groupChar === undefined && field.bareNumber === undefined;
}

/**
 * The SQL expression to cast in place of `text`; NULL if the text is not a number under the field's properties. Undefined
 * if the text itself is cast.
 */
export function numberSql(field: NumberWords, text: string): string | undefined {
  if (field.type !== 'number' || field.double)
    return isPlainNumber(field) ? undefined : bareNumberSql(field, text);
  const plain = bareNumberSql(field, text);
  // Searching for two letters costs almost nothing.
  return `CASE WHEN contains(${plain}, 'e') OR contains(${plain}, 'E') THEN ${withoutExponentSql(plain)} ELSE ${plain} END`;
}

function bareNumberSql(field: NumberWords, text: string): string {
  const signed = signedShapes(field).map(({ sign, shape }) => {
    const digits = plainDigitsSql(field, `regexp_extract(${text}, ${literal(unsignedInside(field))})`);
    return ` WHEN regexp_full_match(${text}, ${literal(shape)}) THEN ${sign === '' ? digits : `'${sign}' || ${digits}`}`;
  });
  if (hasPlainDigits(field)) return signed.length === 0 ? text : `CASE${signed.join('')} ELSE ${text} END`;
  // Nothing is stripped between the first and last digit: the shape guarantees that all of it is the number.
  const digits = `coalesce(nullif(regexp_extract(${text}, ${literal(numberInside(field))}), ''), ${text})`;
  const plain = plainDigitsSql(field, field.bareNumber === false ? digits : text);
  return `CASE WHEN regexp_full_match(${text}, ${literal(writtenShape(field))}) THEN ${plain}${signed.join('')} END`;
}

function plainDigitsSql(field: NumberWords, bare: string): string {
  const groups = groupChars(field);
  const joined =
    groups === '' ? bare : `${groups.length > 1 ? 'translate' : 'replace'}(${bare}, ${literal(groups)}, '')`;
  return field.decimalChar === undefined ? joined : `replace(${joined}, ${literal(field.decimalChar)}, '.')`;
}

/** Plain digits for a value in the contract. */
export function plainNumber(field: NumberWords, text: string): string | undefined {
  const isOf = (shape: string) => new RegExp(`^(?:${shape})$`, 'u').test(text);
  const inside = (pattern: string) => new RegExp(pattern, 'u').exec(text)?.[0] ?? text;
  if (!hasPlainDigits(field) && isOf(writtenShape(field)))
    return plainDigits(field, field.bareNumber === false ? inside(numberInside(field)) : text);
  const signed = signedShapes(field).find(({ shape }) => isOf(shape));
  if (signed) return `${signed.sign}${plainDigits(field, inside(unsignedInside(field)))}`;
  return hasPlainDigits(field) ? text : undefined;
}

function plainDigits(field: NumberWords, bare: string): string {
  const groups = groupChars(field);
  const joined = [...bare].filter((character) => !groups.includes(character)).join('');
  return field.decimalChar === undefined ? joined : joined.replaceAll(field.decimalChar, '.');
}

/** For RE2 and for JavaScript with the flag u: these characters are special in both. */
function escaped(character: string): string {
  return character.replace(/[\^$\\.*+?()[\]{}|/]/, '\\$&');
}

/** Those of Unicode's Zs, tab and line ends: \s is not the same to RE2 and JavaScript. */
const BLANKS = [
  ...' \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\r\n',
];

/** A class of the characters allowed around a number, except its decimalChar and groupChar, which may be part of it. */
function decoration({ decimalChar = '.', groupChar }: NumberWords): string {
  const signs = ['%', ...CURRENCY_SIGNS].filter((sign) => sign !== groupChar);
  const known = [...BLANKS, ...signs].filter((character) => character !== decimalChar);
  return `[${known.map(escaped).join('')}]`;
}

/**
 * The whole text of a number, for RE2 and JavaScript. A group has three digits where the fraction begins, else two or
 * three ("1,00,000"): so with the groupChar ",", "1,5" is not a number but a mistake.
 */
function writtenShape(field: NumberWords): string {
  const { leading, bare } = digitShapes(field, '[+-]?');
  const special = field.double ? '|[Nn][Aa][Nn]|[+-]?[Ii][Nn][Ff]' : '';
  if (field.bareNumber !== false) return `${bare}${special}`;
  // Text that is not known to be harmless may change the number: "5.00 DR", "1.2K", "<5", "(5)".
  const around = surroundings(field);
  // A point before the digits is not a decimal point if something precedes it: "$.5".
  return `(?:${around}${leading}|${bare})${around}${special}`;
}

function surroundings(field: NumberWords): string {
  const blank = decoration(field);
  return `${blank}*(?:(?:${CURRENCY_CODES.join('|')})${blank}*)?`;
}

/** `leading`: begins with a digit; `bare`: may begin with the decimal point. */
function digitShapes(field: NumberWords, sign: string): { readonly leading: string; readonly bare: string } {
  const groups = groupChars(field);
  const group = groups.length > 1 ? `[${groups}]` : escaped(groups);
  const whole = group === '' ? '\\d+' : `(?:\\d{1,3}(?:${group}\\d{2,3})*${group}\\d{3}|\\d+)`;
  const point = escaped(field.decimalChar ?? '.');
  const isNumber = field.type === 'number';
  const exponent = '(?:[eE][+-]?\\d+)?';
  const leading = isNumber ? `${sign}${whole}(?:${point}\\d*)?${exponent}` : `${sign}${whole}`;
  const bare = isNumber ? `(?:${leading}|${sign}${point}\\d+${exponent})` : leading;
  return { leading, bare };
}

type SignedShape = { readonly sign: '' | '-'; readonly shape: string };

/** The whole texts of numbers in the field's forms, for RE2 and JavaScript: their digits have no sign of their own. */
function signedShapes(field: NumberWords): SignedShape[] {
  const shapeOf = (forms: readonly string[]) =>
    forms.map((form) => formShape(field, signedForm(form, field))).join('|');
  const { negative = [], positive = [] } = field;
  const shapes: SignedShape[] = [
    { sign: '-', shape: shapeOf(negative) },
    { sign: '', shape: shapeOf(positive) },
  ];
  return shapes.filter(({ shape }) => shape !== '');
}

/** True for a text in one of the forms of `negative` and `positive`. */
export function isSigned(field: NumberWords, text: string): boolean {
  return signedShapes(field).some(({ shape }) => new RegExp(`^(?:${shape})$`, 'u').test(text));
}

function formShape(field: NumberWords, { prefix, suffix }: SignedForm): string {
  const { leading, bare } = digitShapes(field, '');
  const around = field.bareNumber === false ? surroundings(field) : '';
  // Where the form writes nothing, what stands around it and within it is one.
  const [start, end] = [prefix, suffix].map((text) => (text.trim() === '' ? '' : around));
  const before = endsInSign(prefix) ? '' : around;
  const after = beginsWithSign(suffix) ? '' : around;
  const blanks = `[${BLANKS.filter((blank) => blank !== field.decimalChar).join('')}]*`;
  const written = (text: string) => [...text].map((one) => (/\s/.test(one) ? blanks : escaped(one))).join('');
  const digits = before === '' ? bare : `(?:${before}${leading}|${bare})`;
  return `${start}${written(prefix)}${digits}${after}${written(suffix)}${end}`;
}

/** The parts of a text besides digits that are not allowed with `"bareNumber": false`: "5.00 DR" → ["DR"]. For messages. */
export function strangeWords(field: NumberWords, text: string): string[] {
  const isKnown = new RegExp(`^(?:${decoration(field)}|${CURRENCY_CODES.join('|')}|\\d)$`, 'u');
  const own = [field.decimalChar ?? '.', ...groupChars(field)];
  const plain = text.replace(/(\d)[eE](?=[+-]?\d)/g, '$1').replace(/(^|[^\d\p{L}])[+-](?=[\d.])/gu, '$1');
  const words = plain.match(/[\p{L}\p{M}]+|[^\p{L}\p{M}]/gu) ?? [];
  return [...new Set(words)].filter((word) => !isKnown.test(word) && !own.includes(word));
}

function numberInside(field: NumberWords): string {
  const point = field.type === 'number' ? `${escaped(field.decimalChar ?? '.')}?` : '';
  return `[+-]?${point}\\d(?:.*\\d)?`;
}

/** Like numberInside, within a form. */
function unsignedInside(field: NumberWords): string {
  return numberInside(field).replace('[+-]?', '');
}

// A decimal has at most 38 digits: exponents of three digits are not meaningful.
const EXPONENT = '[+-]?(?:\\d+\\.?\\d*|\\.\\d+)[eE][+-]?0*\\d{1,2}';
const ZEROS = '0'.repeat(99);

/** `1.5e3` → `1500.0`, with more zeros around it. DuckDB's own cast rounds, and returns 0 for many leading zeros. */
function withoutExponentSql(plain: string): string {
  const digits = `'${ZEROS}' || replace(regexp_extract(${plain}, '[\\d.]+'), '.', '') || '${ZEROS}'`;
  const power = `CAST(regexp_extract(${plain}, '[eE]\\+?(-?\\d+)$', 1) AS INTEGER)`;
  const point = `${ZEROS.length} + length(regexp_extract(${plain}, '^[+-]?(\\d*)', 1)) + ${power}`;
  const shifted = `regexp_extract(${plain}, '^[+-]?') || left(${digits}, ${point}) || '.' || substr(${digits}, ${point} + 1)`;
  return `CASE WHEN regexp_full_match(${plain}, '${EXPONENT}') THEN ${shifted} END`;
}

/** `1.5e3` → `1500`; the text itself if it has no exponent. */
export function withoutExponent(plain: string): string {
  if (!new RegExp(`^${EXPONENT}$`).test(plain)) return plain;
  const [, sign = '', whole = '', part = '', power = ''] = /^([+-]?)(\d*)\.?(\d*)[eE](.*)$/.exec(plain) ?? [];
  const digits = whole + part;
  const point = whole.length + Number(power);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return `${sign}${digits.padEnd(point, '0')}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
