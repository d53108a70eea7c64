// How many refused records bring a file down.
import { expect, test } from 'vitest';
import { rejectionViolation } from '../../lib/ingest/rejection-limits.ts';
import { contract, parsed } from './contract-case.ts';

test.each([
  [{}, 10, 9, undefined],
  [{}, 10, 10, 'no-valid-rows'],
  [{}, 0, 0, undefined],
  [{ maxRejectedRows: 10 }, 10, 10, 'no-valid-rows'],
  [{ maxRejectedRatio: 0.99 }, 10, 10, 'maxRejectedRatio'],
  [{ maxRejectedRows: 0 }, 10, 0, undefined],
  [{ maxRejectedRows: 0 }, 10, 1, 'maxRejectedRows'],
  [{ maxRejectedRows: 1000 }, 5000, 1000, undefined],
  [{ maxRejectedRows: 1000 }, 5000, 1001, 'maxRejectedRows'],
  // 0.29 * 100 is below 29 in binary floating point.
  [{ maxRejectedRatio: 0.29 }, 100, 29, undefined],
  [{ maxRejectedRatio: 0.29 }, 100, 30, 'maxRejectedRatio'],
  [{ maxRejectedRatio: 0 }, 0, 0, undefined],
  [{ maxRejectedRatio: 0 }, 1_000_000, 1, 'maxRejectedRatio'],
  [{ maxRejectedRatio: 1 }, 3, 3, undefined],
  [{ maxRejectedRatio: 0.5, maxRejectedRows: 10 }, 100, 11, 'maxRejectedRows'],
] as const)('%j: of %i rows %i refused', (words, rows, rejected, rule) => {
  expect(rejectionViolation(parsed(contract(words)), rows, rejected)?.rule).toBe(rule);
});

test('the sentence has both numbers and the next step', () => {
  const dataset = parsed(contract({ maxRejectedRatio: 0.05 }));
  expect(rejectionViolation(dataset, 2000, 101)).toEqual({
    field: '',
    rule: 'maxRejectedRatio',
    value: '0.0505',
    message:
      '101 of 2,000 rows are refused (5.05 %), and maxRejectedRatio of sales lets 5 % pass: correct them in the file and send it again under its name',
  });
});
