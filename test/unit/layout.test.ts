// Where the reports of a source file stand: a path that every store takes, another one for every key.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeSourceKey, quarantineKey, reportKey } from '../../lib/lake/layout.ts';

const version = (source: string) => ({ source, etag: 'e'.repeat(36), contract: 'c'.repeat(16) });

it.each([
  ['shop/day=2024-01-01/a b.csv', 'shop/day=2024-01-01/a b.csv'],
  ['a\nb\\%/.hidden//', 'a%0Ab%5C%25/%2Ehidden/%/%'],
  [`${'d'.repeat(200)}/${'e'.repeat(200)}/${'f'.repeat(200)}.csv`, undefined],
])('encodes %j', (key, encoded) => {
  if (encoded !== undefined) expect(encodeSourceKey(key)).toBe(encoded);
  expect(Buffer.byteLength(encodeSourceKey(key))).toBeLessThanOrEqual(700);
});

it('stays within what S3 takes, whatever key S3 has, and tells keys apart', () => {
  const segment = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.constantFrom('%', '\u0001'.repeat(50), 'é', 'e\u0301', 'A', 'a', 'long'.repeat(60)),
  );
  const key = fc
    .array(segment, { minLength: 1, maxLength: 30 })
    .map((segments) => segments.join('/'))
    .filter((text) => Buffer.byteLength(text) <= 1024 && !/\p{Cs}/u.test(text));
  fc.assert(
    fc.property(fc.uniqueArray(key, { minLength: 2, maxLength: 6 }), (keys) => {
      const paths = keys.map((source) => reportKey('n'.repeat(128), version(source)));
      expect(new Set(paths).size).toBe(keys.length);
      for (const source of keys) {
        const path = quarantineKey('n'.repeat(128), version(source));
        expect(Buffer.byteLength(path)).toBeLessThanOrEqual(1024 - 100);
        for (const part of path.split('/')) {
          expect(part).not.toMatch(/^\.|^$|\p{Cc}/u);
          expect(Buffer.byteLength(part)).toBeLessThanOrEqual(255);
        }
      }
    }),
    { seed: 1, numRuns: 500 },
  );
});
