// A quote within a bare cell that a later cell closes: text, or a delimiter that was lost?
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Dialect } from '../../lib/core/contract.ts';
import { CsvReader } from '../../lib/ingest/csv/csv-reader.ts';
import { dialectOf } from '../support/dialect.ts';
import { tries } from '../support/tries.ts';

/** The rule that speaks against each record of a text without header, read in pieces of `size` bytes. */
function rules(text: string, words: Partial<Dialect> = {}, size = 1_000_000): (string | undefined)[] {
  const reader = new CsvReader(dialectOf({ headerRecords: 0, ...words }));
  const found: (string | undefined)[] = [];
  const take = () => {
    while (reader.next()) found.push(reader.problem?.rule);
  };
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += size) {
    reader.push(bytes.subarray(i, i + size));
    take();
  }
  reader.end();
  take();
  return found;
}

describe('refused', () => {
  test.each([
    'a,b "hello,world",c',
    '1,foo"bar,baz",2',
    '5" pipe,6"',
    'x"a,b,c,d"',
    'x "he said ""hi"", once",y',
    'say "hi" now,6"',
    'a""b,c"',
    'a"b,"",c"',
    '5" pipe"x,y"',
    'b "hello,world" ,c',
    '\ufeff"a,b"',
    'é"ü,€"',
  ])('%s', (record) => {
    expect(rules(`${record}\n1,2\n`)).toEqual(['stray-quote', undefined]);
  });
});

describe('accepted as text', () => {
  test.each([
    '5",6"',
    '5" ,6" ',
    '5" pipe',
    '5" pipe,6" pipe',
    '5" pipe,"6"" pipe"',
    '5",6" pipe',
    'a"b"c,d',
    'a"b",c',
    'a"b",c"d"',
    'say "hi" now,x',
    'a"b,"c"',
    'a"b,"c",d',
    'a"b,"c",d"',
    'a"b,"c""","d"',
    'a"b,"x""""y",c"',
    'a"b,c"d',
    '"a""b,c""d",e',
    'a"b,c""',
    'a"""b"",c',
  ])('%s', (record) => {
    expect(rules(`${record}\n1,2\n`)).toEqual([undefined, undefined]);
  });
});

test.each<[string, Partial<Dialect>, string, string | undefined]>([
  ['another quote and delimiter', { quoteChar: "'", delimiter: ';' }, "1;foo'bar;baz';2", 'stray-quote'],
  ['quotes that are not doubled', { doubleQuote: false }, 'a"b,c""', undefined],
  ['and the last of several', { doubleQuote: false }, 'a""b,c"', 'stray-quote'],
  ['an escaped quote opens nothing', { escapeChar: '\\' }, 'a\\"b,c"', undefined],
  ['and closes nothing', { escapeChar: '\\' }, 'a"b,c\\",d"', 'stray-quote'],
  ['an escaped delimiter ends no cell', { escapeChar: '\\' }, 'a"b\\,c"', undefined],
  ['blanks before a cell are no text', { skipInitialSpace: true }, '  "a,b",c"', undefined],
])('%s', (_, words, record, rule) => {
  expect(rules(`${record}\n`, words)).toEqual([rule]);
});

/** By brute force, each quote tried as the one that opens. */
function isAmbiguous(record: string): boolean {
  const cells = [...record.matchAll(/(?<=^|,)(?:"(?:[^"]|"")*"|[^,]*)(?=,|$)/g)].map((cell) => ({
    start: cell.index,
    end: cell.index + cell[0].length,
    isBare: !cell[0].startsWith('"'),
    text: cell[0],
  }));
  const bare = cells.filter(({ isBare }) => isBare);
  const mayOpen = (text: string, i: number) =>
    text[i] === '"' && i > 0 && text.slice(i).replace(/^"+/, '').trim() !== '';
  return bare.some(({ start, end, text }) =>
    [...text].some((_, i) => {
      const closed = /^(?:[^"]|"")*"(?=[ \t]*(?:,|$))/.exec(record.slice(start + i + 1));
      const close = closed ? start + i + closed[0].length : -1;
      const isLater = close >= end && bare.some((cell) => cell.start < close && close < cell.end);
      return mayOpen(text, i) && isLater;
    }),
  );
}

const word = fc.string({ unit: fc.constantFrom('a', '5', '"', '"', ' ', 'é'), maxLength: 6 });
/** As it would stand in a well-formed record: what begins with a quote, or with blanks before one, is another story. */
const bareCell = word.filter((text) => !/^[ \t]*"/.test(text));
const quotedCell = fc
  .string({ unit: fc.constantFrom('a', ',', '"', ' '), maxLength: 5 })
  .map((text) => `"${text.replaceAll('"', '""')}"`);
const record = fc
  .array(fc.oneof({ weight: 4, arbitrary: bareCell }, { weight: 1, arbitrary: quotedCell }), {
    minLength: 2,
    maxLength: 5,
  })
  .map((cells) => cells.join(','));

test('random records are refused exactly where some quote can be read as the beginning of a quoted cell, whatever the chunks', () => {
  let refused = 0;
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 9 }),
      (records, size) => {
        const text = `${records.join('\n')}\n`;
        const expected = records.map((one) => (isAmbiguous(one) ? 'stray-quote' : undefined));
        refused += expected.filter((rule) => rule !== undefined).length;
        expect(rules(text, {}, size)).toEqual(expected);
        expect(rules(text)).toEqual(expected);
      },
    ),
    tries(3000),
  );
  expect(refused).toBeGreaterThan(300);
});

test('a record of nothing but quotes takes no more time than any other of its length', () => {
  const started = process.cpuUsage();
  expect(rules(`a${'"'.repeat(4_000_000)}b,${'x"'.repeat(2_000_000)}\n`)).toHaveLength(1);
  expect(process.cpuUsage(started).user).toBeLessThan(5_000_000);
});
