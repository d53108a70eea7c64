import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editDistance, isOneEdit } from '../../lib/core/did-you-mean.ts';
import { Slips } from '../../lib/ingest/slips.ts';

describe('a name that is one slip away', () => {
  test.each<[string[], string, string | undefined]>([
    [['id', 'amout'], 'amount', 'amout'],
    [['amuont'], 'amount', 'amuont'],
    [[' Amount'], 'amount', ' Amount'],
    [['amount2'], 'amount', undefined],
    [['q101'], 'q102', undefined],
    [['abd'], 'abc', undefined],
    [['AB-C'], 'abc', 'AB-C'],
    [['-', ''], '', undefined],
    [['amounts!'], 'amount', undefined],
    [['xmount', 'amount s', 'amoun'], 'amount', 'xmount'],
  ])('of %j for %s is %s', (names, wanted, expected) => {
    expect(new Slips(names).of(wanted)).toBe(expected);
  });

  test('is found among thousands at once', () => {
    const names = Array.from({ length: 100_000 }, (_, i) => `col${String.fromCharCode(97 + (i % 26))}${i}`);
    const started = process.cpuUsage();
    const slips = new Slips([...names, 'x'.repeat(1_000_000)]);
    for (let i = 0; i < 200; i++) expect(slips.of(`zzz${i}zzz`)).toBeUndefined();
    expect(process.cpuUsage(started).user).toBeLessThan(10_000_000);
  });
});

test('one edit is a distance of one', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(isOneEdit(a, b)).toBe(editDistance(a, b) === 1);
    }),
    { numRuns: 3000 },
  );
});
