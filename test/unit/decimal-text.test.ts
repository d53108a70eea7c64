import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addDecimals, isZero, negated } from '../../lib/inspect/decimal-text.ts';
import { hasMoved } from '../../lib/inspect/moved-totals.ts';

it.each([
  [['1.50', '-0.5'], '1.00'],
  [['-0.01', '0'], '-0.01'],
  [['99999999999999999999999999999999999999.99', '0.01'], '100000000000000000000000000000000000000.00'],
  [['-1', '-2'], '-3'],
  [['0.1', '0.2', '-0.3'], '0.0'],
  [[], '0'],
])('adds %j to %s', (texts, sum) => {
  expect(addDecimals(texts)).toBe(sum);
});

it('adds what it was given in any order and scale, and takes it away again', () => {
  // Thousandths as whole numbers, so that the sum is known without decimals.
  const thousandths = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
  const written = (n: bigint) => {
    const digits = String(n < 0n ? -n : n).padStart(4, '0');
    return `${n < 0n ? '-' : ''}${digits.slice(0, -3)}.${digits.slice(-3)}`;
  };
  fc.assert(
    fc.property(fc.array(thousandths, { minLength: 1, maxLength: 6 }), (parts) => {
      const sum = addDecimals(parts.map(written));
      expect(BigInt(sum.replace('.', ''))).toBe(parts.reduce((a, b) => a + b, 0n));
      expect(isZero(addDecimals([sum, ...parts.map((part) => negated(written(part)))]))).toBe(true);
    }),
  );
});

it.each([
  ['an exact one', { old: '1.50', new: '1.5', difference: '0.00', approximate: false }, false],
  ['the last cent', { old: '1.50', new: '1.51', difference: '0.01', approximate: false }, true],
  [
    'a double whose rows were added in another order',
    { old: '0.30000000000000004', new: '0.3', difference: '-5.551115123125783e-17', approximate: true },
    false,
  ],
  ['a double', { old: '0.3', new: '0.301', difference: '0.001', approximate: true }, true],
  [
    'a double that is no number any more',
    { old: '1', new: 'nan', difference: null, approximate: true },
    true,
  ],
  [
    'a double that was none before either',
    { old: 'nan', new: 'nan', difference: null, approximate: true },
    false,
  ],
])('knows whether a total moved: %s', (_, total, moved) => {
  expect(hasMoved({ column: 'x', ...total })).toBe(moved);
});
