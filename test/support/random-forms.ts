// Random SELECTs over values that are equal and not alike: zeros and NaN of both signs, intervals of months and days.
import fc from 'fast-check';
import { apartSelect, MONTHS } from './random-apart.ts';

const pick = <T>(items: readonly T[]) => fc.nat(items.length - 1).map((i) => items[i] as T);

/** `readings` has no key, `points` has `id`; both have these columns. */
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
  "{'b': n, 'a': x}",
  'CAST(x AS VARIANT)',
  "age(DATE '2024-01-31' + CAST(n % 2 AS INTEGER), DATE '2024-01-01')",
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
  (x) => `list_sort(list(DISTINCT ${x}))`,
  (x) => `sum(${x})`,
  (x) => `sum(DISTINCT ${x})`,
  (x) => `avg(${x})`,
  (x) => `mode(${x} ORDER BY ${x})`,
  (x) => `entropy(${x})`,
];

/** Of equal values they may make different ones. */
const TELLS: readonly ((v: string) => string)[] = [
  (v) => `CAST(${v} AS VARCHAR)`,
  (v) => `1 / ${v}`,
  (v) => `DATE '2024-02-01' + ${v}`,
  (v) => `CAST([${v}] AS VARCHAR)`,
  (v) => `signbit(${v})`,
  (v) => `pow(${v}, -1)`,
  (v) => `atan2(${v}, -1.0)`,
  (v) => `fdiv(1.0, ${v})`,
  (v) => `to_json(${v})`,
  (v) => `hash(${v})`,
  (v) => `concat(${v}, '')`,
  (v) => `array_to_string([${v}], ',')`,
  (v) => `list_sort([${v}])`,
  (v) => `list_distinct([${v}])[1]`,
  (v) => `date_part('month', ${v})`,
  (v) => `CAST(${v} AS DOUBLE)`,
  (v) => `try(1 / ${v})`,
  (v) => `${v} / 7`,
  (v) => `list_transform([${v}], lambda e: CAST(e AS VARCHAR))`,
];

