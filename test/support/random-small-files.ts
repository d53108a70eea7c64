// Random small CSV files of two datasets: clean and dirty, plain and odd, the same texts and the same rows under several names.
import fc from 'fast-check';
import { openPackage, type World } from './shop-lake.ts';

const FIELDS = [
  { name: 'id', type: 'integer', constraints: { required: true } },
  { name: 'name', type: 'string', trim: true },
  { name: 'amount', type: 'number', precision: 10, scale: 2 },
  { name: 'kind', type: 'integer' },
  { name: 'at', type: 'datetime' },
];

/** `items` lie in folders of days and in partitions of kinds; `firsts` refuse duplicates. */
export function openItems(): Promise<World> {
  const items = {
    ...{
      name: 'items',
      path: 'items/**/*.csv',
      partitionBy: ['day', { field: 'kind', transform: 'identity' }],
    },
    schema: { fields: [...FIELDS, { name: 'day', type: 'date' }], primaryKey: ['id', 'at'] },
  };
  const firsts = {
    ...{ name: 'firsts', path: 'firsts/*.csv', duplicates: 'reject', maxRejectedRatio: 0.5 },
    schema: { fields: FIELDS, primaryKey: ['id'] },
  };
  const byDay =
    '/*---\ndescription: Items by day.\nover: items\npartitionBy: [day]\nkey: [day]\n---*/\nSELECT day, count(*) AS items, sum(amount) AS amount FROM items GROUP BY day';
  return openPackage({ name: 'items', resources: [items, firsts] }, { by_day: byDay });
}

export const KEYS = [
  ...['a', 'b', 'c', 'd', 'é f', "it's"].map((name) => `items/day=2024-01-01/${name}.csv`),
  ...['a', 'b', 'c'].map((name) => `items/day=2024-01-02/${name}.csv`),
  'items/dya=2024-01-02/a.csv',
  ...['a', 'b', 'c', 'd'].map((name) => `firsts/${name}.csv`),
];

const HEADERS = [
  ...Array.from({ length: 12 }, () => 'id,name,amount,kind,at'),
  'id,name,amount,kind',
  'ID,Name,amount,kind,at',
  'id,name,amount,kind,at,more',
  'id,name,amount,kind,at,',
  'id,name,amount,kind,ta',
  'sep=,',
];

const cell = <T>(...usual: readonly T[]) => fc.constantFrom(...usual);
const row = fc
  .tuple(
    cell(...Array.from({ length: 20 }, (_, id) => String(id)), '007', 'x'),
    cell(
      ...Array.from({ length: 5 }, () => ['ann', '', ' é ', '"a,b"', '"a""b"', '"ann"', '\ufeff']).flat(),
      '"x\ny"',
      'a"b',
    ),
    cell('1.00', '2.5', '-0.5', '', '12345678.91', '1.00', '2', '3', '4', '5', '1.234'),
    cell(...'01'.repeat(8), ''),
    cell('2024-01-01T10:00:00Z', '2024-01-01T10:00:00.1239Z', '2024-01-02T00:00:00Z', ''),
  )
  .map((cells) => cells.join(','));
const odd = fc.constantFrom('', '1', '1,a,1.00,0,,,', 'id,name,amount,kind,at', '"1', '1,\0,1.00,0,', ' ');

const smallFile = fc
  .record({
    header: fc.constantFrom(...HEADERS),
    rows: fc.array(row, { minLength: 1, maxLength: 3 }),
    odd: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, fc.tuple(fc.nat(5), odd)),
    lineEnd: fc.constantFrom('\n', '\n', '\n', '\r\n'),
    isEnded: fc.boolean(),
    mark: fc.constantFrom('', '', '', '\ufeff'),
  })
  .map(({ header, rows, odd, lineEnd, isEnded, mark }) => {
    const lines = [header, ...rows.map((text) => text + (header.endsWith('more') ? ',x' : ''))];
    if (odd) lines.splice(1 + odd[0], 0, odd[1]);
    return `${mark}${lines.join(lineEnd)}${isEnded ? lineEnd : ''}`;
  });

/** Mostly without anything odd. */
const cleanFile = fc
  .tuple(
    fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 4 }),
    fc.constantFrom('1.00', '2.50'),
    fc.constantFrom('\n', '\r\n'),
  )
  .map(([ids, amount, end]) =>
    ['id,name,amount,kind,at', ...ids.map((id) => `${id},ann,${amount},${id % 2},`), ''].join(end),
  );

/** Key → text; `undefined`: the file is gone. */
export type Landed = readonly (readonly [key: string, text: string | undefined])[];

const landed = (gone: number): fc.Arbitrary<Landed> =>
  fc
    .tuple(
      fc.array(fc.oneof({ weight: 3, arbitrary: cleanFile }, { weight: 4, arbitrary: smallFile }), {
        minLength: 2,
        maxLength: 9,
      }),
      fc.uniqueArray(fc.constantFrom(...KEYS), { minLength: 5, maxLength: KEYS.length, size: 'max' }),
      fc.array(fc.nat(), { minLength: KEYS.length, maxLength: KEYS.length }),
    )
    .map(([texts, keys, picks]) =>
      keys.map((key, i) => {
        const pick = picks[i] ?? 0;
        return [key, gone > 0 && pick % gone === 0 ? undefined : texts[pick % texts.length]] as const;
      }),
    );

/** What lies in landing first, and what comes, changes and goes afterwards, several times. */
export const smallFileHistory = fc
  .tuple(landed(0), fc.array(landed(5), { maxLength: 2 }))
  .map(([first, rest]) => [first, ...rest]);

export const tinyBundles = fc.record({
  mostFileBytes: fc.constantFrom(64 * 1024, 120),
  mostBytes: fc.constantFrom(4 * 1024 * 1024, 200),
  mostFiles: fc.constantFrom(1000, 2, 3),
});
