import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Dialect } from '../../lib/core/contract.ts';
import { RecordScanner } from '../../lib/core/record-scanner.ts';
import { dialectOf } from '../support/dialect.ts';

const HEADERLESS = { headerRecords: 0 };

function scan(text: string, words: Partial<Dialect> = HEADERLESS, columns = 2, size = 1_000_000) {
  const scanner = new RecordScanner(dialectOf(words), columns);
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += size) scanner.push(bytes.subarray(i, i + size));
  scanner.end();
  return { records: scanner.records, isPlain: scanner.isPlain };
}

/** The same, whatever the chunks. */
function scanInAnyChunks(text: string, words?: Partial<Dialect>, columns?: number) {
  const whole = scan(text, words, columns);
  for (const size of [1, 2, 3, 7]) expect(scan(text, words, columns, size)).toEqual(whole);
  return whole;
}

describe('plain files', () => {
  test.each<[string, string, number]>([
    ['LF', 'a,b\n1,2\n', 2],
    ['no final line end', 'a,b\n1,2', 2],
    ['CRLF', 'a,b\r\n1,2\r\n', 2],
    ['blank lines are no records', 'a,b\n\n\n1,2\n\n', 2],
    ['a quoted line end of another kind', 'a,b\n"1\r\nx",2\n3,"4\r5"\n', 3],
    ['doubled quotes', '"a""b\n""",c\nd,e\n', 2],
    ['a final quote', 'a,"b"', 1],
    ['a cell too few and a cell too many', 'a\n1,2,3\n4,5\n', 3],
    ['an empty last cell', 'a,\n"1",\n', 2],
    ['empty', '', 0],
    ['only blank lines', '\r\n\r\n', 0],
  ])('%s', (_, text, records) => {
    expect(scanInAnyChunks(text)).toEqual({ records, isPlain: true });
  });

  test('the header is no record, and a file may be shorter than its header', () => {
    expect(scanInAnyChunks('a,b\n1,2\n', {})).toEqual({ records: 1, isPlain: true });
    expect(scanInAnyChunks('a,b', {})).toEqual({ records: 0, isPlain: true });
    expect(scanInAnyChunks('', {})).toEqual({ records: 0, isPlain: true });
  });

  test('in a file of one column a blank line is a record', () => {
    expect(scanInAnyChunks('a\n\n1\n', {}, 1)).toEqual({ records: 2, isPlain: true });
    expect(scanInAnyChunks('a\r\n\r\n1\r\n', {}, 1)).toEqual({ records: 2, isPlain: true });
  });
});

describe('files that the engine would split in another way', () => {
  test.each<[string, string, number]>([
    ['mixed line ends', 'a,b\r\n1,2\n', 2],
    ['a carriage return alone ends a record', 'a,b\r1,2\r', 2],
    ['a carriage return within a bare cell', 'a,b\n1\r,2\n', 3],
    ['a quote in a bare cell is text', 'a"b,1\n"c",2\n', 2],
    ['text after a closing quote, to the line end', '"a"b,"c\nd,e\n', 2],
    ['blanks after a closing quote', '"a" ,b\n', 1],
    ['blanks before a quote', 'a, "b\nc"\n', 2],
    ['a quote that never closes takes the rest', 'a,b\n"c,d\ne,f\n', 2],
    ['a NUL', 'a,b\n1,2,\0\n', 2],
    ['an empty cell too many', 'a,b\n1,2,\n', 2],
    ['an empty quoted cell too many', 'a,b\n1,2,""\n', 2],
    ['empty cells too many', 'a,b\r\n"1",2,,\r\n', 2],
  ])('%s', (_, text, records) => {
    expect(scanInAnyChunks(text)).toEqual({ records, isPlain: false });
  });

  test('blank lines before the header', () => {
    expect(scanInAnyChunks('\n\na,b\n1,2\n', {})).toEqual({ records: 1, isPlain: false });
    expect(scanInAnyChunks('\na\n\n1\n', {}, 1)).toEqual({ records: 2, isPlain: false });
  });

  test('a record that is longer than the engine takes', () => {
    const long = `"${'x'.repeat(16 * 1024 * 1024)}"`;
    expect(scan(`a,b\n${long},2\n`, {}, 2, 1024 * 1024)).toEqual({ records: 1, isPlain: false });
  });
});

describe('dialects', () => {
  test.each<[string, Partial<Dialect>, string, number]>([
    ['comments', { commentChar: '#' }, '# "x\na,b\n#1,2\n"#",3\n4,#\n', 2],
    ['escapes', { escapeChar: '\\' }, 'a,b\n1\\\n,2\n"x\\"\ny",3\n"\\\\",4\n5\\\r\n6,7\n8,9\\\r\r', 5],
    ['an escape at the end', { escapeChar: '\\' }, 'a,b\n1,2\\', 1],
    ['blanks before a quote', { skipInitialSpace: true }, 'a,b\n1, "x\ny"\n  "2\n", 3\n', 2],
    ['no doubled quotes', { doubleQuote: false }, 'a,b\n"x""\ny",2\n', 2],
    ['lines before the header', { skipLines: 3 }, 'Report "x\r\n\r\nof May\r\na,b\r\n1,2\r\n', 1],
    ['a header of two', { headerRecords: 2 }, 'a,b\nc,d\n1,2\n', 1],
  ])('%s', (_, words, text, records) => {
    expect(scanInAnyChunks(text, words).records).toBe(records);
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
        const parsed = parse(text, { relax_column_count: true, record_delimiter: ['\r\n', '\n'] });
        expect(scan(text, HEADERLESS, 4, size)).toEqual({ records: parsed.length, isPlain: true });
      },
    ),
  );
});
