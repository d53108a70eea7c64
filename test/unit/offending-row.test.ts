import { describe, expect, it } from 'vitest';
import { offendingRowText } from '../../lib/refresh/offending-row.ts';

describe('a row that an audit found', () => {
  it('is told by column and value', () => {
    const row = '{"date":"2024-01-31","shop":"north","pieces":"1","amount":"-5.000000"}';
    expect(offendingRowText(row)).toBe('date: 2024-01-31, shop: north, pieces: 1, amount: -5.000000');
  });

  it('tells no value, an empty one and one with commas apart', () => {
    const row = '{"a":null,"b":"","c":"x, d: y","e":"say \\"no\\""}';
    expect(offendingRowText(row)).toBe('a: no value, b: "", c: "x, d: y", e: "say \\"no\\""');
  });
});
