// Tables made up at random: fields of every type with right texts and texts that are nearly right, in any dialect.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Question } from './frictionless.ts';

/** `texts`: right ones; a cell is one of them, or one with up to two of the characters put in, taken out or changed. */
type Kind = { readonly words: object; readonly texts: readonly string[]; readonly characters: string };

const NUMBERS = ['0', '1', '-5', '+12', '3.25', '100', '1e2', '.5', '7.'];
const DAYS = ['2024-02-29', '2023-12-31', '1999-01-01', '2024-06-15'];
const TIMES = DAYS.map((day, i) => `${day}T1${i}:30:0${i}Z`);

const KINDS: readonly Kind[] = [
  { words: {}, texts: ['a', 'bc', 'ä b', '😀'], characters: 'a "' },
  { words: { constraints: { minLength: 2, maxLength: 3 } }, texts: ['ab', 'abc', 'ä€'], characters: 'a€' },
  { words: { constraints: { pattern: '[A-Z]{2}[0-9]*' } }, texts: ['AB', 'XY12', 'ZZ9'], characters: 'A9 z' },
  { words: { constraints: { enum: ['a', 'b', 'NA'] } }, texts: ['a', 'b', 'NA'], characters: 'ab' },
  { words: { constraints: { required: true, unique: true } }, texts: ['a', 'b', 'c', 'd'], characters: 'ab' },
  { words: { format: 'uuid' }, texts: ['0f8fad5b-d9cb-469f-a165-70867728950e'], characters: '0aG-' },
  { words: { format: 'email' }, texts: ['a.b@example.com', 'x+y@mail.example.org'], characters: 'a @' },
  {
    words: { format: 'uri' },
    texts: ['https://example.com/a?b=c', 'urn:a:b', 'mailto:a@b.c'],
    characters: 'a/ ',
  },
  { words: { type: 'integer' }, texts: ['0', '-7', '+12', '007', '42'], characters: '0.-+ex ' },
  {
    words: { type: 'integer', constraints: { minimum: 5, maximum: 50 } },
    texts: ['5', '50', '27'],
    characters: '059-',
  },
  {
    words: { type: 'integer', constraints: { enum: [1, 20] } },
    texts: ['1', '20', '020'],
    characters: '012',
  },
  { words: { type: 'integer', bareNumber: false }, texts: ['95%', '€7', '12 kg'], characters: '0% a' },
  { words: { type: 'number' }, texts: NUMBERS, characters: '0.,-+eE' },
  { words: { type: 'number', precision: 6, scale: 2 }, texts: ['1234.56', '0.5', '-99'], characters: '0.-' },
  {
    words: { type: 'number', constraints: { minimum: 0.1, maximum: 99.9 } },
    texts: ['0.1', '99.9', '50'],
    characters: '019.-',
  },
  {
    words: { type: 'number', groupChar: '.', decimalChar: ',' },
    texts: ['1.234,50', '12,5', '7'],
    characters: '0.,',
  },
  { words: { type: 'number', double: true }, texts: [...NUMBERS, 'NaN', 'INF', '-INF'], characters: '0.eN' },
  { words: { type: 'boolean' }, texts: ['true', 'False', 'TRUE', '1', '0'], characters: 'tT01' },
  {
    words: { type: 'boolean', trueValues: ['yes'], falseValues: ['no'] },
    texts: ['yes', 'no'],
    characters: 'yY',
  },
  { words: { type: 'date' }, texts: DAYS, characters: '0129-' },
  {
    words: { type: 'date', format: '%d/%m/%Y' },
    texts: ['29/02/2024', '31/12/2023', '1/2/2024'],
    characters: '0129/',
  },
  {
    words: { type: 'date', constraints: { minimum: '2023-12-31', maximum: '2024-06-01' } },
    texts: DAYS,
    characters: '0129',
  },
  { words: { type: 'datetime' }, texts: [...TIMES, '2024-02-29T12:00:00.5+01:00'], characters: '0269:TZ.' },
  {
    words: { type: 'datetime', format: '%d.%m.%Y %H:%M' },
    texts: ['29.02.2024 12:30', '1.1.2024 0:05'],
    characters: '0269.:',
  },
  {
    words: { type: 'datetime', constraints: { minimum: '2024-01-01T00:00:00Z' } },
    texts: TIMES,
    characters: '0129',
  },
  { words: { type: 'time' }, texts: ['12:00:00', '23:59:59', '00:00:00.5'], characters: '0269:.' },
  {
    words: { type: 'time', format: '%H:%M', constraints: { maximum: '18:00' } },
    texts: ['12:00', '17:59', '18:01'],
    characters: '0269:',
  },
  {
    words: { type: 'year', constraints: { minimum: 2000 } },
    texts: ['2024', '1999', '2000'],
    characters: '0129',
  },
  { words: { type: 'yearmonth' }, texts: ['2024-01', '1999-12'], characters: '012-' },
  { words: { type: 'object' }, texts: ['{}', '{"a":1}', '{"a":[1,{"b":null}]}'], characters: '{}1,"' },
  {
    words: { type: 'array', constraints: { maxLength: 2 } },
    texts: ['[]', '[1,"a"]', '[[1,2,3],null]'],
    characters: '[],1',
  },
  { words: { type: 'any' }, texts: ['a', '1'], characters: 'a1' },
];

