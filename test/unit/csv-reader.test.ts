import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Dialect } from '../../lib/core/contract.ts';
import { CsvReader, MAX_RECORD_BYTES } from '../../lib/ingest/csv/csv-reader.ts';
import { dialectOf } from '../support/dialect.ts';

type Found = { line: number; cells: string[]; raw: string; problem: string | undefined };

function read(text: string | Buffer, words: Partial<Dialect> = {}, columns?: number, size = 1_000_000) {
  const reader = new CsvReader(dialectOf(words), columns);
  const bytes = Buffer.from(text);
  const found: Found[] = [];
  const take = () => {
    while (reader.next())
      found.push({
        line: reader.line,
        cells: reader.cells(),
        raw: reader.raw(),
        problem: reader.problem?.message,
      });
  };
  for (let i = 0; i < bytes.length; i += size) {
    reader.push(bytes.subarray(i, i + size));
    take();
  }
  reader.end();
  take();
  return { found, refusal: reader.refusal?.message };
}

function readInAnyChunks(text: string | Buffer, words?: Partial<Dialect>, columns?: number) {
  const whole = read(text, words, columns);
  for (const size of [1, 2, 3, 7]) expect(read(text, words, columns, size)).toEqual(whole);
  return whole;
}

const places = (found: readonly Found[]) => found.map(({ line, cells }) => [line, ...cells]);

describe('records, their lines and cells', () => {
  test.each<[string, Partial<Dialect>, string, (string | number)[][]]>([
    [
      'any line end, blank lines',
      {},
      'a,b\r\n\r\n1,2\r\r3,4\n\n5,6',
      [
        [1, 'a', 'b'],
        [3, '1', '2'],
        [5, '3', '4'],
        [7, '5', '6'],
      ],
    ],
    [
      'quoted line ends of any kind count as lines',
      {},
      'a,"b\r\nc\rd\ne"\n1,""\n2,"x""y"\n',
      [
        [1, 'a', 'b\r\nc\rd\ne'],
        [5, '1', ''],
        [6, '2', 'x"y'],
      ],
    ],
    ['a quote in a bare cell is text', {}, 'a,5" pipe\n', [[1, 'a', '5" pipe']]],
    [
      'escapes, within quotes and without',
      { escapeChar: '\\' },
      'a\\,b,"c\\"d\\\\","\\""""\n1\\\n2,\\\r\n3,\\x\n',
      [
        [1, 'a,b', 'c"d\\', '""'],
        [2, '1\n2', '\r\n3', 'x'],
      ],
    ],
    [
      'a null sequence keeps its escape',
      { escapeChar: '\\', nullSequence: '\\N' },
      '\\N,"\\N",a\\N\n',
      [[1, '\\N', 'N', 'aN']],
    ],
    [
      'comments are lines',
      { commentChar: '#' },
      '#"a\n1,2\r\n# b\r\n\n"#3",#4\n',
      [
        [2, '1', '2'],
        [5, '#3', '#4'],
      ],
    ],
    [
      'blanks before cells',
      { skipInitialSpace: true },
      ' a,  b, "c, d"\n  ,x \n',
      [
        [1, 'a', 'b', 'c, d'],
        [2, '', 'x '],
      ],
    ],
    [
      'lines before the header are not read',
      { skipLines: 3 },
      '"\n\n#,#\na,b\n1,2\n',
      [
        [4, 'a', 'b'],
        [5, '1', '2'],
      ],
    ],
  ])('%s', (_, words, text, expected) => {
    const { found, refusal } = readInAnyChunks(text, words);
    expect(places(found)).toEqual(expected);
    expect(found.every((record) => record.problem === undefined)).toBe(true);
    expect(refusal).toBeUndefined();
  });

  test('in a file of one column a blank line after the header is a record', () => {
    expect(places(readInAnyChunks('\n\na\n\n1\n\n', {}, 1).found)).toEqual([
      [3, 'a'],
      [4, ''],
      [5, '1'],
      [6, ''],
    ]);
  });
});

