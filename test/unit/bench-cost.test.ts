// The arithmetic of `npm run bench:aws -- cost`: which request is billed as what, and what a month comes to.
import { describe, expect, test } from 'vitest';
import { dollars, renderCost } from '../bench/aws/cost-text.ts';
import { costOf, idlePollsPerMonth } from '../bench/aws/prices.ts';
import { spread } from '../bench/aws/spread.ts';
import { invocationUsage, NOTHING, plus, requestUsage, times } from '../bench/aws/usage.ts';

describe('requests', () => {
  test.each([
    ['PUT', '/lake/tables/a.parquet?x-id=PutObject', 's3Puts'],
    ['PUT', '/lake/a.parquet?partNumber=1&uploadId=u', 's3Puts'],
    ['POST', '/lake/a.parquet?uploads=', 's3Puts'],
    ['GET', '/landing?list-type=2&prefix=a', 's3Puts'],
    ['GET', '/landing/list-type=2/a.csv?x-id=GetObject', 's3Gets'],
    ['HEAD', '/landing/a.csv', 's3Gets'],
  ] as const)('%s %s is one of %s', (method, path, kind) => {
    expect(requestUsage([{ method, path }])).toEqual({ ...NOTHING, [kind]: 1 });
  });

  test('removals are free, one by one and in batches', () => {
    const removals = [
      { method: 'DELETE', path: '/lake/a?x-id=DeleteObject' },
      { method: 'POST', path: '/lake?delete=' },
    ];
    expect(requestUsage(removals)).toEqual(NOTHING);
  });

  test("SQS's are told by their target, and one without a price is an error", () => {
    const request = { method: 'POST', path: '/', target: 'AmazonSQS.SendMessageBatch' };
    expect(requestUsage([request, request])).toEqual({ ...NOTHING, sqsRequests: 2 });
    expect(() => requestUsage([{ ...request, target: 'DynamoDB_20120810.PutItem' }])).toThrow('no price');
    expect(() => requestUsage([{ method: 'PATCH', path: '/' }])).toThrow('no price for PATCH /');
  });
});

test('usage adds up and multiplies, part by part', () => {
  const run = invocationUsage(1500, 2048);
  expect(run).toEqual({ ...NOTHING, invocations: 1, gbSeconds: 3 });
  expect(plus(times(run, 2), { ...NOTHING, s3Gets: 5 })).toEqual({
    ...NOTHING,
    invocations: 2,
    gbSeconds: 6,
    s3Gets: 5,
  });
});

test('costs are those of the price list', () => {
  const million = costOf({
    s3Puts: 1e6,
    s3Gets: 1e6,
    sqsRequests: 1e6,
    invocations: 1e6,
    gbSeconds: 1e6,
    logBytes: 2e9,
    storedBytes: 1e12,
  });
  expect(million.requests).toBeCloseTo(5 + 0.4 + 0.5, 9);
  expect(million.lambda).toBeCloseTo(0.2 + 13.3334, 9);
  expect(million.logs).toBeCloseTo(1, 9);
  expect(million.work).toBeCloseTo(20.4334, 9);
  expect(million.storageMonth).toBeCloseTo(23, 9);
  expect(idlePollsPerMonth(2)).toBe(1_296_000);
});

test('the table multiplies a file by its number in a month', () => {
  const file = {
    sizeBytes: 1e9,
    usage: { ...NOTHING, gbSeconds: 75_000, storedBytes: 1e9 },
    ingestMs: 1000,
    aggregateMs: 2000,
    peakMb: 500,
  };
  const maintain = { ...NOTHING, gbSeconds: 1 };
  const text = renderCost([{ name: 'a case', file, filesPerDay: 10 }], {
    maintain,
    page: { ...NOTHING, gbSeconds: 15 },
    alarms: 10,
    metrics: 10,
  });
  // 75,000 GB-s cost $1.000005; 300 files of 1 GB a month.
  expect(text).toContain('| a case | $300 | $0.00 | $0.00 | $300 | $1.00 | $6.90 |');
  // 720 runs of one GB-s; 1.944 million polls; 10 alarms, 10 metrics, a dashboard.
  expect(text).toContain("$7.98: maintain every hour $0.0096, Lambda's polls of 3 idle queues $0.97");
  expect(text).toContain('The page, each time that it is written after changes: $0.00020.');
});

test.each([
  [0, '$0.00'],
  [0.000312, '$0.00031'],
  [0.5, '$0.50'],
  [12.345, '$12.35'],
  [310.4, '$310'],
])('%d dollars are written %s', (amount, text) => {
  expect(dollars(amount)).toBe(text);
});

test('p50 and p95 are values that were measured', () => {
  const values = Array.from({ length: 20 }, (_, n) => 20 - n);
  expect(spread(values)).toEqual({ n: 20, p50: 10, p95: 19, max: 20 });
  expect(spread([7])).toEqual({ n: 1, p50: 7, p95: 7, max: 7 });
  expect(() => spread([])).toThrow('nothing was measured');
});