/** What is made of a value that may be one of several. */
const USES: readonly ((v: string) => string)[] = [
  (v) => v,
  (v) => v,
  (v) => v,
  ...TELLS.slice(0, 4),
  (v) => `${v} * 2`,
  (v) => `round(${v}, 2)`,
  (v) => `${v} = ${v}`,
  (v) => `CAST(${v} AS DECIMAL(18, 3))`,
  (v) => `coalesce(${v}, NULL)`,
  (v) => `CASE WHEN ${v} IS NULL THEN NULL ELSE ${v} END`,
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
      `SELECT ${ofValue('a')} AS a FROM (SELECT ${x} AS a FROM ${table} ${setOperation} SELECT ${y} AS a FROM ${table})`,
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

/** Where a value that is one of several may be told from the others; `k` of `d` is such a value, and `t` is what tells it. */
const PLACES: readonly ((d: string, t: (v: string) => string, is: string) => string)[] = [
  (d, t) => `SELECT ${t('k')} AS a FROM ${d}`,
  (d, t, is) => `SELECT count(*) FILTER (WHERE ${t('k')} ${is}) AS a FROM ${d}`,
  (d, t, is) => `SELECT count(*) AS a FROM ${d} WHERE ${t('k')} ${is}`,
  (d, t, is) => `SELECT CASE WHEN ${t('k')} ${is} THEN 1 ELSE 2 END AS a FROM ${d}`,
  (d, t, is) => `SELECT p.id FROM points p JOIN ${d} ON ${t('k')} ${is}`,
  (d, t) => `SELECT p.id FROM points p JOIN ${d} ON ${t('k')} = CAST(p.x AS VARCHAR)`,
  (d, t, is) => `SELECT p.id FROM points p LEFT JOIN ${d} ON ${t('k')} ${is} OR p.label = 'l0'`,
  (d) => `SELECT summary AS a FROM summary((SELECT k FROM ${d}))`,
  (d, t) => `SELECT count(p.id) AS a FROM ${d} LEFT JOIN points p ON ${t('k')} = CAST(p.x AS VARCHAR)`,
  (d, t) => `SELECT k = 0 AS a FROM ${d} ORDER BY ${t('k')}, k = 0 LIMIT 1`,
  (d, t, is) => `SELECT count(*) OVER (PARTITION BY ${t('k')} ${is}) AS a FROM ${d}`,
  (d, t) => `SELECT ${t('u')} AS a FROM (SELECT unnest([k]) AS u FROM ${d})`,
  (d, t) => `SELECT ${t('u')} AS a FROM ${d}, unnest([k]) v(u)`,
  (d, t) => `SELECT ${t('k')} AS a FROM ${d}, range(CAST(k IS NULL AS INTEGER) + 1) r(i)`,
  (d, t) => `SELECT ${t('k')} AS a FROM (SELECT k FROM ${d} UNION ALL SELECT n FROM points)`,
  (d, t) => `SELECT ${t('k')} AS a FROM (SELECT n AS k FROM points UNION ALL SELECT k FROM ${d})`,
  (d, t) => `SELECT (SELECT count(*) FROM points p WHERE ${t('d.k')} = CAST(p.x AS VARCHAR)) AS a FROM ${d}`,
  (d, t) =>
    `SELECT (SELECT max(${t('d.k')}) FROM points p WHERE p.x = (SELECT min(q.x) FROM points q WHERE q.x >= p.clean) AND p.label <> CAST(d.k IS NULL AS VARCHAR)) AS a FROM ${d}`,
  (d, t) =>
    `WITH RECURSIVE r AS (SELECT k, 0 AS i FROM ${d} UNION SELECT k, i + 1 FROM r WHERE i < 1) SELECT ${t('k')} AS a FROM r`,
  (d, t) =>
    `WITH RECURSIVE r AS (SELECT k, 0 AS i FROM ${d} UNION ALL SELECT k, i + 1 FROM r WHERE i < 1 AND ${t('k')} < '0') SELECT count(*) AS a FROM r`,
  (d, t) => `SELECT lag(n, 1, ${t('k')}) OVER (ORDER BY id) AS a FROM points, ${d}`,
  (d, t) => `SELECT ${t('k')} IN (SELECT CAST(x AS VARCHAR) FROM points) AS a FROM ${d}`,
];

const told = fc
  .tuple(
    value,
    pick(TELLS),
    pick(["< '0'", "< '2'", "< 'g'", '< 0', 'IS NULL']),
    pick(PLACES),
    pick(['DISTINCT', 'GROUP', 'UNION', 'EXCEPT', 'x']),
  )
  .map(([x, tell, is, place, source]) => {
    const sources: Record<string, string> = {
      DISTINCT: `(SELECT DISTINCT ${x} AS k FROM readings) d`,
      GROUP: `(SELECT ${x} AS k, count(*) AS c FROM readings GROUP BY k) d`,
      UNION: `(SELECT ${x} AS k FROM readings UNION SELECT ${x} AS k FROM points) d`,
      EXCEPT: `(SELECT ${x} AS k FROM readings EXCEPT SELECT NULL) d`,
      x: `(SELECT DISTINCT CASE WHEN id > 0 THEN ${x} ELSE ${x} END AS k FROM points) d`,
    };
    return place(sources[source] ?? '', tell, is);
  });

/** Of results that differ although they are equal, one is taken. */
const distinctResults = fc
  .tuple(value, value, pick(AGGREGATES), pick(TELLS), use, fc.nat(7))
  .map(([x, y, aggregate, tell, ofValue, shape]) => {
    const shapes = [
      `WITH RECURSIVE r AS (SELECT ${x} AS k, 0 AS i FROM points WHERE id = 1 UNION ALL SELECT DISTINCT ${x}, i + 1 FROM r, points p WHERE i < 1) SELECT ${tell('k')} AS a FROM r`,
      `WITH RECURSIVE r AS (SELECT ${x} AS k, 0 AS i FROM points WHERE id = 1 UNION ALL SELECT DISTINCT ${x}, i + 1 FROM r, points p WHERE i < 2 AND (i = 0 OR ${tell('k')} < '0')) SELECT count(*) AS a FROM r`,
      `SELECT DISTINCT ${aggregate(x, y)} AS a FROM points GROUP BY id`,
      `SELECT DISTINCT ${tell(x)} AS a FROM readings`,
      `SELECT ${ofValue(aggregate('k', 'k'))} AS a FROM (SELECT DISTINCT ${x} AS k FROM readings)`,
      `WITH RECURSIVE r AS (SELECT ${x} AS k, 0 AS i FROM points UNION SELECT k, i + 1 FROM r WHERE i < 1) SELECT ${tell('k')} AS a FROM r`,
      `SELECT DISTINCT a FROM (SELECT unnest([${x}, ${y}]) AS a FROM readings)`,
      `SELECT DISTINCT v FROM points, (FROM repeat(CAST(0 AS DOUBLE), 1) UNION ALL FROM repeat(CAST('-0' AS DOUBLE), 1)) u(v)`,
    ];
    return shapes[shape] ?? '';
  });

/** Many do not bind, as values are chosen blindly: the engine says which. */
export const formsSelect: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: grouped },
  { weight: 2, arbitrary: unique },
  { weight: 3, arbitrary: ordered },
  { weight: 1, arbitrary: correlated },
  { weight: 6, arbitrary: told },
  { weight: 3, arbitrary: distinctResults },
  { weight: 3, arbitrary: apartSelect },
);
