import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Dialect } from '../../lib/core/contract.ts';
import { RecordOffsets } from '../../lib/core/record-offsets.ts';
import { RecordScanner } from '../../lib/core/record-scanner.ts';
import { CsvReader } from '../../lib/ingest/csv/csv-reader.ts';
import { dialectOf } from '../support/dialect.ts';
import { tries } from '../support/tries.ts';

const COLUMNS = 2;

function marksOf(text: Buffer, dialect: Dialect, size: number): RecordOffsets {
  const scanner = new RecordScanner(dialect, COLUMNS);
  for (let i = 0; i < text.length; i += size) scanner.push(text.subarray(i, i + size));
  scanner.end();
  return scanner.offsets;
}

type Place = { readonly ordinal: number; readonly line: number; readonly raw: string };

/** All records, or the one wanted, come to by its mark. */
function read(
  text: Buffer,
  dialect: Dialect,
  size: number,
  wanted?: { record: number; offsets: RecordOffsets },
) {
  const reader = new CsvReader(dialect, COLUMNS);
  const found: Place[] = [];
  const take = () => {
    if (wanted) reader.skipTo(wanted.offsets.before(wanted.record));
    while (reader.next()) {
      const { ordinal, line } = reader;
      if (wanted === undefined || ordinal === wanted.record) found.push({ ordinal, line, raw: reader.raw() });
    }
  };
  for (let i = 0; i < text.length; i += size) {
    reader.push(text.subarray(i, i + size));
    take();
  }
  reader.end();
  take();
  return found;
}

const DIALECTS: readonly (readonly [name: string, words: Partial<Dialect>])[] = [
  ['the usual dialect', {}],
  ['comments and lines before the header', { commentChar: '#', skipLines: 3 }],
  ['an escape character', { escapeChar: '\\', doubleQuote: false }],
];

const lines = fc.array(
  fc.tuple(
    fc.constantFrom(
      '1,2',
      '"a\nb",2',
      '"a\r\nb\rc",2',
      '',
      '1,"x"',
      '# 1,2',
      '1\\\n,2',
      '1\\\r\n,2',
      'ü,2',
      ',',
    ),
    fc.constantFrom('\n', '\r\n', '\r'),
  ),
  { minLength: 60, maxLength: 200 },
);

describe('a record is come to by its mark as by walking', () => {
  test.each(DIALECTS)('%s', (_, words) => {
    const dialect = dialectOf(words);
    const size = fc.constantFrom(1, 2, 3, 7, 1000, 1_000_000);
    const oneLineEnd = fc.boolean();
    fc.assert(
      fc.property(lines, oneLineEnd, size, fc.nat(), (parts, isOne, bytes, any) => {
        const text = Buffer.from(
          parts.map(([record, end]) => record + (isOne ? parts[0]?.[1] : end)).join(''),
        );
        const walked = read(text, dialect, 1_000_000);
        const offsets = marksOf(text, dialect, bytes);
        for (const place of [walked[any % walked.length], walked.at(-1)]) {
          if (place === undefined) continue;
          expect(offsets.before(place.ordinal).record).toBeLessThanOrEqual(place.ordinal);
          expect(read(text, dialect, bytes, { record: place.ordinal, offsets })).toEqual([place]);
        }
      }),
      tries(200),
    );
  });

  test('offsets are made: the walk to a record is short', () => {
    const text = Buffer.from(`a,b\r\n${'1,"2"\r\n'.repeat(1000)}`);
    const offsets = marksOf(text, dialectOf({}), 100);
    expect(offsets.before(990)).toEqual({ record: 976, position: 5 + 975 * 7, line: 977 });
  });
});

test('there are ever fewer to a file, the longer it is', () => {
  const offsets = new RecordOffsets();
  const records = 20_000_000;
  let made = 0;
  for (; offsets.due < records; made++) offsets.add(100 * offsets.due, offsets.due + 1);
  expect(made).toBeLessThan(1_500_000);
  for (const record of [0, 15, 16, 12_345_678, records - 1]) {
    const mark = offsets.before(record);
    expect(mark).toEqual({ record: mark.record, position: 100 * mark.record, line: mark.record + 1 });
    expect(record - mark.record).toBeGreaterThanOrEqual(0);
    expect(record - mark.record).toBeLessThan(128);
  }
});
