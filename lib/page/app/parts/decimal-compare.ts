// The order of numbers as texts, of any length: exact, for a table's sorting. Pure.
import type { Cell } from '../../page-values.ts';

/** As plain digits with an optional sign and point: `1.5e-3` → `0.0015`. Undefined for any other text. */
export function plainDecimal(text: string): string | undefined {
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
  if (parts === null) return undefined;
  const [, sign = '', whole = '', fraction = '', power = '0'] = parts;
  if (whole + fraction === '') return undefined;
  return (sign === '-' ? '-' : '') + shifted(whole, fraction, Number(power));
}

/** The point moves `places` to the right. */
function shifted(whole: string, fraction: string, places: number): string {
  const digits = whole + fraction;
  const point = whole.length + places;
  const before = point <= 0 ? '0' : digits.slice(0, point).padEnd(point, '0');
  const after = point <= 0 ? '0'.repeat(-point) + digits : digits.slice(point);
  return (before.replace(/^0+(?=\d)/, '') || '0') + (after === '' ? '' : `.${after}`);
}

/** Below zero where `a` is smaller. Other texts stand after all numbers, in their own order. */
export function compareDecimals(a: string, b: string): number {
  const [first, second] = [plainDecimal(a), plainDecimal(b)];
  if (first === undefined || second === undefined) {
    if (first === undefined && second === undefined) return compareTexts(a, b);
    return first === undefined ? 1 : -1;
  }
  const [scaledFirst, scaledSecond] = sameScale(first, second);
  return scaledFirst < scaledSecond ? -1 : scaledFirst > scaledSecond ? 1 : 0;
}

/** Two plain decimals as whole numbers of the same, smallest unit. */
export function sameScale(a: string, b: string): [bigint, bigint] {
  const scale = Math.max(decimalsOf(a), decimalsOf(b));
  return [unscaled(a, scale), unscaled(b, scale)];
}

/** Numbers as whole numbers of their smallest unit, to be compared many times; undefined for what is none. */
export function unitsOf(cells: readonly Cell[]): readonly (bigint | undefined)[] {
  const plain = cells.map((cell) => (cell === null ? undefined : plainDecimal(cell)));
  const scale = plain.reduce((most, text) => Math.max(most, text === undefined ? 0 : decimalsOf(text)), 0);
  return plain.map((text) => (text === undefined ? undefined : unscaled(text, scale)));
}

export function decimalsOf(text: string): number {
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.length - point - 1;
}

function unscaled(text: string, scale: number): bigint {
  return BigInt(text.replace('.', '') + '0'.repeat(scale - decimalsOf(text)));
}

/** Missing values stand last. */
export function compareCells(a: Cell, b: Cell, isNumber: boolean): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return isNumber ? compareDecimals(a, b) : compareTexts(a, b);
}

const texts = new Intl.Collator('en', { numeric: true });

/** As a reader expects it, digits in a text by their value; equal ones by their characters. */
export function compareTexts(a: string, b: string): number {
  return texts.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}
