// Random SELECTs with a LIMIT over relations that have one row, or seem to, and with subqueries that give the same for all
// rows, or seem to: over the tables of random-select.ts.
import fc from 'fast-check';

const pick = <T>(items: readonly T[]) => fc.constantFrom(...items);

/** Each with the columns n and m, of which different rows have different ones. */
const RELATIONS = [
  'SELECT count(*) AS n, max(amount) AS m FROM sales',
  'SELECT max(amount) AS n, min(customer) AS m FROM sales WHERE id > 0',
  'SELECT sum(amount) AS n, 1 AS m FROM sales HAVING count(*) > 2',
  'SELECT amount AS n, id AS m FROM sales ORDER BY ALL LIMIT 1',
  'SELECT DISTINCT customer AS n, 2 AS m FROM sales ORDER BY ALL LIMIT 1',
  'SELECT 1 AS n, 2 AS m',
  'SELECT amount AS n, id AS m FROM sales ORDER BY ALL LIMIT 2',
  'SELECT amount AS n, id AS m FROM sales ORDER BY amount LIMIT 1',
  'SELECT id AS n, customer AS m FROM sales LIMIT 1',
  'SELECT max(amount) AS n, unnest([1, 2]) AS m FROM sales',
  'SELECT customer AS n, max(amount) AS m FROM sales GROUP BY customer',
  'SELECT min(customer) AS n, count(*) AS m FROM sales GROUP BY GROUPING SETS ((), (customer))',
  'SELECT count(*) OVER () AS n, id AS m FROM sales',
  'SELECT 3 AS n, unnest([1, 2]) AS m',
  'SELECT day AS n, sum(amount) AS m FROM sales GROUP BY day',
  'SELECT n, m FROM (SELECT count(*) AS n, 1 AS m FROM sales), (SELECT 1 AS one)',
];

type From = { readonly sql: string; readonly columns: readonly string[] };
const from: fc.Arbitrary<From> = fc
  .tuple(pick(RELATIONS), pick(RELATIONS), fc.nat(8))
  .map(([o, q, shape]): From => {
    const [one, other] = [`(${o}) AS o`, `(${q}) AS q`];
    const shapes: readonly From[] = [
      { sql: one, columns: ['n', 'm'] },
      { sql: `${one}, ${other}`, columns: ['o.n', 'q.n', 'q.m'] },
      { sql: `${one} FULL JOIN ${other} ON false`, columns: ['o.n', 'q.n'] },
      { sql: `${one} LEFT JOIN ${other} ON false`, columns: ['o.n', 'q.n'] },
      { sql: `sales s, ${one}`, columns: ['s.id', 's.customer', 'o.n'] },
      {
        sql: `people s FULL JOIN ${one} ON false FULL JOIN ${other} ON false`,
        columns: ['s.customer', 'o.n', 'q.m'],
      },
      { sql: `people s LEFT JOIN ${one} ON true`, columns: ['s.customer', 's.city', 'o.m'] },
      { sql: 'sales s', columns: ['s.id', 's.customer', 's.amount', 'day'] },
      { sql: 'people s', columns: ['s.customer', 's.city'] },
    ];
    return shapes[shape] ?? { sql: one, columns: ['n'] };
  });

/** `x`: a column of the query around it. */
const subquery = (x: string): fc.Arbitrary<string> =>
  fc
    .tuple(
      pick(RELATIONS),
      pick(['LIMIT 1', 'OFFSET 1', 'LIMIT 2', '']),
      pick(['max', 'list', 'first', 'count', 'sum', 'any_value']),
    )
    .chain(([relation, cut, call]) =>
      pick([
        '(SELECT max(amount) FROM sales)',
        `(SELECT ${call}(amount) FROM sales t)`,
        `(SELECT max(t.amount) FROM totals t WHERE t.customer = ${x})`,
        `(SELECT ${call}(${x}) FROM people t WHERE t.customer = 'c1' GROUP BY t.customer)`,
        `(SELECT ${call}(${x}) FROM (${relation}) t)`,
        `(SELECT ${call}(${x}) || t.city FROM people t ${cut})`,
        `(SELECT ${call}(t.city) FROM people t WHERE t.customer = ${x} ${cut})`,
        `(SELECT count(*) FILTER (WHERE ${x} IS NOT NULL) FROM people t ${cut})`,
        `(SELECT n FROM (${relation}) t ORDER BY ALL ${cut})`,
        `(SELECT n FROM (${relation}) t ${cut})`,
        `EXISTS (SELECT t.city FROM people t WHERE t.customer = ${x} ${cut})`,
        `EXISTS (FROM people t UNION ALL FROM people ${cut})`,
        `NOT EXISTS (SELECT 1 FROM totals t WHERE t.amount > 0 AND t.customer > ${x} ${cut})`,
        `${x} IN (SELECT t.customer FROM totals t ${cut})`,
        `(SELECT customer FROM (SELECT customer, amount FROM totals WHERE customer = ${x}) t ORDER BY amount, customer ${cut})`,
      ]),
    );

const item = (columns: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 3, arbitrary: pick(columns) },
    { weight: 3, arbitrary: pick(columns).chain(subquery) },
    { weight: 1, arbitrary: pick(columns).map((x) => `row_number() OVER (ORDER BY ${x})`) },
    { weight: 2, arbitrary: pick(columns).map((x) => `max(${x})`) },
    { weight: 1, arbitrary: pick(columns).map((x) => `list(${x})`) },
  );

const ofSubquery: fc.Arbitrary<string> = fc
  .tuple(pick(['s.id', 's.customer', 's.amount']), pick(['s.id', 's.customer', 's.amount']))
  .chain(([x, y]) =>
    fc
      .tuple(subquery(x), pick(['', `ORDER BY ${y} LIMIT 2`, `ORDER BY ${y}, ${x} LIMIT 2`]))
      .map(([value, cut]) => `SELECT ${value} AS v FROM sales s ${cut}`),
  );

const ofRelations: fc.Arbitrary<string> = from.chain(({ sql, columns }) =>
  fc
    .tuple(
      fc.array(item(columns), { minLength: 1, maxLength: 2 }),
      fc.option(fc.uniqueArray(pick(columns), { minLength: 1, maxLength: 3 }), { nil: undefined }),
      pick(['', '', 'LIMIT 1', 'LIMIT 2', 'OFFSET 1', 'LIMIT 1 OFFSET 1']),
    )
    .map(([items, order, cut]) =>
      [`SELECT ${items.join(', ')} FROM ${sql}`, order ? `ORDER BY ${order.join(', ')}` : '', cut].join(' '),
    ),
);

/** Many do not bind: the engine says which. */
export const oneRowSelect: fc.Arbitrary<string> = fc.oneof(ofRelations, ofSubquery);
