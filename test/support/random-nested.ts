// Random SELECTs over tables whose columns are lists and structs: their fields, elements and the whole of them are what is
// grouped by, ordered by, joined by and taken.
import fc from 'fast-check';
import type { Column } from '../../lib/core/schema.ts';
import { Choice, limited } from './random-choice.ts';

/** `n` and `shop` are columns and fields, `item` is a column and an alias. In `sizes` equal values may differ. */
export const NESTED_COLUMNS: readonly Column[] = [
  { name: 'id', type: 'long' },
  { name: 'n', type: 'long' },
  { name: 'item', type: 'struct<shop:string,n:long>' },
  { name: 'tags', type: 'array<string>' },
  { name: 'lines', type: 'array<struct<k:string,v:array<long>>>' },
  { name: 'sizes', type: 'struct<w:double,h:long>' },
  { name: 'weights', type: 'array<double>' },
];
export const VARIED = ['sizes', 'weights'];

/** `crates` has a key, each row of `parcels` is there twice. */
export const NESTED_TABLES = [
  { name: 'crates', key: ['id'], id: 'i', rows: 24 },
  { name: 'parcels', key: undefined, id: 'i % 12', rows: 24 },
] as const;

/** Full of NULLs, of empty lists and of structs without a value. */
export function nestedRows(id: string, rows: number): string {
  const text = (by: number) => `CASE WHEN id % ${by} > 0 THEN 's' || id % ${by} END`;
  return `SELECT id, id % 3 AS n,
    CASE WHEN id % 7 < 6 THEN {'shop': ${text(3)}, 'n': CASE WHEN id % 4 < 3 THEN id % 4 END} END AS item,
    CASE WHEN id % 5 < 4 THEN [${text(2)}, 'b', NULL][1:id % 4] END AS tags,
    CASE WHEN id % 6 < 5 THEN [{'k': ${text(4)}, 'v': [id % 2, NULL][1:id % 3]}, NULL, {'k': NULL, 'v': []}][1:id % 4] END AS lines,
    {'w': [0.0, CAST('-0' AS DOUBLE), 1.5, NULL][1 + CAST(id % 4 AS INTEGER)], 'h': id // 4 % 2} AS sizes,
    CASE WHEN id % 9 < 8 THEN [CASE WHEN id % 2 = 0 THEN 0.0 ELSE CAST('-0' AS DOUBLE) END, 1.0][1:id % 3] END AS weights
    FROM (SELECT CAST(${id} AS BIGINT) AS id FROM range(${rows}) r(i))`;
}

/** A FROM, and expressions over its rows. */
type Relation = { readonly from: string; readonly values: readonly string[] };

const FIELDS = ['item.shop', 'item.n', "item['n']", "struct_extract(item, 'shop')"];
const ELEMENTS = [
  'tags[1]',
  'lines[1].k',
  'lines[1].v[1]',
  'len(tags)',
  'list_sort(tags)',
  'list_distinct(lines)',
];
const WHOLE = ['id', 'n', 'item', 'tags', 'lines', 'sizes', 'weights', 'sizes.w', 'sizes.h', 'weights[1]'];
const OWN = [...WHOLE, ...FIELDS, ...ELEMENTS, "{'a': id, 'b': item}", '[n, id]', '[item.n]', '(n, tags)'];

const of = (alias: string, ...names: string[]) => names.map((name) => `${alias}.${name}`);

