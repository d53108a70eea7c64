// A source file that is read in blocks, cut at any byte, gives what it gives as a whole: rows, refused lines with their reasons, counts,
// and refusals of the file.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Dataset } from '../../lib/core/contract.ts';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { asWhole, inBlocks } from '../support/in-blocks.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

const KEY = 'day=2024-01-01/rows.csv';

type Words = Readonly<Record<string, unknown>>;
type Shape = {
  readonly name: string;
  readonly words: Words;
  readonly dialect: Words;
  readonly schema: Words;
};

const FIELDS = [
  { name: 'id', type: 'integer' },
  { name: 'name', type: 'string' },
  { name: 'amount', type: 'number', precision: 10, scale: 2 },
];
const field = (name: string, more: object) =>
  FIELDS.map((one) => (one.name === name ? { ...one, ...more } : one));

const SHAPES: readonly Shape[] = [
  { name: 'plain', words: {}, dialect: {}, schema: { fields: FIELDS } },
  { name: 'a primary key', words: {}, dialect: {}, schema: { fields: FIELDS, primaryKey: ['id'] } },
  {
    name: 'two keys',
    words: {},
    dialect: {},
    schema: { fields: field('name', { constraints: { unique: true } }), primaryKey: ['id'] },
  },
  { name: 'upsert', words: { mode: 'upsert' }, dialect: {}, schema: { fields: FIELDS, primaryKey: ['id'] } },
  {
    name: 'partitions of the rows',
    words: { partitionBy: ['name'] },
    dialect: {},
    schema: { fields: field('name', { constraints: { required: true } }) },
  },
  {
    name: 'a partition of the path',
    words: { partitionBy: ['day'], maxRejectedRatio: 0.5 },
    dialect: {},
    schema: { fields: [{ name: 'day', type: 'date' }, ...FIELDS] },
  },
  {
    name: 'no header',
    words: { maxRejectedRows: 2 },
    dialect: { header: false },
    schema: { fields: FIELDS },
  },
  {
    name: 'an escape character and comments',
    words: { extraColumns: 'reject' },
    dialect: { escapeChar: '\\', commentChar: '#', doubleQuote: false },
    schema: { fields: FIELDS },
  },
  {
    name: 'rows to skip',
    words: { skipRows: [{ startsWith: 'Total' }, { blank: true }] },
    dialect: { skipInitialSpace: true },
    schema: { fields: FIELDS },
  },
  {
    name: 'one column',
    words: { mode: 'replace' },
    dialect: {},
    schema: { fields: [{ name: 'id', type: 'string' }] },
  },
];

function contract({ words, dialect, schema }: Shape, encoding: string): Dataset {
  const resources = [
    {
      name: 'rows',
      path: '**/rows.csv',
      format: 'csv',
      encoding,
      ...(words.format === 'ndjson' ? {} : { dialect }),
      schema,
      mode: 'append',
      ...words,
    },
  ];
  return parseContract('p/datapackage.json', 'p', JSON.stringify({ name: 'p', resources }))[0] as Dataset;
}

const CELLS = [
  '1',
  '2',
  '3',
  '44',
  'x',
  '',
  ' 5',
  '1.25',
  '1.234',
  '"q,u"',
  '"a""b"',
  '"two\nlines"',
  '"w\r\nx"',
  'é',
];
const ODD = ['"a"b', 'a"b', '"open', '"open,1\n2,"x', 'Total', '#c', '\\"', '\\\n', '\0'];
const cell = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom(...CELLS) },
  { weight: 1, arbitrary: fc.constantFrom(...ODD) },
);
const record = fc.oneof(
  { weight: 12, arbitrary: fc.array(cell, { minLength: 3, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.array(cell, { minLength: 1, maxLength: 5 }) },
);

const file = fc
  .record({
    shape: fc.constantFrom(...SHAPES),
    encoding: fc.constantFrom('utf-8', 'utf-8', 'windows-1252', 'koi8-r'),
    hasMark: fc.boolean(),
    header: fc.constantFrom(
      'id,name,amount',
      'id,name,amount',
      'name,id,other,amount',
      'id,name,amount,',
      'id,,amount',
    ),
    records: fc.array(record, { maxLength: 14 }),
    end: fc.constantFrom('\n', '\n', '\r\n', '\r'),
    trailing: fc.constantFrom('', '', '', ','),
    hasLastEnd: fc.boolean(),
    blockBytes: fc.constantFrom(1, 2, 5, 11, 30, 1000),
  })
  .map(({ shape, encoding, hasMark, header, records, end, trailing, hasLastEnd, blockBytes }) => {
    const width = shape.name === 'one column' ? 1 : 5;
    const lines = records.map((cells) => cells.slice(0, width).join(',') + trailing);
    const first = shape.dialect.header === false ? [] : [width === 1 ? 'id' : header];
    const text = [...first, ...lines].join(end) + (hasLastEnd ? end : '');
    const mark = hasMark && encoding === 'utf-8' ? '\ufeff' : '';
    const bytes = Buffer.from(mark + text, encoding === 'utf-8' ? 'utf8' : 'latin1');
    return { shape, encoding, bytes, blockBytes };
  });

test('a file in blocks is the file', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(file, async ({ shape, encoding, bytes, blockBytes }) => {
      const dataset = contract(shape, encoding);
      const blocks = await inBlocks(world, dataset, KEY, bytes, blockBytes);
      if (blocks === undefined) return;
      compared += 1;
      const read = await asWhole(world, dataset, KEY, bytes);
      // Of two reasons against a file the header's is found before any record is read.
      const isHeaders = /^the (header|file has no header)/.test(blocks.reason ?? '');
      const whole = isHeaders && read.reason !== undefined ? { ...read, reason: blocks.reason } : read;
      expect(blocks, `${shape.name}, ${blockBytes}: ${JSON.stringify(bytes.toString('latin1'))}`).toEqual(
        whole,
      );
    }),
    tries(30),
  );
  expect(compared).toBeGreaterThan(22);
});

