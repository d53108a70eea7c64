import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparePartitions } from '../../lib/lake/partition-filter.ts';
import { cutParts } from '../../lib/page/cut-parts.ts';

const day = (n: number) => new Date(Date.UTC(2021, 0, 1 + n)).toISOString().slice(0, 10);
const days = (count: number, rows = 1) =>
  Array.from({ length: count }, (_, n) => ({ partition: { day: day(n) }, rows }));
const texts = (parts: readonly (readonly { partition: object; rows: number }[])[]) =>
  parts.map((part) => JSON.stringify(part));

describe('parts of partitions', () => {
  it('are months where days are small, the newest first', () => {
    const parts = cutParts(days(90));
    expect(parts.map((part) => [part[0]?.partition.day, part.at(-1)?.partition.day])).toEqual([
      ['2021-03-31', '2021-03-01'],
      ['2021-02-28', '2021-02-01'],
      ['2021-01-31', '2021-01-01'],
    ]);
  });

  it('stay as they are when a day comes, or another number of rows does', () => {
    const before = texts(cutParts(days(1000)));
    const come = texts(cutParts(days(1001)));
    expect(come.filter((part) => !before.includes(part))).toHaveLength(1);
    const touched = days(1000).map((one, n) => (n === 500 ? { ...one, rows: 700 } : one));
    expect(texts(cutParts(touched)).filter((part) => !before.includes(part))).toHaveLength(1);
  });

  it('sort whole numbers by value, and keep a large partition alone', () => {
    const parts = cutParts(
      Array.from({ length: 12 }, (_, n) => ({
        partition: { year: '2024', month: String(n + 1) },
        rows: n === 9 ? 30_000 : 300,
      })),
    );
    expect(parts.map((part) => part.map(({ partition }) => Number(partition.month)))).toEqual([
      [12],
      [11],
      [10],
      ...[9, 8, 7, 6, 5, 4, 3, 2, 1].map((month) => [month]),
    ]);
  });

  it('have each partition once, in order, within their limits', () => {
    const value = fc.oneof(fc.integer({ min: -9, max: 120 }).map(String), fc.constant(null));
    const partitions = fc.uniqueArray(fc.tuple(value, value), {
      selector: (pair) => JSON.stringify(pair),
      maxLength: 150,
    });
    fc.assert(
      fc.property(partitions, fc.infiniteStream(fc.nat(1500)), (pairs, rows) => {
        const sized = pairs.map(([a, b]) => ({
          partition: { a: a ?? null, b: b ?? null },
          rows: rows.next().value,
        }));
        const parts = cutParts(sized);
        const newestFirst = [...sized].sort((x, y) => comparePartitions(y.partition, x.partition));
        expect(parts.flat()).toEqual(newestFirst);
        for (const part of parts) {
          const total = part.reduce((sum, one) => sum + one.rows, 0);
          expect(part.length === 1 || (part.length <= 60 && total <= 2000)).toBe(true);
        }
      }),
    );
  });

  it('are none without partitions', () => {
    expect(cutParts([])).toEqual([]);
  });
});
