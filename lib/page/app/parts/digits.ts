// How an exact number's text is set: its whole part in groups of three, and what keeps points in one line below each other. Pure.
import type { Cell } from '../../page-values.ts';

export type Digits = {
  readonly sign: string;
  /** Of the whole part, from the left: `12`, `345`. */
  readonly groups: readonly string[];
  /** With its point; '' for none. */
  readonly fraction: string;
};

/** Null for what is not plain digits: `nan`, `1e-7`. */
export function digitsOf(text: string): Digits | null {
  const parts = /^([+-]?)(\d+)(\.\d+)?$/.exec(text);
  if (parts === null) return null;
  const [, sign = '', whole = '', fraction = ''] = parts;
  const groups = whole.match(/\d{1,3}(?=(?:\d{3})*$)/g) ?? [whole];
  return { sign, groups, fraction };
}

/** The longest fraction of a column, without its point. */
export function longestFraction(cells: readonly Cell[]): number {
  return cells.reduce((most, cell) => Math.max(most, digitsOf(cell ?? '')?.fraction.length ?? 0), 1) - 1;
}

/** Four digits stay together, unless longer numbers stand in the same column. */
export function isShort({ groups }: Digits): boolean {
  return groups.join('').length <= 4;
}

/** What stands unseen after a number so that its point is where those of `decimals` decimals are. */
export function paddingOf({ fraction }: Digits, decimals: number): string {
  return `.${'0'.repeat(decimals)}`.slice(decimals === 0 ? 1 : fraction.length);
}
