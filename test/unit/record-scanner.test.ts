import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RecordPlace, RecordScanner } from '../../lib/core/record-scanner.ts';

const DIALECT = { delimiter: ',', quoteChar: '"', blankLinesAreRecords: false };

/** The text in chunks of `size` bytes, every record asked for. */
function scan(text: string, size = 1_000_000, options = DIALECT): { records: number; places: RecordPlace[] } {
  const places: RecordPlace[] = [];
  const scanner = new RecordScanner({ ...options, wanted: () => true, emit: (place) => places.push(place) });
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += size) scanner.push(bytes.subarray(i, i + size));
  scanner.end();
  return { records: scanner.records, places };
}

function count(text: string, size = 1_000_000): number {
  const scanner = new RecordScanner(DIALECT);
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += size) scanner.push(bytes.subarray(i, i + size));
  scanner.end();
  return scanner.records;
}

describe('records, their lines and bytes', () => {
  test.each<[string, string, [number, string][]]>([
    [
      'plain',
      'a,b\n1,2\n',
      [
        [1, 'a,b'],
        [2, '1,2'],
      ],
    ],
    [
      'no final line end',
      'a,b\n1,2',
      [
        [1, 'a,b'],
        [2, '1,2'],
      ],
    ],
    [
      'CRLF',
      'a,b\r\n1,2\r\n',
      [
        [1, 'a,b'],
        [2, '1,2'],
      ],
    ],
    [
      'blank lines count as lines',
      'a\n\n\r\n1\n',
      [
        [1, 'a'],
        [4, '1'],
      ],
    ],
    [
      'a quoted line end',
      'a,b\n"1\nx",2\n3,4\n',
      [
        [1, 'a,b'],
        [2, '"1\nx",2'],
        [4, '3,4'],
      ],
    ],
    [
      'doubled quotes',
      '"a""b\n""",c\nd,e\n',
      [
        [1, '"a""b\n""",c'],
        [3, 'd,e'],
      ],
    ],
    [
      'a quote inside an unquoted cell is text',
      'a"b\n"c"\n',
      [
        [1, 'a"b'],
        [2, '"c"'],
      ],
    ],
    [
      'an unterminated quote takes the rest',
      'a\n"b\nc\n',
      [
        [1, 'a'],
        [2, '"b\nc\n'],
      ],
    ],
    ['empty', '', []],
    ['only blank lines', '\n\r\n\n', []],
  ])('%s', (_, text, expected) => {
    for (const size of [1, 2, 3, 1000]) {
      const { places, records } = scan(text, size);
      expect(places.map((p) => [p.line, Buffer.from(p.raw).toString()])).toEqual(expected);
      expect(records).toBe(expected.length);
      expect(count(text, size)).toBe(expected.length);
    }
  });

  test('in a file of one column a blank line is a record', () => {
    expect(scan('a\n\n1\n', 2, { ...DIALECT, blankLinesAreRecords: true }).places.map((p) => p.line)).toEqual(
      [1, 2, 3],
    );
  });

  test('offsets are those of the first bytes', () => {
    expect(scan('é,b\n\n"x\ny",2\nz\n', 3).places.map((p) => [p.ordinal, p.offset])).toEqual([
      [0, 0],
      [1, 6],
      [2, 14],
    ]);
  });
});

test('counts what csv-parse counts, whatever the cells and the chunks', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r\n', 'é', ' '), maxLength: 6 });
  const quoted = cell.map((text) => `"${text.replaceAll('"', '""')}"`);
  const plain = fc.string({ unit: fc.constantFrom('a', 'b', 'é', ' '), minLength: 1, maxLength: 4 });
  const record = fc
    .array(fc.oneof(quoted, plain), { minLength: 2, maxLength: 4 })
    .map((cells) => cells.join(','));
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 1 }),
      fc.constantFrom('\n', '\r\n'),
      fc.integer({ min: 1, max: 9 }),
      (records, end, size) => {
        const text = records.join(end);
        const parsed = parse(text, {
          relax_column_count: true,
          record_delimiter: ['\r\n', '\n'],
          raw: true,
        }) as unknown as { raw: string }[];
        expect(count(text, size)).toBe(parsed.length);
        expect(scan(text, size).places.map((p) => Buffer.from(p.raw).toString())).toEqual(records);
      },
    ),
  );
});
