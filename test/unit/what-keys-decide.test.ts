// Keys decide columns, but not what an outer join fills with NULLs, what a set of ROLLUP leaves out, or what is equal only after
// a cast: each rule's limits, which random SQL seldom meets.
import { describe, expect, it } from 'vitest';
import { problems, useEngine } from '../support/order-of-rows.ts';

useEngine(1);

const BY_CITY = '(SELECT city, count(*) AS n FROM people GROUP BY city)';
const BY_CUSTOMER = '(SELECT customer AS city, count(*) AS n FROM sales GROUP BY customer)';

describe('rows are not told apart by', () => {
  it.each([
    [
      'keys that may be NULL on both sides of a FULL JOIN',
      `SELECT a.n, b.n AS m FROM ${BY_CITY} a FULL JOIN ${BY_CUSTOMER} b ON a.city = b.city ORDER BY a.city, b.city LIMIT 1`,
    ],
    [
      'what USING of a FULL JOIN makes of them',
      `SELECT a.n, b.n AS m FROM ${BY_CITY} a FULL JOIN ${BY_CUSTOMER} b USING (city) ORDER BY city LIMIT 1`,
    ],
    [
      'one of two columns of USING',
      'SELECT b.day FROM sales a LEFT JOIN totals b USING (day, customer) ORDER BY day LIMIT 1',
    ],
    [
      'a key that may be NULL of the right side of a LEFT JOIN',
      `SELECT g.n FROM people p LEFT JOIN ${BY_CITY} g ON p.city = g.city OR g.n = 1 ORDER BY g.city LIMIT 1`,
    ],
    [
      'a key that may be NULL of the left side of a RIGHT JOIN',
      `SELECT g.n FROM ${BY_CITY} g RIGHT JOIN people p ON p.city = g.city OR g.n = 1 ORDER BY g.city LIMIT 1`,
    ],
    [
      'a constant that an outer join may leave out',
      'SELECT t.amount FROM people p LEFT JOIN (SELECT customer, amount FROM totals WHERE amount = 1) t ON t.customer = p.customer ORDER BY p.city LIMIT 2',
    ],
    [
      'what is looked up, where the condition names more',
      'SELECT p.city FROM sales s LEFT JOIN people p ON p.customer = s.customer AND s.amount > 0 ORDER BY s.customer LIMIT 1',
    ],
    [
      'what is looked up in rows that differ',
      'SELECT x.n FROM sales s LEFT JOIN LATERAL (SELECT p.customer, length(p.city) + s.id AS n FROM people p) x ON x.customer = s.customer ORDER BY s.customer LIMIT 1',
    ],
    [
      'an equality of two columns of the side that is looked up',
      'SELECT b.amount FROM people a LEFT JOIN (sales b JOIN people c ON true) ON b.customer = c.customer ORDER BY a.city LIMIT 1',
    ],
    [
      'a key of what an outer join within a side fills',
      'SELECT c.city FROM sales a LEFT JOIN (totals b LEFT JOIN people c ON c.customer = b.customer AND b.amount = 1) ON a.customer = b.customer ORDER BY a.customer LIMIT 1',
    ],
    [
      'a bare name of USING for a relation beside it',
      'SELECT c.city FROM totals a JOIN totals b USING (customer, day), people c ORDER BY day, customer LIMIT 1',
    ],
    [
      'an equality of unlike types',
      'SELECT p.city FROM sales s JOIN people p ON s.id = p.customer ORDER BY s.id LIMIT 1',
    ],
    ['a number that equals a text', 'SELECT city FROM people WHERE customer = 1 LIMIT 1'],
    [
      'a column of ROLLUP that an outer join may fill',
      'SELECT p.customer, count(*) AS n FROM sales s LEFT JOIN people p ON p.customer = s.customer GROUP BY ROLLUP (p.customer) ORDER BY p.customer LIMIT 1',
    ],
    [
      'GROUPING of what is grouped by twice',
      'SELECT a.customer, count(*) AS n FROM people a JOIN people b USING (customer) GROUP BY ROLLUP (a.customer, customer) ORDER BY grouping(customer), a.customer LIMIT 2',
    ],
    [
      'a key that is NULL in some sets of ROLLUP',
      'SELECT customer, city FROM (SELECT DISTINCT customer, city FROM people GROUP BY ROLLUP (customer, city)) ORDER BY customer LIMIT 1',
    ],
    [
      'an expression that a set leaves out while its column agrees',
      'SELECT upper(customer) AS c FROM sales GROUP BY GROUPING SETS ((customer, upper(customer)), (upper(customer))) ORDER BY grouping(customer), customer LIMIT 1',
    ],
    [
      'what is computed from it',
      "SELECT concat(upper(customer), '.') AS c FROM sales GROUP BY GROUPING SETS ((customer, upper(customer)), (upper(customer))) ORDER BY grouping(customer), customer LIMIT 1",
    ],
    [
      'what a key decides beside ROLLUP',
      'SELECT customer, city FROM people GROUP BY ROLLUP (customer, city) ORDER BY customer LIMIT 1',
    ],
    [
      'a text function of what may be NULL, under ROLLUP',
      'SELECT upper(city) AS c, count(*) AS n FROM people GROUP BY ROLLUP (c) ORDER BY c LIMIT 1',
    ],
    [
      'a fallback that may be NULL, under ROLLUP',
      'SELECT coalesce(city, NULL) AS c, count(*) AS n FROM people GROUP BY ROLLUP (c) ORDER BY c LIMIT 1',
    ],
    [
      'an expression over a subquery without a name',
      'SELECT city, customer FROM (SELECT customer, city FROM people) ORDER BY length(city) LIMIT 1',
    ],
    [
      'all columns, for what makes several rows of one',
      'SELECT unnest([1, 2]) AS u, city FROM people ORDER BY city, COLUMNS(*) LIMIT 1',
    ],
    [
      'all columns, for a number that is given to tied rows',
      'SELECT id, row_number() OVER (ORDER BY day, id, customer, amount) AS n FROM sales ORDER BY id, COLUMNS(*) LIMIT 3',
    ],
    [
      'numbers within partitions that are compared with no literal',
      'SELECT id, amount FROM sales QUALIFY row_number() OVER (PARTITION BY id ORDER BY day, customer, amount) = amount + 1 ORDER BY id LIMIT 1',
    ],
    [
      'a name that REPLACE gives to something else',
      'SELECT * REPLACE (1 AS customer) FROM people ORDER BY customer LIMIT 1',
    ],
    [
      'a name that RENAME gives to something else',
      'SELECT * RENAME (customer AS city, city AS customer) FROM people ORDER BY customer LIMIT 1',
    ],
    [
      'ranks within partitions',
      'SELECT id, amount FROM sales QUALIFY rank() OVER (PARTITION BY id ORDER BY day) = 1 ORDER BY id LIMIT 1',
    ],
    [
      'a tag that both sides of UNION have',
      "SELECT n FROM (SELECT 'a' AS tag, customer, 1 AS n FROM people UNION ALL SELECT 'a', customer, 2 FROM people) ORDER BY tag, customer LIMIT 1",
    ],
    [
      'a tag and the key of one side',
      "SELECT n FROM (SELECT 'a' AS tag, customer, city AS n FROM people UNION ALL SELECT 'b', customer, CAST(day AS VARCHAR) FROM totals) ORDER BY tag, customer LIMIT 1",
    ],
    [
      'a key that UNION rounds to the type of the other side',
      "SELECT n FROM (SELECT 'a' AS tag, CAST(id AS DECIMAL(38, 0)) AS x, count(*) AS n FROM sales GROUP BY x UNION ALL SELECT 'b', CAST(id * 0.1 AS DECIMAL(38, 20)) AS x, count(*) FROM sales GROUP BY x) ORDER BY tag, x LIMIT 1",
    ],
    [
      'a tag and the key of its own side',
      "SELECT n FROM (SELECT 'a' AS tag, customer, 1 AS n, city FROM people UNION ALL SELECT 'b', city, 1, customer FROM people) ORDER BY tag, customer LIMIT 3",
    ],
    [
      'a tag that a third side has',
      "SELECT n FROM (SELECT 'b' AS tag, customer, city AS n FROM people UNION ALL SELECT 'a', customer, city FROM people UNION ALL SELECT 'b', customer, customer FROM people) ORDER BY tag, customer LIMIT 3",
    ],
    [
      'a name that USING merges in other brackets',
      `SELECT g.n FROM (totals a JOIN totals b USING (customer)) JOIN (sales s JOIN ${BY_CITY} g ON customer = g.city) ON true ORDER BY a.customer LIMIT 1`,
    ],
    [
      'two columns of a FULL JOIN, of which one may be NULL',
      'SELECT a.customer FROM sales a FULL JOIN sales b USING (customer, id) ORDER BY customer, id LIMIT 1',
    ],
    [
      'a relation of one row that only some rows of a side have',
      'SELECT o.n FROM sales a LEFT JOIN (totals b LEFT JOIN (SELECT count(*) AS n FROM people) o ON b.amount = 1) ON a.customer = b.customer ORDER BY a.customer LIMIT 1',
    ],
    [
      'an alias, where the engine has made up the same name for a column',
      'SELECT customer AS "count_star()", row_number() OVER (ORDER BY "count_star()") AS n FROM (SELECT customer, count(*) FROM sales GROUP BY customer) ORDER BY customer LIMIT 3',
    ],
    [
      'a DOUBLE that equals a whole number',
      'SELECT b.id FROM (SELECT id * 1e0 AS x FROM sales) a JOIN sales b ON a.x = b.id ORDER BY a.x LIMIT 1',
    ],
    [
      'the values of a list without their order',
      'SELECT customer, CAST(list_distinct(list(id)) AS VARCHAR) AS n FROM sales GROUP BY customer ORDER BY customer LIMIT 3',
    ],
    [
      'the whole row, of UNION ALL',
      'SELECT row_number() OVER (ORDER BY city) AS n FROM (SELECT city FROM people UNION ALL SELECT customer FROM people) ORDER BY city LIMIT 1',
    ],
    [
      'what one side of UNION requires, under ROLLUP',
      'SELECT c, count(*) AS n FROM (SELECT customer AS c FROM people UNION ALL SELECT customer FROM sales) GROUP BY ROLLUP (c) ORDER BY c LIMIT 1',
    ],
    [
      'the type of the first of several values',
      'SELECT q.n FROM sales s JOIN (SELECT coalesce(1 + NULL, customer) AS n FROM people) q ON q.n = s.id ORDER BY s.id LIMIT 1',
    ],
  ])('%s', async (_, sql) => {
    expect((await problems(sql)).join('\n')).toMatch(/LIMIT|not deterministic|arbitrary/);
  });
});