const JSON_SHAPES: readonly Shape[] = [
  { name: 'lines', words: {}, dialect: {}, schema: { fields: FIELDS } },
  { name: 'lines with a key', words: {}, dialect: {}, schema: { fields: FIELDS, primaryKey: ['id'] } },
  {
    name: 'lines with a partition of the path',
    words: { partitionBy: ['day'], extraColumns: 'reject' },
    dialect: {},
    schema: { fields: [{ name: 'day', type: 'date' }, ...FIELDS] },
  },
];

const member = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      id: fc.nat(9),
      name: fc.constantFrom('x', 'a\nb', 'é'),
      amount: fc.constant(1.5),
    }),
  },
  { weight: 3, arbitrary: fc.record({ id: fc.nat(9), day: fc.constantFrom('2024-01-01', '2024-01-02') }) },
  { weight: 1, arbitrary: fc.record({ ID: fc.nat(9), other: fc.constant(1) }) },
);
const jsonLine = fc.oneof(
  { weight: 12, arbitrary: member.map((one) => JSON.stringify(one)) },
  {
    weight: 1,
    arbitrary: fc.tuple(member, member).map((two) => two.map((one) => JSON.stringify(one)).join(' ')),
  },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', '[1]', '{"id": 1', '{"id":\r2}') },
);
const jsonFile = fc.record({
  shape: fc.constantFrom(...JSON_SHAPES),
  lines: fc.array(jsonLine, { maxLength: 10 }),
  end: fc.constantFrom('\n', '\r\n'),
  hasMark: fc.boolean(),
  blockBytes: fc.constantFrom(1, 7, 30, 1000),
});

test('newline-delimited JSON in blocks is the file', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(jsonFile, async ({ shape, lines, end, hasMark, blockBytes }) => {
      const dataset = contract({ ...shape, words: { ...shape.words, format: 'ndjson' } }, 'utf-8');
      const bytes = Buffer.from((hasMark ? '\ufeff' : '') + lines.join(end) + end);
      const blocks = await inBlocks(world, dataset, KEY, bytes, blockBytes);
      const whole = await asWhole(world, dataset, KEY, bytes);
      compared += blocks?.outcome === 'accepted' ? 1 : 0;
      expect(blocks, `${shape.name}, ${blockBytes}: ${JSON.stringify(bytes.toString())}`).toEqual(whole);
    }),
    tries(15),
  );
  expect(compared).toBeGreaterThan(4);
});

test.each([
  [
    'versions of a key in several blocks of an upsert',
    { ...(SHAPES[3] as Shape) },
    'id,name,amount\n1,a,1.00\n2,b,2.00\n1,c,3.00\n1,d,4.00\n',
  ],
  [
    'a record that is refused since another has the field of the path holds no key',
    {
      name: 'lines',
      words: { format: 'ndjson', path: 'year={year}/rows.csv' },
      dialect: {},
      schema: {
        fields: [
          { name: 'id', type: 'integer' },
          { name: 'day', type: 'date' },
        ],
        primaryKey: ['id'],
      },
    },
    '{"id":1}\n{"id":1,"day":"2024-01-01"}\n',
  ],
])('%s', async (_, shape, text) => {
  const dataset = contract(
    {
      ...shape,
      words: { ...shape.words, path: '**/rows.csv', partitionBy: shape.words.format ? ['day'] : [] },
    },
    'utf-8',
  );
  const bytes = Buffer.from(text);
  const whole = await asWhole(world, dataset, KEY, bytes);
  expect(whole.rows.length).toBeGreaterThan(0);
  for (const blockBytes of [1, 5, 12])
    expect(await inBlocks(world, dataset, KEY, bytes, blockBytes)).toEqual(whole);
});
