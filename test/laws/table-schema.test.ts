// Law 4 for the types of Table Schema, on random texts: accepted with exactly the value that the standard's rules give, written
// anew in JavaScript, or refused as a type-error. Moments and times of day: table-schema-times.test.ts.
import fc from 'fast-check';
import { useWorld } from '../support/use-world.ts';
import { type Case, mutations, type Reading, testCases, texts, two } from './typed-cells.ts';

const world = useWorld();

/** decimal(precision, scale) of a plain text, with an exponent or without. */
const decimalOf =
  (precision: number, scale: number): Reading =>
  (text) => {
    const match = /^([+-]?)(?=\.?[0-9])([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]+))?$/.exec(text);
    if (!match) return undefined;
    const [, sign, whole = '', part = '', power = '0'] = match;
    if (Math.abs(Number(power)) > 99) return undefined;
    const shift = Number(power) - part.length + scale;
    const digits = BigInt(whole + part) * 10n ** BigInt(Math.max(shift, 0));
    const divisor = 10n ** BigInt(Math.max(-shift, 0));
    if (digits % divisor !== 0n || digits / divisor >= 10n ** BigInt(precision)) return undefined;
    const shown = String(digits / divisor).padStart(scale + 1, '0');
    return `${sign === '-' && digits !== 0n ? '-' : ''}${shown.slice(0, -scale)}.${shown.slice(-scale)}`;
  };
const decimal = decimalOf(7, 3);

/** The number inside of a text, character by character, with "." between groups and "," before the fraction. */
const german: Reading = (text) => {
  const isDigit = (c: string | undefined) => c !== undefined && c >= '0' && c <= '9';
  const first = [...text].findIndex(isDigit);
  let start = first;
  let end = text.length;
  while (end > 0 && !isDigit(text[end - 1])) end--;
  if (first < 0) return undefined;
  if (start === 1 && text[0] === ',') start = 0;
  else if (start === 2 && text[1] === ',' && '+-'.includes(text[0] ?? '')) start = 0;
  else if ('+-'.includes(text[start - 1] ?? 'x')) start--;
  const inner = text.slice(start, end);
  const before = text.slice(0, start);
  const after = text.slice(end).replace(inner.includes(',') ? /^$/ : /^,/, '');
  // Blanks, "%", signs of currencies and one code of ISO 4217 on each side; in the alphabet there are these.
  const isHarmless = (side: string) => /^[ %€]*(?:(?:EUR|USD)[ %€]*)?$/.test(side);
  if (!isHarmless(before) || !isHarmless(after)) return undefined;
  const [whole = '', fraction, more] = inner.split(',');
  const groups = whole.replace(/^[+-]/, '').split('.');
  const wrong = groups.some((group, i) => {
    if (!/^[0-9]*$/.test(group)) return true;
    if (groups.length === 1) return false;
    if (i === 0) return group.length < 1 || group.length > 3;
    return i === groups.length - 1 ? group.length !== 3 : group.length < 2 || group.length > 3;
  });
  if (wrong || more !== undefined || !/^[0-9]*$/.test(fraction ?? '')) return undefined;
  return decimal(`${whole.replaceAll('.', '')}${fraction ? `.${fraction}` : ''}`);
};

const jsonOf =
  (kind: 'object' | 'array'): Reading =>
  (text) => {
    try {
      const value: unknown = JSON.parse(text);
      const found = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
      return found === kind ? text : undefined;
    } catch {
      return undefined;
    }
  };

const base64: Reading = (text) => {
  const [, body = '', end = ''] = /^([A-Za-z0-9+/]*)(=*)$/.exec(text) ?? [];
  const isWhole = text.length % 4 === 0 && end.length <= 2 && body.length + end.length === text.length;
  return isWhole && Buffer.from(text, 'base64').length === Math.floor((body.length * 3) / 4)
    ? text
    : undefined;
};

const uuid: Reading = (text) => {
  const parts = text.split('-');
  const isHex = parts.every((part, i) => part.length === [8, 4, 4, 4, 12][i] && !/[^0-9a-f]/i.test(part));
  return parts.length === 5 && isHex ? text : undefined;
};

const number = fc.double({ min: -9999, max: 9999, noNaN: true }).map((value) => value.toFixed(3));
const grouped = fc.tuple(fc.nat(9999), fc.nat(99)).map(([whole, part]) => {
  const text = whole >= 1000 ? `${Math.floor(whole / 1000)}.${String(whole).slice(-3)}` : String(whole);
  return `${text},${two(part)}`;
});
/** On both sides of what 18 digits hold. */
const wide = fc
  .tuple(fc.bigInt(-(10n ** 11n), 10n ** 11n), fc.nat(9), fc.bigInt(0n, 10n ** 10n - 1n), fc.nat(10))
  .map(([whole, less, part, places]) => {
    const digits = String(whole).slice(0, String(whole).length - less) || '0';
    return `${digits === '-' ? '-0' : digits}.${String(part).padStart(10, '0').slice(0, places)}`;
  });
const json = fc.json({ maxDepth: 2, stringUnit: fc.constantFrom(...'aN,]}"\\:') });
const bytes = fc.uint8Array({ maxLength: 9 }).map((array) => Buffer.from(array).toString('base64'));
const month = fc.tuple(fc.nat(9999), fc.nat(14)).map(([y, m]) => `${String(y).padStart(4, '0')}-${two(m)}`);

const CASES: readonly Case[] = [
  [
    'number with exponents',
    { type: 'number', precision: 7, scale: 3 },
    fc.oneof(texts('0123.eE+-', 9), mutations(number, '0.e-')),
    decimal,
  ],
  [
    'number of 38 digits',
    { type: 'number' },
    fc.oneof(mutations(wide, '09.-e'), fc.constantFrom('999999999.999999999', '1e9', '-1000000000')),
    decimalOf(38, 9),
  ],
  [
    'number of 38 digits with a decimal comma',
    { type: 'number', decimalChar: ',' },
    mutations(wide, '09.-').map((text) => text.replace('.', ',')),
    (text) => (text.includes('.') ? undefined : decimalOf(38, 9)(text.replace(',', '.'))),
  ],
  [
    'number as German accountants write it',
    { type: 'number', precision: 7, scale: 3, groupChar: '.', decimalChar: ',', bareNumber: false },
    fc.oneof(texts('123.,-€ ', 9), mutations(grouped, '0.,-€ (%K')),
    german,
  ],
  [
    'year',
    { type: 'year' },
    texts('0129-+', 5),
    (text) => (/^[0-9]{4}$/.test(text) ? `${Number(text)}` : undefined),
  ],
  [
    'yearmonth',
    { type: 'yearmonth' },
    mutations(month, '01-'),
    (text) => {
      const [, m] = /^[0-9]{4}-([0-9]{2})$/.exec(text) ?? [];
      return Number(m) >= 1 && Number(m) <= 12 ? text : undefined;
    },
  ],
  ['object', { type: 'object' }, mutations(json, '{}[],"N1 '), jsonOf('object')],
  ['array', { type: 'array' }, mutations(json, '{}[],"N1 '), jsonOf('array')],
  ['binary', { format: 'binary' }, mutations(bytes, 'A=+-'), base64],
  ['uuid', { format: 'uuid' }, mutations(fc.uuid(), 'aG-0'), uuid],
];

testCases(world, CASES);
