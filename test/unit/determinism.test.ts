// SQL whose answer does not depend on the order of the rows is accepted, and its answer does not.
import { describe, expect, it } from 'vitest';
import { engine, problems, useEngine } from '../support/order-of-rows.ts';

useEngine(1);

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
    'SELECT p.city FROM people p JOIN totals t USING (customer) ORDER BY COLUMNS(p.*) LIMIT 2',
    'SELECT customer, * EXCLUDE (customer) FROM people ORDER BY 1 LIMIT 2',
    'SELECT id, unnest([amount, 1]) AS u FROM sales ORDER BY 1, 2 LIMIT 2',
    'SELECT DISTINCT unnest([amount, 1]) AS u FROM sales',
    "SELECT DISTINCT a, b FROM (SELECT unnest({'a': customer, 'b': id}) FROM sales)",
    'SELECT day, count(DISTINCT id), quantile_disc(amount, 0.5), avg(amount), max(amount, 3) FROM sales GROUP BY day',
    'SELECT customer, mode(amount ORDER BY amount) AS a, mode(id ORDER BY id DESC) AS b FROM sales GROUP BY customer',
    'SELECT mode() WITHIN GROUP (ORDER BY amount) AS m FROM sales',
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
    'SELECT customer, sum(amount) AS a, count(*) AS n FROM sales GROUP BY ALL ORDER BY a DESC, customer LIMIT 3',
    'SELECT amount FROM sales QUALIFY row_number() OVER (PARTITION BY customer ORDER BY amount, id) = 1 ORDER BY customer LIMIT 2',
    'SELECT amount FROM (SELECT customer, amount, row_number() OVER (PARTITION BY customer ORDER BY amount, id) AS n FROM sales) WHERE n = 1 ORDER BY customer LIMIT 2',
    'SELECT lower(customer) AS c, sum(amount) AS a FROM sales GROUP BY 1 ORDER BY a, c LIMIT 3',
    'SELECT day, customer, sum(amount) AS a FROM sales GROUP BY day, customer ORDER BY a, customer LIMIT 3',
    'FROM people UNION ALL FROM people ORDER BY ALL LIMIT 3',
    'SELECT DISTINCT ON (customer) customer, id, amount FROM sales ORDER BY customer, amount DESC, id',
    'SELECT t.amount FROM totals t JOIN people p ON p.customer = t.customer ORDER BY t.amount, t.day, t.customer, p.customer LIMIT 3',
    'SELECT t.amount FROM totals t JOIN people p ON true ORDER BY t.day, t.customer LIMIT 3',
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
    'SELECT id, max(amount, id + 1) AS m, histogram(amount, [1, id]) AS h FROM sales GROUP BY id',
    'SELECT id, max(amount, 2) OVER (PARTITION BY customer) AS m, min(amount, id + 1) OVER (PARTITION BY id) AS n FROM sales',
    'SELECT arg_max(id, (amount, id)) AS a, max_by(customer, {a: amount, c: customer}) AS b FROM sales',
    'SELECT arg_min(city, customer) AS c FROM people',
    'SELECT to_json(list(customer ORDER BY customer)) AS c, list_sort(array_agg(id)) AS i FROM sales',
    "SELECT array_to_string(list(customer ORDER BY customer DESC), ',') AS c FROM sales GROUP BY day",
    "SELECT list_aggregate(list(id ORDER BY id NULLS LAST), 'sum') AS s, list(id ORDER BY id)[1] AS f FROM sales",
    'SELECT array_sort(list_distinct(list(customer))) AS c, list(lower(customer) ORDER BY lower(customer)) AS l FROM sales',
    'SELECT customer FROM sales GROUP BY customer HAVING len(list(id ORDER BY id)) > 2',
    'SELECT customer, len(list(id)) AS n, list_unique(array_agg(amount)) AS u FROM sales GROUP BY customer',
    "SELECT list_contains(list_distinct(list(customer)), 'c1') AS c FROM sales",
    "SELECT array_to_string(list(DISTINCT customer ORDER BY customer DESC), ',') AS c FROM sales",
    'SELECT CAST(array_agg(DISTINCT id ORDER BY id) AS VARCHAR) AS i FROM sales',
    'SELECT customer, any_value(city) AS c, sum(length(city)) AS s FROM people GROUP BY customer',
    'SELECT t.customer, any_value(p.city) AS c FROM totals t JOIN people p ON p.customer = t.customer GROUP BY t.customer',
    'SELECT t.customer, any_value(p.city) AS c FROM totals t LEFT JOIN people p ON p.customer = t.customer GROUP BY t.customer',
    // keys decide columns
    'SELECT t.day, p.customer, p.city, sum(t.amount) AS a FROM totals t JOIN people p ON p.customer = t.customer GROUP BY t.day, p.customer, p.city ORDER BY a, p.customer, t.day LIMIT 3',
    'SELECT t.amount, p.city FROM totals t, people p WHERE p.customer = t.customer ORDER BY p.city, t.day, p.customer LIMIT 3',
    'SELECT a.n, b.s FROM (SELECT customer, count(*) AS n FROM sales GROUP BY customer) a JOIN (SELECT customer, sum(amount) AS s FROM totals GROUP BY customer) b ON a.customer = b.customer ORDER BY a.customer LIMIT 2',
    'SELECT a.n, b.s FROM (SELECT customer, count(*) AS n FROM sales GROUP BY customer) a LEFT JOIN (SELECT customer, sum(amount) AS s FROM totals GROUP BY customer) b ON a.customer = b.customer ORDER BY a.customer LIMIT 2',
    'SELECT p.customer, t.day, max(city) AS m FROM people p JOIN totals t USING (customer) GROUP BY ROLLUP (p.customer, t.day) ORDER BY p.customer, t.day LIMIT 3',
    'SELECT city, sum(1) AS n FROM people GROUP BY ROLLUP (city) ORDER BY city, grouping(city) LIMIT 2',
    'SELECT amount FROM (SELECT DISTINCT ON (customer) customer, id, amount FROM sales ORDER BY customer, id, amount) ORDER BY customer LIMIT 2',
    "SELECT n FROM (SELECT 'a' AS tag, customer, 1 AS n FROM people UNION ALL SELECT 'b', customer, count(*) FROM sales GROUP BY customer) ORDER BY tag, customer LIMIT 4",
    'SELECT customer, 1 AS n FROM people UNION SELECT customer, id FROM sales ORDER BY n, customer LIMIT 3',
    "SELECT 'a' AS tag, customer, city FROM people UNION ALL SELECT 'b', customer, customer FROM people ORDER BY customer, tag LIMIT 3",
    'SELECT customer, city, amount FROM totals t JOIN people p USING (customer) ORDER BY amount, t LIMIT 3',
    'SELECT amount, city FROM totals, people ORDER BY amount, COLUMNS(*) LIMIT 3',
    "SELECT id FROM sales WHERE customer = 'c1' ORDER BY id LIMIT 3",
    'SELECT DISTINCT ON (customer, id) customer, id FROM sales',
    'SELECT n FROM (SELECT DISTINCT ON (customer) id AS customer, amount AS n FROM sales ORDER BY sales.customer, amount, id) ORDER BY customer LIMIT 1',
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