describe('broken quotes', () => {
  test.each<[string, string, number, string, RegExp]>([
    ['text after a closing quote', 'a,b\n"x"y,"2\n3,4\n', 2, '"x"y,"2', /^text follows a closing quote/],
    ['blanks after a closing quote', 'a,b\n1,"x" \n3,4\n', 2, '1,"x" ', /^blanks follow a closing quote/],
    ['blanks before a quote', 'a,b\n1, "x"\n3,4\n', 2, '1, "x"', /skipInitialSpace/],
    [
      'a quote left open on the last line',
      'a,b\n3,4\n1,"x\n',
      3,
      '1,"x',
      /^a quote is opened and never closed$/,
    ],
  ])('%s: the record alone is refused', (_, text, line, raw, problem) => {
    const { found, refusal } = readInAnyChunks(text);
    const broken = found.filter((record) => record.problem !== undefined);
    expect(broken.map((record) => [record.line, record.raw])).toEqual([[line, raw]]);
    expect(broken[0]?.problem).toMatch(problem);
    expect(found).toHaveLength(3);
    expect(refusal).toBeUndefined();
  });

  test.each<[string, string, RegExp]>([
    ['a quote that never closes', 'a,b\n1,"x\n2,y\n', /^line 2: .*opened and never closed/],
    [
      'a quote that closes on another line',
      'a,b\n1,"x\n2,"y"\n3,z\n',
      /^line 2: .*text follows a closing quote/,
    ],
    [
      'a line of its own between two ends of one cell',
      'a,b\n1,"5" pipe\n2,y\nlong",3\n',
      /^line 2: .*line 4 has a quote without its partner/,
    ],
  ])('%s: the file is refused', (_, text, refusal) => {
    expect(readInAnyChunks(text).refusal).toMatch(refusal);
  });

  test('a record beyond the limit refuses the file, and is not held', () => {
    const reader = new CsvReader(dialectOf({}));
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    reader.push(Buffer.from('a,b\n1,"'));
    for (let i = 0; reader.refusal === undefined && i < 20; i++) {
      reader.push(chunk);
      while (reader.next()) expect(reader.line).toBe(1);
    }
    expect(reader.refusal?.message).toMatch(`line 2: the record is longer than ${MAX_RECORD_BYTES} bytes`);
  });
});

test('bytes that are no UTF-8 are the record’s alone, in whatever cell', () => {
  const bytes = Buffer.concat([
    Buffer.from('a,b\n1,é\n2,'),
    Buffer.from([0xe9]),
    Buffer.from('\n3,\u{1F600}\n'),
  ]);
  const { found } = readInAnyChunks(bytes);
  expect(found.map((record) => record.problem !== undefined)).toEqual([false, false, true, false]);
});

test('splits as csv-parse does, whatever the cells and the chunks', () => {
  const cell = fc.string({
    unit: fc.constantFrom('a', ',', '"', '\n', '\r\n', 'é', ' ', '😀'),
    maxLength: 6,
  });
  const quoted = cell.map((text) => `"${text.replaceAll('"', '""')}"`);
  const plain = fc.string({ unit: fc.constantFrom('a', 'b', 'é', ' '), minLength: 1, maxLength: 4 });
  const record = fc.array(fc.oneof(quoted, plain), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(
      fc.array(
        record.map((cells) => cells.join(',')),
        { minLength: 1 },
      ),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.integer({ min: 1, max: 9 }),
      (records, end, size) => {
        const text = records.join(end);
        const parsed = parse(text, { relax_column_count: true, record_delimiter: [end] });
        const { found } = read(text, {}, undefined, size);
        expect(found.map(({ cells }) => cells)).toEqual(parsed);
        expect(found.map(({ raw }) => raw)).toEqual(records);
      },
    ),
  );
});
