import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { engineFunctions } from '../../lib/definitions/parse-select.ts';
import { orderProblems } from '../../lib/sql/determinism.ts';
import { literal } from '../../lib/sql/quoting.ts';

let engine: Awaited<ReturnType<typeof openDuckDb>>;
let aggregates: ReadonlySet<string>;
beforeAll(async () => {
  engine = await openDuckDb({ threads: 1 });
  ({ aggregates } = await engine.session(engineFunctions));
});
afterAll(() => engine.close());

/** `sales` is partitioned by day and has no key, `people` has one, `totals` has one of two columns. */
const tables = new Map([
  ['sales', { columns: ['day', 'id', 'customer', 'amount'], key: undefined, constants: ['day'] }],
  ['people', { columns: ['customer', 'city'], key: ['customer'] }],
  ['totals', { columns: ['day', 'customer', 'amount'], key: ['day', 'customer'] }],
]);

async function problems(sql: string): Promise<string[]> {
  const [row] = await engine.session((session) =>
    session.rows<{ tree: string }>(`SELECT json_serialize_sql(${literal(sql)}) AS tree`),
  );
  const tree = JSON.parse(row?.tree ?? '') as { error: boolean; statements: unknown[] };
  expect(tree.error, row?.tree).toBe(false);
  return orderProblems(tree.statements, { tables, aggregates }).map(({ problem }) => problem);
}

/** The answer over tables of many ties, whose rows come one way or the other way round. */
async function answer(sql: string, way: 'ASC' | 'DESC'): Promise<string[]> {
  return engine.session(async (session) => {
    const create = (name: string, select: string) =>
      session.run(`CREATE TEMP TABLE ${name} AS SELECT * FROM (${select}) ORDER BY ALL ${way}`);
    await create(
      'sales',
      `SELECT DATE '2024-01-01' AS day, i % 5 AS id, 'c' || i % 3 AS customer, CAST(i % 4 AS DECIMAL(9, 2)) AS amount
       FROM range(300) r(i)`,
    );
    await create('people', `SELECT 'c' || i AS customer, 'city' || i % 2 AS city FROM range(6) r(i)`);
    await create(
      'totals',
      `SELECT DATE '2024-01-01' - CAST(d AS INTEGER) AS day, 'c' || i AS customer, CAST(i % 2 AS DECIMAL(9, 2)) AS amount
       FROM range(3) r(i), range(4) s(d)`,
    );
    const rows = await session.rows(sql);
    return rows.map((row) => JSON.stringify(row)).sort();
  });
}