function cellOf({ texts, characters }: Kind): fc.Arbitrary<string> {
  const change = fc.record({
    at: fc.nat(40),
    taken: fc.nat(1),
    put: fc.constantFrom('', ...characters),
  });
  const text = fc.constantFrom(...texts);
  const changed = fc.tuple(text, fc.array(change, { minLength: 1, maxLength: 2 })).map(([right, changes]) =>
    changes.reduce((now, { at, taken, put }) => {
      const place = at % (now.length + 1);
      return now.slice(0, place) + put + now.slice(place + taken);
    }, right),
  );
  return fc.oneof(
    { weight: 6, arbitrary: text },
    { weight: 4, arbitrary: changed },
    { weight: 1, arbitrary: fc.constantFrom('', 'NA') },
  );
}

type Table = {
  readonly kinds: readonly Kind[];
  readonly rows: readonly (readonly string[])[];
  readonly lengths: readonly number[];
  readonly dialect: { readonly delimiter: string; readonly quoteChar: string };
  readonly lineEnd: string;
  readonly hasKey: boolean;
  readonly quotesAll: boolean;
};

const tables: fc.Arbitrary<Table> = fc
  .array(fc.constantFrom(...KINDS), { minLength: 1, maxLength: 3 })
  .chain((kinds) =>
    fc.record({
      kinds: fc.constant(kinds),
      rows: fc.array(fc.tuple(...kinds.map(cellOf)), { minLength: 4, maxLength: 10 }),
      // Now and then a record has a cell too few or too many.
      lengths: fc.array(fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 0, 1, -1), { minLength: 10, maxLength: 10 }),
      dialect: fc.record({
        delimiter: fc.constantFrom(',', ';', '\t'),
        quoteChar: fc.constantFrom('"', "'"),
      }),
      lineEnd: fc.constantFrom('\n', '\r\n'),
      hasKey: fc.boolean(),
      quotesAll: fc.boolean(),
    }),
  );

/** A serial number is every table's first column, so that no record is a blank line. */
function written({ kinds, rows, lengths, dialect, lineEnd, hasKey, quotesAll }: Table) {
  const { delimiter, quoteChar } = dialect;
  const cell = (text: string) =>
    quotesAll || text.includes(delimiter) || text.includes(quoteChar) || /^\s|\s$/.test(text)
      ? `${quoteChar}${text.replaceAll(quoteChar, quoteChar + quoteChar)}${quoteChar}`
      : text;
  const names = kinds.map((_, i) => `f${i}`);
  const records = rows.map((texts, i) => {
    const cells = [String(hasKey ? i % 7 : i), ...texts];
    const length = cells.length + (lengths[i] ?? 0);
    return [...cells, 'more'].slice(0, length);
  });
  const lines = [['id', ...names], ...records].map((cells) => cells.map(cell).join(delimiter) + lineEnd);
  const fields = [
    { name: 'id', type: 'integer' },
    ...kinds.map(({ words }, i) => ({ name: `f${i}`, ...words })),
  ];
  const schema = { fields, missingValues: ['', 'NA'], ...(hasKey ? { primaryKey: 'id' } : {}) };
  const resources = [{ name: 'data', path: 'data.csv', format: 'csv', dialect, schema }];
  return { contract: JSON.stringify({ name: 'case', resources }), data: lines.join('') };
}

/** The same tables for the same seed, each in a folder below `root`. */
export async function generate(root: string, count: number, seed: number): Promise<Question[]> {
  const questions: Question[] = [];
  for (const [i, table] of fc.sample(tables, { numRuns: count, seed }).entries()) {
    const folder = join(root, String(i));
    const { contract, data } = written(table);
    await mkdir(folder);
    await writeFile(join(folder, 'data.csv'), data);
    questions.push({ folder, contract });
  }
  return questions;
}
