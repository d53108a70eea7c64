// Random SELECTs over values that are equal and not alike: zeros and NaN of both signs, intervals of months and days.
import fc from 'fast-check';

const pick = <T>(items: readonly T[]) => fc.nat(items.length - 1).map((i) => items[i] as T);

/** `readings` has no key, `points` has `id`; both have these columns. */
const MONTHS = "(CASE WHEN n % 2 = 0 THEN INTERVAL '1 month' ELSE INTERVAL '30 days' END)";
const VALUES = [
  'x',
  'x',
  'clean',
  'd / 10',
  'd / n',
  'round(d / 10)',
  '-x',
  'x * 2',
  'x + CAST(0 AS DOUBLE)',
  'clean - clean',
  'abs(x)',
  'CAST(d AS DOUBLE)',
  'CAST(x AS FLOAT)',
  'coalesce(x, clean)',
  MONTHS,
  `to_months(CAST(n AS INTEGER)) + to_days(CAST(30 * (3 - n) AS INTEGER))`,
  `(${MONTHS} + INTERVAL '1 hour')`,
  '[x, 1]',
  "{'a': d / 10, 'b': 1}",
  'd',
  'label',
  'CAST(x AS VARCHAR)',
  'n',
];

const AGGREGATES: readonly ((x: string, y: string) => string)[] = [
  (x) => `max(${x})`,
  (x) => `min(${x})`,
  (x) => `median(${x})`,
  (x) => `quantile_disc(${x}, 0.5)`,
  (x) => `quantile_cont(${x}, 0.5)`,
  (x) => `mad(${x})`,
  (x, y) => `first(${x} ORDER BY ${y}, ${x})`,
  (x, y) => `any_value(${x} ORDER BY ${y})`,
  (x, y) => `arg_max(${x}, (${y}, ${x}))`,
  (x) => `arg_min(id, (${x}, id))`,
  (x) => `string_agg(CAST(${x} AS VARCHAR), ',' ORDER BY ${x})`,
  (x) => `string_agg(label, ',' ORDER BY ${x}, label)`,
  (x) => `list(${x} ORDER BY ${x})`,
  (x) => `list_sort(list_distinct(list(${x})))`,
  (x, y) => `list(${x} ORDER BY ${y}, id)`,
  (x) => `count(DISTINCT ${x})`,
  (x) => `histogram(${x})`,
  (x) => `max(CAST(${x} AS VARCHAR))`,
  (x) => `avg(CAST(round(${x}) AS DECIMAL(18, 2)))`,
  (x) => `list(DISTINCT ${x} ORDER BY ${x})`,
];

/** What is made of a value that may be one of several. */
const USES: readonly ((v: string) => string)[] = [
  (v) => v,
  (v) => v,
  (v) => v,
  (v) => `CAST(${v} AS VARCHAR)`,
  (v) => `1 / ${v}`,
  (v) => `${v} * 2`,
  (v) => `round(${v}, 2)`,
  (v) => `${v} = ${v}`,
  (v) => `CAST(${v} AS DECIMAL(18, 3))`,
  (v) => `coalesce(${v}, NULL)`,
  (v) => `CASE WHEN ${v} IS NULL THEN NULL ELSE ${v} END`,
  (v) => `CAST([${v}] AS VARCHAR)`,
  (v) => `DATE '2024-02-01' + ${v}`,
];

const WINDOWS: readonly ((x: string, y: string) => string)[] = [
  (x) => `rank() OVER (ORDER BY ${x})`,
  (x) => `row_number() OVER (ORDER BY ${x})`,
  (x) => `row_number() OVER (ORDER BY ${x}, id)`,
  (x, y) => `first_value(${x}) OVER (PARTITION BY ${y} ORDER BY ${x})`,
  (x, y) => `max(${x}) OVER (PARTITION BY ${y})`,
  (x, y) => `lag(${x}) OVER (PARTITION BY label ORDER BY ${y}, id)`,
  (x, y) => `count(*) OVER (PARTITION BY ${x}, ${y})`,
];

const TABLE = pick(['readings', 'points']);
const value = pick(VALUES);
const use = pick(USES);

const grouped = fc
  .tuple(TABLE, value, value, value, pick(AGGREGATES), use, use, fc.boolean())
  .map(([table, key, x, y, aggregate, ofKey, ofResult, isAll]) => {
    const items = [`${ofKey('k')} AS a`, `${ofResult(aggregate(x, y))} AS b`];
    return isAll
      ? `SELECT ${key} AS a, ${ofResult(aggregate(x, y))} AS b FROM ${table} GROUP BY ALL`
      : `SELECT ${items.join(', ')} FROM (SELECT *, ${key} AS k FROM ${table}) GROUP BY k`;
  });

const unique = fc
  .tuple(
    TABLE,
    value,
    value,
    use,
    pick(['UNION', 'UNION ALL', 'EXCEPT', 'INTERSECT', 'EXCEPT ALL']),
    fc.nat(5),
  )
  .map(([table, x, y, ofValue, setOperation, shape]) => {
    const shapes = [
      `SELECT DISTINCT ${x} AS a, ${y} AS b FROM ${table}`,
      `SELECT ${ofValue('a')} AS a FROM (SELECT DISTINCT ${x} AS a FROM ${table})`,
      `SELECT ${ofValue('a')} AS a FROM (SELECT ${x} AS a FROM ${table} ${setOperation} SELECT ${x} AS a FROM ${table})`,
      `SELECT DISTINCT ON (a) ${x} AS a, ${y} AS b FROM ${table} ORDER BY a, b`,
      `SELECT DISTINCT ON (a) ${x} AS a, ${y} AS b, ${x} AS c FROM points ORDER BY label, id`,
      `WITH c AS (SELECT DISTINCT ${x} AS a FROM ${table}) SELECT ${ofValue('c.a')} AS a FROM c, c AS o WHERE c.a = o.a`,
    ];
    return shapes[shape] ?? '';
  });

const ordered = fc
  .tuple(TABLE, value, value, pick(['', ', id', ', ALL']), pick(WINDOWS), use, fc.nat(4))
  .map(([table, x, y, more, window, ofValue, shape]) => {
    const shapes = [
      `SELECT ${x} AS a, ${y} AS b FROM ${table} ORDER BY ${more === ', ALL' ? 'ALL' : `a${more}`} LIMIT 3`,
      `SELECT ${x} AS a, label FROM ${table} ORDER BY label, a${more === ', id' ? more : ''} LIMIT 4`,
      `SELECT ${window(x, y)} AS w, ${x} AS a FROM ${table}`,
      `SELECT ${ofValue('w')} AS w FROM (SELECT ${window(x, y)} AS w FROM ${table})`,
      `SELECT ${x} AS a FROM ${table} UNION ALL SELECT ${x} FROM ${table} ORDER BY ALL LIMIT 3`,
    ];
    return shapes[shape] ?? '';
  });

const correlated = fc.tuple(TABLE, value, pick(AGGREGATES), use).map(
  ([table, x, aggregate, ofValue]) =>
    `SELECT o.k AS a, (SELECT ${ofValue('o.k')}) AS b, (SELECT ${aggregate('p.x', 'p.id')} FROM points p WHERE p.x = o.x) AS c
       FROM (SELECT *, ${x} AS k FROM ${table}) AS o`,
);

/** Many do not bind, as values are chosen blindly: the engine says which. */
export const formsSelect: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: grouped },
  { weight: 2, arbitrary: unique },
  { weight: 3, arbitrary: ordered },
  { weight: 1, arbitrary: correlated },
);