describe('what does not depend on the order of the rows', () => {
  it.each([
    'SELECT day, customer, sum(amount) AS a, count(*) AS n, median(amount) AS m FROM sales GROUP BY ALL',
    'SELECT DISTINCT customer FROM sales ORDER BY customer',
    'SELECT day, count(DISTINCT id), quantile_disc(amount, 0.5), avg(amount), max(amount, 3) FROM sales GROUP BY day',
    // LIMIT
    'SELECT id, customer FROM sales ORDER BY ALL LIMIT 3',
    'SELECT id, customer FROM sales ORDER BY 2, id LIMIT 3',
    'SELECT id, lower(customer) AS name FROM sales ORDER BY name, id LIMIT 3 OFFSET 2',
    'SELECT id, customer, amount * 2 AS twice, 7 AS seven FROM sales ORDER BY amount DESC, id, customer LIMIT 3',
    'SELECT day, id FROM sales ORDER BY id LIMIT 3',
    'SELECT sales.id FROM sales ORDER BY id LIMIT 3',
    'SELECT city, customer FROM people ORDER BY city, customer LIMIT 3',
    'SELECT city FROM people ORDER BY customer LIMIT 3',
    'SELECT DISTINCT city, upper(city) AS c FROM people ORDER BY city LIMIT 1',
    'SELECT * FROM people ORDER BY customer LIMIT 3',
    'SELECT amount FROM totals ORDER BY day, customer LIMIT 3',
    'SELECT customer, sum(amount) AS a, count(*) AS n FROM sales GROUP BY customer ORDER BY a DESC, customer LIMIT 3',
    'SELECT lower(customer) AS c, sum(amount) AS a FROM sales GROUP BY 1 ORDER BY a, c LIMIT 3',
    'SELECT day, customer, sum(amount) AS a FROM sales GROUP BY day, customer ORDER BY a, customer LIMIT 3',
    'FROM people UNION ALL FROM people ORDER BY ALL LIMIT 3',
    'SELECT DISTINCT ON (customer) customer, id, amount FROM sales ORDER BY customer, amount DESC, id',
    'SELECT t.amount FROM totals t JOIN people p ON p.customer = t.customer ORDER BY t.amount, t.day, t.customer, p.customer LIMIT 3',
    'SELECT amount, city FROM totals LEFT JOIN people USING (customer) ORDER BY amount, day, customer LIMIT 3',
    'WITH top AS (SELECT customer, sum(amount) AS a FROM sales GROUP BY customer) SELECT a FROM top ORDER BY a, customer LIMIT 3',
    'SELECT x FROM (SELECT DISTINCT customer AS x FROM sales) ORDER BY x LIMIT 1',
    // one row
    'SELECT sum(amount) AS a, count(*) AS n FROM sales LIMIT 100',
    'SELECT max(id) AS m FROM sales HAVING count(*) > 1 ORDER BY m LIMIT 1',
    'SELECT 1 AS one LIMIT 1',
    'SELECT a.n, b.m FROM (SELECT count(*) AS n FROM sales) a, (SELECT max(id) AS m FROM sales) b LIMIT 100',
    'SELECT a.n / b.n AS share FROM (SELECT count(*) AS n FROM sales) a, (SELECT count(*) AS n FROM totals) b ORDER BY share LIMIT 100',
    'SELECT city, n FROM people, (SELECT count(*) AS n FROM sales) ORDER BY customer LIMIT 3',
    'SELECT city, last.id FROM people, (SELECT id FROM sales ORDER BY ALL LIMIT 1) last ORDER BY customer LIMIT 3',
    'WITH least AS (SELECT min(amount) AS a FROM totals) SELECT a, list(a) AS l FROM least GROUP BY a LIMIT 3',
    'SELECT day, sum(amount) AS a FROM sales GROUP BY day LIMIT 1',
    'SELECT count(*) AS n, row_number() OVER () AS r FROM sales',
    'SELECT id, amount, (SELECT sum(amount) FROM totals) AS s FROM sales ORDER BY id, amount LIMIT 3',
    'SELECT id, (SELECT max(t.amount) FROM totals t WHERE t.customer = s.customer) AS m FROM sales s ORDER BY id, s.customer LIMIT 3',
    'SELECT customer FROM people p WHERE EXISTS (SELECT 1 FROM sales s WHERE s.customer = p.customer LIMIT 1)',
    'SELECT customer FROM people p WHERE NOT EXISTS (FROM sales UNION ALL FROM sales LIMIT 1)',
    'SELECT city, row_number() OVER (ORDER BY city, customer) AS n FROM people ORDER BY customer LIMIT 2',
    // windows
    'SELECT id, rank() OVER (ORDER BY amount) AS r, dense_rank() OVER (ORDER BY id) AS d FROM sales',
    'SELECT id, sum(amount) OVER (PARTITION BY customer) AS s, sum(amount) OVER (ORDER BY id) AS t FROM sales',
    'SELECT day, id, customer, amount, row_number() OVER (ORDER BY amount DESC, id, customer) AS place FROM sales QUALIFY place <= 2',
    'SELECT customer, amount FROM sales QUALIFY row_number() OVER (PARTITION BY customer ORDER BY amount DESC) = 1',
    'SELECT * FROM sales QUALIFY row_number() OVER (PARTITION BY customer ORDER BY amount, id) = 1',
    'SELECT city, row_number() OVER (ORDER BY city, customer) AS n, lag(city) OVER (ORDER BY customer) AS before FROM people',
    'SELECT city, sum(length(city)) OVER (ORDER BY customer ROWS 2 PRECEDING) AS s FROM people',
    'SELECT customer, sum(amount) AS a, row_number() OVER (ORDER BY sum(amount) DESC, customer) AS n FROM sales GROUP BY customer',
    'SELECT customer, sum(amount) AS a, row_number() OVER (ORDER BY a DESC, customer) AS n FROM sales GROUP BY customer HAVING a > 1',
    "SELECT * FROM (PIVOT sales ON customer IN ('c1') USING sum(amount) GROUP BY id)",
    'SELECT [x + id for x in [1, 2]] AS l FROM sales',
    'SELECT id, first_value(amount) OVER (PARTITION BY id ORDER BY amount) AS least FROM sales',
    'WITH t AS (SELECT customer, sum(amount) AS a FROM sales GROUP BY customer) SELECT *, row_number() OVER (ORDER BY a, customer) AS n FROM t',
    // aggregates that keep an order
    "SELECT day, string_agg(customer, ', ' ORDER BY customer) AS names FROM sales GROUP BY day",
    "SELECT string_agg(DISTINCT customer, ', ' ORDER BY customer) AS names FROM sales",
    'SELECT to_json(list(city ORDER BY customer)) AS cities FROM people',
    'SELECT customer, any_value(customer) AS c, first(amount ORDER BY amount) AS a FROM sales GROUP BY customer',
    'SELECT arg_max(id, (amount, id)) AS a, max_by(customer, {a: amount, c: customer}) AS b FROM sales',
    'SELECT arg_min(city, customer) AS c FROM people',
    'SELECT to_json(list(customer ORDER BY customer)) AS c, list_sort(array_agg(id)) AS i FROM sales',
    "SELECT array_to_string(list(customer ORDER BY customer DESC), ',') AS c FROM sales GROUP BY day",
    "SELECT list_aggregate(list(id ORDER BY id NULLS LAST), 'sum') AS s, list(id ORDER BY id)[1] AS f FROM sales",
    'SELECT array_sort(list_distinct(list(customer))) AS c, list(lower(customer) ORDER BY lower(customer)) AS l FROM sales',
    'SELECT customer FROM sales GROUP BY customer HAVING len(list(id ORDER BY id)) > 2',
    // joins
    'SELECT s.id, p.city FROM sales s ASOF JOIN people p ON s.customer >= p.customer',
    'SELECT s.id, t.amount FROM sales s ASOF LEFT JOIN totals t ON s.customer = t.customer AND s.day >= t.day',
    'SELECT s.id FROM sales s ASOF JOIN totals t USING (customer, day)',
    'WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT n FROM t, sales',
  ])('%s', async (sql) => {
    expect(await problems(sql)).toEqual([]);
    expect(await answer(sql, 'ASC')).toEqual(await answer(sql, 'DESC'));
  });
});

