import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataFilePath, objectKey, removeAction } from '../../lib/delta/partitions.ts';
import { CorruptionError } from '../../lib/errors.ts';
import { file } from './delta-table-case.ts';

describe("a data file's path", () => {
  it.each<[Record<string, string | null>, string, string]>([
    [{}, 'x.parquet', 'tables/t/x.parquet'],
    [{ year: '2024', month: '1' }, 'year=2024/month=1/x.parquet', 'tables/t/year=2024/month=1/x.parquet'],
    [
      { r: null },
      'r=__HIVE_DEFAULT_PARTITION__/x.parquet',
      'tables/t/r=__HIVE_DEFAULT_PARTITION__/x.parquet',
    ],
    [{ r: '' }, 'r=__HIVE_DEFAULT_PARTITION__/x.parquet', 'tables/t/r=__HIVE_DEFAULT_PARTITION__/x.parquet'],
    [{ r: 'a b' }, 'r=a%20b/x.parquet', 'tables/t/r=a b/x.parquet'],
    [{ r: 'a/b' }, 'r=a%252Fb/x.parquet', 'tables/t/r=a%2Fb/x.parquet'],
    [{ r: '%20' }, 'r=%252520/x.parquet', 'tables/t/r=%2520/x.parquet'],
    [{ r: 'a=b' }, 'r=a%253Db/x.parquet', 'tables/t/r=a%3Db/x.parquet'],
    [{ r: 'é+&' }, 'r=é+&/x.parquet', 'tables/t/r=é+&/x.parquet'],
    [{ r: '李 🛶' }, 'r=李%20🛶/x.parquet', 'tables/t/r=李 🛶/x.parquet'],
    [{ r: '@$!();,~' }, 'r=@$!();,~/x.parquet', 'tables/t/r=@$!();,~/x.parquet'],
    [{ r: 'a|`<>' }, 'r=a%7C%60%3C%3E/x.parquet', 'tables/t/r=a|`<>/x.parquet'],
    [{ r: '\u00a0\u200b' }, 'r=%C2%A0\u200b/x.parquet', 'tables/t/r=\u00a0\u200b/x.parquet'],
    [{ 'a:b': '?' }, 'a%253Ab=%253F/x.parquet', 'tables/t/a%3Ab=%3F/x.parquet'],
    [{ '.hid': '..' }, '%252Ehid=%252E./x.parquet', 'tables/t/%2Ehid=%2E./x.parquet'],
  ])('for %j is %s', (values, path, key) => {
    expect(dataFilePath(Object.keys(values), values, 'x.parquet')).toBe(path);
    expect(objectKey('tables/t', path)).toBe(key);
  });

  it('is a URI of safe segments, whatever the values, and different for different ones', () => {
    const value = fc.string({ unit: 'grapheme', maxLength: 300 });
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [one, other] = [a, b].map((r) => dataFilePath(['r'], { r }, 'x.parquet'));
        expect(one === other).toBe(a === b);
        expect(one).toMatch(/^[A-Za-z0-9\-_.!~*'()%=/,;:$&+@\u00a1-\u{10ffff}]+$/u);
        const segments = objectKey('t', one ?? '').split('/');
        expect(segments).toHaveLength(3);
        for (const segment of segments) {
          expect(segment).not.toMatch(/^\.|\0/);
          expect(Buffer.byteLength(segment)).toBeLessThanOrEqual(200);
        }
      }),
    );
  });

  it.each(['s3://other/x.parquet', '/etc/passwd', 'file:/x', '%E0%A4%A'])(
    'outside the table is refused: %s',
    (path) => {
      expect(() => objectKey('tables/t', path)).toThrow(CorruptionError);
    },
  );
});

it('a removal says all that the file was', () => {
  expect(removeAction(file('a'), 7)).toEqual({
    remove: {
      path: 'region=eu/a.parquet',
      deletionTimestamp: 7,
      dataChange: true,
      extendedFileMetadata: true,
      partitionValues: { region: 'eu' },
      size: 100,
      tags: { 'sluice.source': 'landing/a.csv' },
    },
  });
});