const RELATIONS: readonly Relation[] = [
  { from: 'crates', values: OWN },
  { from: 'parcels', values: OWN },
  { from: 'crates item', values: [...OWN, ...of('item', 'id', 'tags', 'item', 'item.n')] },
  { from: 'parcels n', values: [...OWN, ...of('n', 'id', 'n', 'item.shop', 'tags')] },
  { from: '(SELECT id, item.* FROM crates)', values: ['id', 'n', 'shop'] },
  { from: '(SELECT item.*, id AS of FROM crates) crates', values: ['of', 'n', 'shop', 'crates.n'] },
  {
    from: '(SELECT id, item FROM crates) shop',
    values: ['id', 'item', 'item.n', 'shop.id', 'shop.item.shop'],
  },
  { from: '(SELECT id, unnest(tags) AS tag FROM crates)', values: ['id', 'tag'] },
  { from: '(SELECT id, unnest(lines) AS line FROM crates) x', values: ['id', 'line', 'line.k', 'x.line.v'] },
  { from: '(SELECT id, unnest(lines, recursive := true) FROM crates) x', values: ['id', 'k', 'v'] },
  { from: '(SELECT id, item, unnest(item) FROM crates) x', values: ['id', 'item', 'n', 'shop', 'item.n'] },
  {
    from: '(SELECT item, count(*) AS n FROM parcels GROUP BY item) x',
    values: ['item', 'n', 'item.shop', 'x.n'],
  },
  { from: '(SELECT DISTINCT item.shop AS shop, tags FROM parcels)', values: ['shop', 'tags', 'tags[1]'] },
  { from: '(SELECT DISTINCT lines, n FROM parcels)', values: ['lines', 'n', 'lines[1].k'] },
  {
    from: '(SELECT sizes, max(id) AS id FROM parcels GROUP BY sizes)',
    values: ['sizes', 'id', 'sizes.w', 'sizes.h'],
  },
  {
    from: '(SELECT item.shop AS shop, list(id ORDER BY id) AS ids FROM parcels GROUP BY item.shop)',
    values: ['shop', 'ids', 'ids[1]'],
  },
  {
    from: '(SELECT DISTINCT ON (item) item, tags, id FROM parcels ORDER BY item, tags, id)',
    values: ['item', 'tags', 'id', 'item.n'],
  },
  {
    from: '(SELECT DISTINCT ON (item.n) item, id FROM crates ORDER BY item.n, id) c',
    values: ['item', 'id', 'item.n', 'c.item.shop'],
  },
  {
    from: '(SELECT item, tags FROM parcels UNION SELECT item, tags FROM crates)',
    values: ['item', 'tags', 'item.n'],
  },
  {
    from: '(SELECT sizes, id FROM parcels EXCEPT SELECT sizes, n FROM crates)',
    values: ['sizes', 'id', 'sizes.w'],
  },
  {
    from: 'crates a JOIN crates b ON a.item = b.item',
    values: [...of('a', 'id', 'item', 'item.n', 'tags'), ...of('b', 'id', 'item', 'item.shop')],
  },
  {
    from: 'crates a JOIN crates b ON a.item.n = b.id',
    values: [...of('a', 'id', 'item', 'item.n'), ...of('b', 'id', 'item', 'tags', 'item.shop')],
  },
  {
    from: 'crates a LEFT JOIN (SELECT item, count(*) AS m FROM parcels GROUP BY item) b USING (item)',
    values: ['item', 'm', 'id', 'item.shop', ...of('a', 'id', 'item', 'tags'), ...of('b', 'm', 'item.n')],
  },
  { from: "crates WHERE item = {'shop': 's1', 'n': 1}", values: OWN },
  { from: 'crates WHERE item.n = 1', values: OWN },
  { from: 'crates c, unnest(c.tags) AS u(tag)', values: ['id', 'tag', 'u.tag', 'item', 'tags', 'item.n'] },
  {
    from: 'crates c, unnest(c.lines) AS item(line)',
    values: ['id', 'line.k', 'item.line.v', 'c.item.n', 'tags'],
  },
];

export const nestedSelect: fc.Arbitrary<string> = fc.gen().map((g) => {
  const choice = new Choice(g);
  const { from, values } = choice.one(RELATIONS);
  const value = () => choice.one(values);
  const order = (least = 0) => {
    const terms = choice.some(values, least, 3).map((term) => (choice.once(5) ? `${term} DESC` : term));
    return terms.length === 0 ? '' : ` ORDER BY ${terms.join(', ')}`;
  };
  const [e, f] = [value(), value()];
  switch (choice.below(11)) {
    case 0:
      return `SELECT list(${e}${order()}) AS v FROM ${from}`;
    case 1:
      return `SELECT ${f} AS g, ${choice.one(['first', 'last', 'list', 'any_value'])}(${e}${order()}) AS v FROM ${from} GROUP BY ${choice.one([f, 'g', '1'])}`;
    case 2:
      return `SELECT ${f} AS g, list(DISTINCT ${e} ORDER BY ${e}) AS v, max(${value()}) AS m FROM ${from} GROUP BY g`;
    case 3:
      return `SELECT DISTINCT ${e} AS a, ${f} AS b FROM ${from}${order(1)} LIMIT ${1 + choice.below(3)}`;
    case 4:
      return `SELECT ${e} AS a, row_number() OVER (${choice.once(3) ? `PARTITION BY ${f}` : ''}${order(1)}) AS n FROM ${from}`;
    case 5:
      return `SELECT {'a': ${e}, 'b': ${f}} AS s, count(*) AS c FROM ${from} GROUP BY s ORDER BY ${choice.one(['s', 'c', 's, c'])} LIMIT 2`;
    case 6:
      return `SELECT max(${e}) AS m, min(${f}) AS l, list_sort(list(${value()})) AS s FROM ${from}`;
    case 7:
      return `SELECT arg_max(${e}, ${choice.one([f, `(${f}, ${e})`])}) AS v, mode(${f}${order(1)}) AS o FROM ${from}`;
    case 8:
      return `SELECT DISTINCT ON (${f}) ${f} AS g, ${e} AS a FROM ${from}${order(1)}`;
    case 9:
      return `SELECT g.item AS i, (SELECT ${choice.one(['max', 'first', 'list'])}(${e}${order()}) FROM ${from}) AS v FROM crates g`;
    default:
      return limited(
        choice,
        { sql: `SELECT ${e} AS a, ${f} AS b FROM ${from}`, names: ['a', 'b'], order: [...values, 'a', 'b'] },
        3,
      ).sql;
  }
});