describe('what does is refused', () => {
  it.each([
    ['SELECT id FROM sales LIMIT 3', 'LIMIT without ORDER BY takes arbitrary rows: add ORDER BY ALL'],
    ['SELECT id FROM sales OFFSET 3', 'OFFSET without ORDER BY'],
    ['SELECT unnest([1, 2]) AS u, count(*) AS n FROM sales LIMIT 1', 'LIMIT without ORDER BY'],
    [
      'SELECT sum(amount) AS a FROM sales GROUP BY GROUPING SETS ((), (customer)) LIMIT 1',
      'LIMIT without ORDER BY',
    ],
    ['SELECT sum(amount) AS a FROM sales GROUP BY GROUPING SETS ((), ()) LIMIT 1', 'LIMIT without ORDER BY'],
    ['SELECT count(*) OVER () AS n, id FROM sales LIMIT 1', 'LIMIT without ORDER BY'],
    ['SELECT id FROM sales, (SELECT count(*) AS n FROM people) LIMIT 1', 'LIMIT without ORDER BY'],
    [
      'SELECT a.n, b.m FROM (SELECT count(*) AS n FROM sales) a FULL JOIN (SELECT max(id) AS m FROM sales) b ON false LIMIT 1',
      'LIMIT without ORDER BY',
    ],
    ['SELECT a.id FROM (SELECT id FROM sales ORDER BY ALL LIMIT 2) a LIMIT 1', 'LIMIT without ORDER BY'],
    // An aggregate of nothing but a surrounding query's columns takes the rows of that one.
    [
      'SELECT (SELECT sum(s.amount) + t.amount FROM totals t LIMIT 1) AS a FROM sales s',
      'LIMIT without ORDER BY',
    ],
    [
      "SELECT (SELECT first(s.id) FROM people p WHERE p.customer = 'c1' GROUP BY p.customer) AS a FROM sales s",
      'first()',
    ],
    ['SELECT (SELECT list(s.id) FROM (SELECT count(*) AS n FROM people) one) AS a FROM sales s', 'list()'],
    ['SELECT customer IN (SELECT customer FROM totals LIMIT 1) AS a FROM people', 'LIMIT without ORDER BY'],
    [
      'SELECT EXISTS (SELECT 1 FROM (SELECT id FROM sales LIMIT 1) WHERE id > 2) AS a FROM people',
      'LIMIT without ORDER BY',
    ],
    [
      'SELECT id, (SELECT max(amount) FROM totals WHERE customer = s.customer) AS m FROM sales s ORDER BY id LIMIT 1',
      '(add m)',
    ],
    [
      'SELECT row_number() OVER (ORDER BY city) AS n FROM people ORDER BY customer LIMIT 2',
      'also order by customer',
    ],
    [
      'SELECT DISTINCT ON (customer) row_number() OVER (ORDER BY city) AS n FROM people ORDER BY customer',
      'also order by customer',
    ],
    ['SELECT id FROM sales LIMIT 10%', 'LIMIT without ORDER BY'],
    [
      'SELECT id, customer, amount FROM sales ORDER BY amount DESC LIMIT 3',
      'order by everything that the SELECT returns (add id, customer)',
    ],
    ["SELECT id, customer FROM sales ORDER BY COLUMNS('id') LIMIT 3", '(add id, customer)'],
    ['SELECT id AS customer, amount FROM sales ORDER BY customer LIMIT 3', '(add amount)'],
    ['SELECT customer, lower(customer) AS id FROM sales ORDER BY id LIMIT 1', '(add customer)'],
    ['SELECT * FROM sales ORDER BY id LIMIT 3', '(add the columns of *)'],
    ['SELECT id, amount FROM sales ORDER BY lower(customer), id LIMIT 3', '(add amount)'],
    ['SELECT customer, amount FROM totals ORDER BY customer LIMIT 3', '(add amount)'],
    ['SELECT customer, unnest([1, 2]) AS n FROM people ORDER BY customer LIMIT 3', '(add n)'],
    ['SELECT customer, sum(amount) AS a FROM sales GROUP BY customer ORDER BY a LIMIT 3', '(add customer)'],
    [
      'SELECT customer, sum(amount) AS a FROM sales GROUP BY ROLLUP (customer) ORDER BY customer LIMIT 3',
      '(add a)',
    ],
    [
      'SELECT t.amount FROM totals t JOIN people p ON true ORDER BY t.day, t.customer LIMIT 3',
      '(add t.amount)',
    ],
    ['SELECT s.id FROM sales s JOIN people p USING (customer) ORDER BY s.amount LIMIT 3', '(add s.id)'],
    [
      'SELECT id, (SELECT max(t.amount) FROM totals t WHERE t.customer = s.customer) AS m FROM sales s ORDER BY id LIMIT 1',
      '(add m)',
    ],
    ['SELECT (SELECT id FROM sales ORDER BY amount LIMIT 1) AS x FROM people', '(add id)'],
    ['SELECT * FROM (SELECT id FROM sales LIMIT 2)', 'LIMIT without ORDER BY'],
    ['WITH t AS (SELECT id, amount FROM sales ORDER BY id LIMIT 2) FROM t', '(add amount)'],
    ['FROM people UNION FROM people ORDER BY customer LIMIT 3', 'write ORDER BY ALL'],
    ['FROM people EXCEPT FROM people LIMIT 3', 'LIMIT after UNION, EXCEPT or INTERSECT'],
    ['SELECT DISTINCT ON (customer) customer, id FROM sales', 'DISTINCT ON without ORDER BY'],
    [
      'SELECT DISTINCT city FROM people ORDER BY customer LIMIT 1',
      'LIMIT of a SELECT DISTINCT takes arbitrary rows',
    ],
    [
      'SELECT DISTINCT upper(city) AS c FROM people ORDER BY city LIMIT 1',
      'LIMIT of a SELECT DISTINCT takes arbitrary rows',
    ],
    ['SELECT DISTINCT ON (customer) customer, id FROM sales ORDER BY customer', '(add id)'],
    [
      'WITH RECURSIVE people AS (SELECT 1 AS customer, 2 AS city UNION ALL SELECT (SELECT city FROM people ORDER BY customer LIMIT 1), 1 FROM people) FROM people',
      '(add city)',
    ],
    [
      'SELECT id, row_number() OVER () AS n FROM sales',
      'row_number() OVER (…) is not deterministic where rows tie in its ORDER BY: also order by id',
    ],
    ['SELECT id, row_number() OVER (ORDER BY 1) AS n FROM sales', 'also order by id'],
    ['SELECT id, amount, row_number() OVER (ORDER BY id) AS n FROM sales', 'also order by amount'],
    ['SELECT id FROM sales QUALIFY ntile(4) OVER (ORDER BY amount) = 1', 'ntile() OVER (…)'],
    ['SELECT id, lag(amount) OVER (ORDER BY id) AS before FROM sales', 'also order by amount'],
    ['SELECT id, first_value(amount) OVER (ORDER BY id) AS f FROM sales', 'also order by amount'],
    [
      'SELECT id, sum(amount) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) AS s FROM sales',
      'also order by amount',
    ],
    ['SELECT id, string_agg(customer) OVER (PARTITION BY id) AS s FROM sales', 'string_agg() OVER (…)'],
    [
      'SELECT * FROM sales QUALIFY row_number() OVER (PARTITION BY customer ORDER BY amount) = 1',
      'also order by id',
    ],
    [
      'SELECT customer, row_number() OVER (ORDER BY customer, amount) AS a, row_number() OVER (ORDER BY amount, customer) AS b, amount FROM sales',
      'a key of the table',
    ],
    [
      'SELECT customer, row_number() OVER (ORDER BY sum(amount)) AS n FROM sales GROUP BY customer',
      'also order by customer',
    ],
    [
      'SELECT customer, row_number() OVER (ORDER BY sum(amount)) AS n FROM sales GROUP BY ALL',
      'listed explicitly in GROUP BY',
    ],
    [
      'SELECT id, row_number() OVER (ORDER BY id) AS n, (SELECT max(t.day) FROM totals t WHERE t.customer = s.customer) AS d FROM sales s',
      'also order by a subquery',
    ],
    [
      'SELECT mode() WITHIN GROUP (ORDER BY amount) AS m FROM sales',
      'mode() takes an arbitrary one of the equally frequent values',
    ],
    ['SELECT id, mode(amount) OVER (PARTITION BY id) AS m FROM sales', 'mode()'],
    [
      "SELECT string_agg(customer, ',') AS s FROM sales",
      "string_agg() processes the rows in an arbitrary order: write string_agg(x, ',' ORDER BY x)",
    ],
    ["SELECT string_agg(customer, ',' ORDER BY id) AS s FROM sales", 'string_agg()'],
    [
      'SELECT list(DISTINCT customer) AS s FROM sales',
      'list() processes the rows in an arbitrary order: write list(x ORDER BY x)',
    ],
    [
      'SELECT list_distinct(list(customer)) AS s FROM sales',
      'list() processes the rows in an arbitrary order',
    ],
    ['SELECT list_sort(list_transform(list(id), lambda x: -x)) AS s FROM sales', 'list() processes the rows'],
    [
      'SELECT list_sort(list(id), max(customer)) AS s FROM sales',
      'list() processes the rows in an arbitrary order',
    ],
    ['SELECT list_reverse(list(id)) AS s FROM sales', 'list() processes the rows in an arbitrary order'],
    [
      'SELECT first(customer) AS s FROM sales',
      'first() takes an arbitrary row: write min(x), max(x) or first(x ORDER BY x)',
    ],
    ['SELECT any_value(city) AS c FROM people', 'any_value() takes an arbitrary row'],
    [
      'SELECT arg_max(id, amount) AS a FROM sales',
      'arg_max(x, y) takes an arbitrary one of the rows that tie in y: write arg_max(x, (y, x))',
    ],
    ['SELECT stddev(amount) AS s FROM sales', 'stddev() adds binary floating point numbers'],
    ['SELECT corr(id, amount) AS s FROM sales', 'corr() adds'],
    ['SELECT geomean(amount) AS s FROM sales', 'geomean() adds'],
    ['SELECT product(amount) OVER (PARTITION BY id) AS s FROM sales', 'product() adds'],
    [
      'SELECT json_group_array(id) AS s FROM sales',
      'json_group_array() processes the rows in an arbitrary order',
    ],
    ['SELECT approx_top_k(id, 3) AS s FROM sales', 'approx_top_k() is not known to give the same result'],
    [
      "SELECT * FROM (PIVOT sales ON customer IN ('c1') USING first(amount) GROUP BY id)",
      'first() takes an arbitrary row',
    ],
    [
      'SELECT ARRAY(SELECT customer FROM sales) AS c FROM people',
      'array_agg() processes the rows in an arbitrary order',
    ],
    ['SELECT #2 AS c FROM sales ORDER BY #2 LIMIT 1', '#2 refers to a column by position: write its name'],
    [
      'WITH t AS (SELECT customer, unnest([1, 2]) AS n FROM sales GROUP BY customer) SELECT n FROM t ORDER BY customer LIMIT 1',
      '(add n)',
    ],
    ['SELECT row_number() OVER w AS n, id FROM sales WINDOW w AS (ORDER BY customer)', 'also order by id'],
    ['SELECT id FROM sales GROUP BY id HAVING first(customer) = 1', 'first() takes an arbitrary row'],
    ['SELECT customer COLLATE NOCASE AS c FROM sales', 'COLLATE makes different texts equal'],
    [
      'SELECT s.id, t.amount FROM sales s ASOF JOIN totals t ON s.day >= t.day',
      'an ASOF JOIN takes an arbitrary one of the tied rows',
    ],
    [
      'SELECT s.id FROM people p ASOF JOIN sales s ON p.customer >= s.customer',
      'an ASOF JOIN takes an arbitrary one',
    ],
    ['SELECT a.id FROM sales a POSITIONAL JOIN people b', 'a POSITIONAL JOIN pairs rows by their order'],
    [
      'WITH RECURSIVE t(n, m) USING KEY (n) AS (SELECT 1, 2 UNION SELECT n, m + 1 FROM t WHERE m < 5) FROM t',
      'USING KEY keeps an arbitrary one of several rows',
    ],
  ])('%s', async (sql, problem) => {
    const found = await problems(sql);
    expect(found.join('\n')).toContain(problem);
  });
});
