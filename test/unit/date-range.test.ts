import { expect, test } from 'vitest';
import { inRange } from '../../lib/lake/date-range.ts';

const MAY = { from: '2024-05-01', to: '2024-05-31' };
const WRITTEN_IN_MAY = Date.parse('2024-05-15T00:00:00Z');
const WRITTEN_IN_JUNE = Date.parse('2024-06-15T00:00:00Z');

test.each([
  'x/year=2024/month=05/day=31/a.csv',
  'x/Year=2024/MONTH=5/Day=2/a.csv',
  'x/year=2024/month=05/a.csv',
  'x/YEAR=2024/a.csv',
  'x/date=2024-05-01/a.csv',
  'x/BILLING_PERIOD=2024-05/a.csv',
  'x/BILLING_PERIOD=2024-05/date=2024-05-30/a.csv',
  'x/hour=2024-05-31T23/a.csv',
])('%s is of May, whenever it was written', (key) => {
  expect(inRange(MAY, key, WRITTEN_IN_JUNE)).toBe(true);
});

test.each([
  'x/year=2024/month=06/day=01/a.csv',
  'x/Year=2024/Month=4/a.csv',
  'x/BILLING_PERIOD=2024-06/a.csv',
  'x/BILLING_PERIOD=2024-05/date=2024-06-01/a.csv',
  'x/hour=2024-06-01T00/a.csv',
])('%s is not of May, whenever it was written', (key) => {
  expect(inRange(MAY, key, WRITTEN_IN_MAY)).toBe(false);
});

test('without such a folder the day of LastModified counts', () => {
  expect(inRange(MAY, 'x/month=may/a.csv', WRITTEN_IN_MAY)).toBe(true);
  expect(inRange(MAY, 'x/a.csv', WRITTEN_IN_JUNE)).toBe(false);
});
