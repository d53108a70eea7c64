// An exact number: every digit of its text, set so that it can be read. Its gaps are spacing, so a copied number has only digits.
import type { Cell } from '../../page-values.ts';
import { CellText } from './cell-text.tsx';
import { digitsOf, isShort, paddingOf } from './digits.ts';
import '../style/numbers.css';

type NumberProps = {
  readonly cell: Cell;
  /** Of its column, which aligns the points. */
  readonly decimals?: number;
  /** `never`: a year, a number of a thing. `always`: longer ones stand in its column. */
  readonly grouped?: 'never' | 'long' | 'always';
};

export function NumberText({ cell, decimals = 0, grouped = 'long' }: NumberProps) {
  const digits = cell === null ? null : digitsOf(cell);
  if (digits === null) return <CellText cell={cell} />;
  const isPlain = grouped === 'never' || (grouped === 'long' && isShort(digits));
  const groups = isPlain ? [digits.groups.join('')] : digits.groups;
  return (
    <span class="digits" data-padding={paddingOf(digits, decimals) || undefined}>
      {digits.sign}
      {groups.length === 1 ? groups[0] : groups.map((group, at) => <span key={at}>{group}</span>)}
      {digits.fraction}
    </span>
  );
}

/** What became more or less: a sign, a shape and a colour. `percent`: as percentOf writes it. */
export function DifferenceText({ difference, percent, decimals = 0 }: DifferenceProps) {
  if (difference === null) return null;
  const direction = difference.startsWith('-') ? 'down' : difference.startsWith('+') ? 'up' : 'same';
  return (
    <span class={`difference difference-${direction}`}>
      {direction === 'down' && <span aria-hidden="true">▼ </span>}
      {direction === 'up' && <span aria-hidden="true">▲ </span>}
      <NumberText cell={difference} decimals={decimals} />
      {percent !== undefined && percent !== null && <span class="percent"> ({percent} %)</span>}
    </span>
  );
}

type DifferenceProps = {
  readonly difference: string | null;
  readonly percent?: string | null;
  /** Of its column, which aligns the points. */
  readonly decimals?: number;
};
