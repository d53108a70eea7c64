// What lies between two exact numbers: the difference, and the same in per cent. Pure.
import { addDecimals, isZero, negated } from '../../../inspect/decimal-text.ts';
import type { Cell } from '../../page-values.ts';
import { plainDecimal, sameScale } from './decimal-compare.ts';

/** `new - old`, exact, with a sign unless it is zero: `+0.50`. Null where one of them is missing or no number. */
export function differenceOf(old: Cell, now: Cell): string | null {
  const [before, after] = [plainOf(old), plainOf(now)];
  if (before === null || after === null) return null;
  const difference = addDecimals([after, negated(before)]);
  return isZero(difference) ? difference.replace('-', '') : signed(difference);
}

/**
 * The difference as a share of the old number's size, so that its sign is that of the difference: `-3.0`. One decimal, or as
 * many as the first digit that is not zero needs, at most six; halves away from zero. Null where the old number is zero.
 */
export function percentOf(old: Cell, now: Cell): string | null {
  const [before, after] = [plainOf(old), plainOf(now)];
  if (before === null || after === null || isZero(before)) return null;
  const [from, to] = sameScale(before, after);
  const size = from < 0n ? -from : from;
  for (let decimals = 1; ; decimals += 1) {
    const share = rounded((to - from) * 100n * 10n ** BigInt(decimals), size);
    if (share === 0n && to !== from && decimals < MOST_DECIMALS) continue;
    return share === 0n && to !== from ? `${to < from ? '-' : '+'}<0.000001` : percentText(share, decimals);
  }
}

const MOST_DECIMALS = 6;

/** The exact sum of the numbers among the cells; null where none is one. */
export function sumOf(cells: readonly Cell[]): string | null {
  const numbers = cells.flatMap((cell) => plainOf(cell) ?? []);
  return numbers.length === 0 ? null : addDecimals(numbers);
}

function plainOf(cell: Cell): string | null {
  return cell === null ? null : (plainDecimal(cell) ?? null);
}

function signed(text: string): string {
  return text.startsWith('-') ? text : `+${text}`;
}

function rounded(part: bigint, whole: bigint): bigint {
  const [size, sign] = part < 0n ? [-part, -1n] : [part, 1n];
  return sign * ((2n * size + whole) / (2n * whole));
}

function percentText(share: bigint, decimals: number): string {
  const digits = String(share < 0n ? -share : share).padStart(decimals + 1, '0');
  const text = `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return share === 0n ? text : `${share < 0n ? '-' : '+'}${text}`;
}
