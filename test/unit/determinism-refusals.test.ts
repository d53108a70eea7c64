// SQL whose answer depends on the order of the rows is refused, and told what to write.
import { describe, expect, it } from 'vitest';
import { problems, useEngine } from '../support/order-of-rows.ts';

useEngine(1);

describe('what depends on the order of the rows is refused', () => {
  it.each([
    ['SELECT id FROM sales LIMIT 3', 'LIMIT without ORDER BY takes arbitrary rows: add ORDER BY ALL'],
    ['SELECT id FROM sales OFFSET 3', 'OFFSET without ORDER BY'],
    ['SELECT unnest([1, 2]) AS u, count(*) AS n FROM sales LIMIT 1', 'LIMIT without ORDER BY'],
    // Only a name may mean a relation's whole rows, and this one has none.
    [
      "SELECT k, string_agg(CAST(id AS VARCHAR), ',' ORDER BY coalesce(amount, 0)) AS l FROM (SELECT *, customer AS k FROM sales) GROUP BY k",
      'string_agg()',
    ],
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
      'also order by m',
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
    // Not all that is returned.
    ['SELECT id, amount FROM sales ORDER BY COLUMNS(* EXCLUDE (id)) LIMIT 1', 'also order by id'],
    [
      'SELECT s.id FROM sales s JOIN people p USING (customer) ORDER BY COLUMNS(p.*) LIMIT 1',
      'also order by s.id',
    ],
    // A star is several columns: behind it a number is not the place of an item.
    ['SELECT *, customer AS c FROM people ORDER BY 2 LIMIT 1', 'also order by c'],
    ['SELECT DISTINCT ON (2) *, customer AS c FROM people ORDER BY 2', 'also order by c'],
    ['SELECT *, 5 AS k FROM sales GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3 LIMIT 1', 'also order by 4'],
    // By such an alias the first of its columns is meant.
    ["SELECT COLUMNS(['id', 'amount']) + 0 AS m FROM sales ORDER BY m LIMIT 1", 'arbitrary one of the rows'],
    [
      "SELECT unnest({'a': customer, 'b': id}) AS u FROM sales ORDER BY u LIMIT 1",
      'arbitrary one of the rows',
    ],
    [
      "SELECT unnest({'a': customer, 'b': id}) FROM sales ORDER BY unnest({'a': customer, 'b': id}) LIMIT 1",
      'arbitrary one of the rows',
    ],
    [
      "SELECT unnest({'a': customer, 'b': id}) AS u, amount FROM sales UNION ALL SELECT unnest({'a': customer, 'b': id}), amount FROM sales ORDER BY 1, 2 LIMIT 1",
      'ORDER BY ALL',
    ],
    ["SELECT DISTINCT unnest({'a': customer, 'b': id}) FROM sales", 'only the first of the columns'],
    ["SELECT a FROM (SELECT DISTINCT id, unnest({'a': 1, 'b': amount}) FROM sales)", 'unnest in a subquery'],
    ['SELECT id, customer, amount FROM sales ORDER BY amount DESC LIMIT 3', 'also order by id, customer'],
    ["SELECT id, customer FROM sales ORDER BY COLUMNS('id') LIMIT 3", 'also order by id, customer'],
    ['SELECT id AS customer, amount FROM sales ORDER BY customer LIMIT 3', 'also order by amount'],
    ['SELECT customer, lower(customer) AS id FROM sales ORDER BY id LIMIT 1', 'also order by customer'],
    ['SELECT * FROM sales ORDER BY id LIMIT 3', 'also order by COLUMNS(*)'],
    ['SELECT id, amount FROM sales ORDER BY lower(customer), id LIMIT 3', 'also order by amount'],
    ['SELECT customer, amount FROM totals ORDER BY customer LIMIT 3', 'also order by amount'],
    ['SELECT customer, unnest([1, 2]) AS n FROM people ORDER BY customer LIMIT 3', 'also order by n'],
    [
      'SELECT customer, sum(amount) AS a FROM sales GROUP BY customer ORDER BY a LIMIT 3',
      'also order by customer',
    ],
    [
      'SELECT customer, sum(amount) AS a FROM sales GROUP BY ROLLUP (customer) ORDER BY customer LIMIT 3',
      'also order by GROUPING(customer)',
    ],
    [
      'SELECT s.id FROM sales s JOIN people p USING (customer) ORDER BY s.amount LIMIT 3',
      'also order by s.id',
    ],
    [
      'SELECT id, (SELECT max(t.amount) FROM totals t WHERE t.customer = s.customer) AS m FROM sales s ORDER BY id LIMIT 1',
      'also order by m',
    ],
    ['SELECT (SELECT id FROM sales ORDER BY amount LIMIT 1) AS x FROM people', 'also order by id'],
    ['SELECT * FROM (SELECT id FROM sales LIMIT 2)', 'LIMIT without ORDER BY'],
    ['WITH t AS (SELECT id, amount FROM sales ORDER BY id LIMIT 2) FROM t', 'also order by amount'],
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
    ['SELECT DISTINCT ON (customer) customer, id FROM sales ORDER BY customer', 'also order by id'],
    [
      'WITH RECURSIVE people AS (SELECT 1 AS customer, 2 AS city UNION ALL SELECT (SELECT city FROM people ORDER BY customer LIMIT 1), 1 FROM people) FROM people',
      'also order by city',
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
    ['SELECT mode(amount) AS m FROM sales', 'write mode(x ORDER BY x)'],
    ['SELECT mode(amount ORDER BY id) AS m FROM sales', 'mode() takes an arbitrary one'],
    ['SELECT id, mode(amount ORDER BY amount) OVER (PARTITION BY id) AS m FROM sales', 'mode()'],
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
    ['SELECT list_reverse(list(id)) AS s FROM sales', 'list() processes the rows in an arbitrary order'],
    [
      'SELECT first(customer) AS s FROM sales',
      'first() takes an arbitrary row: write first(x ORDER BY x), min(x) or max(x)',
    ],
    ['SELECT any_value(city) AS c FROM people', 'any_value() takes an arbitrary row'],
    [
      'SELECT arg_max(id, amount) AS a FROM sales',
      'arg_max(x, y) takes an arbitrary one of the rows that tie in y: write arg_max(x, (y, x))',
    ],
    [
      'SELECT max(id, amount) AS m FROM sales',
      'max() takes its argument 2 of whichever row comes first: write a constant there, or what the SELECT groups by',
    ],
    [
      'SELECT id, min(amount, id ORDER BY id) OVER (ORDER BY id) AS m FROM sales',
      'min() takes its argument 2',
    ],
    ['SELECT histogram(amount, [id]) AS h FROM sales', 'histogram() takes its argument 2'],
    ['SELECT arg_max(id, (id, customer, amount), amount) AS a FROM sales', 'arg_max() takes its argument 3'],
    [
      "SELECT * FROM (PIVOT sales ON customer IN ('c0', 'c1') USING max(amount, id) GROUP BY day)",
      'max() takes its argument 2',
    ],
    ['SELECT stddev(amount) AS s FROM sales', 'stddev() adds binary floating point numbers'],
    ['SELECT corr(id, amount) AS s FROM sales', 'corr() adds'],
    ['SELECT geomean(amount) AS s FROM sales', 'geomean() adds'],
    ['SELECT product(amount) OVER (PARTITION BY id) AS s FROM sales', 'product() adds'],
    [
      'SELECT json_group_array(id) AS s FROM sales',
      'json_group_array() processes the rows in an arbitrary order',
    ],
    ['SELECT approx_top_k(id, 3) AS s FROM sales', 'count the rows of each value in a subquery'],
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
      'also order by n',
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
    ...['RIGHT', 'FULL'].map((kind): [string, string] => [
      `SELECT s.id, t.amount FROM sales s ASOF ${kind} JOIN totals t ON s.customer = t.customer AND s.day >= t.day`,
      'DuckDB may not end an ASOF RIGHT or FULL JOIN',
    ]),
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
