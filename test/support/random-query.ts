// Random queries that narrow the table `sales` to some days at one place, and may name it at others in every way that the
// engine's SQL has for it.
import fc from 'fast-check';

const pick = <T>(items: readonly T[]) => fc.nat(items.length - 1).map((i) => items[i] as T);

/** On sales alone, by the alias `s`. */
const DAYS = [
  "s.day = DATE '2024-01-01'",
  "day = '2024-01-02'",
  "day <= '2024-01-02' AND s.amount > 1",
  "day IN ('2024-01-01', '2024-01-03') AND customer <> 'c0'",
  "NOT (day = '2024-01-01' OR day = '2024-01-02')",
  'day IS NULL',
  "day > '2024-01-01' OR id = 1",
  "day BETWEEN '2024-01-02' AND '2024-01-09'",
  "DAY = '2024-01-03' AND day IN (FROM (VALUES (DATE '2024-01-03')))",
  'true',
];

/** Rows of `sales`, by one name or another. */
const SALES = [
  'sales',
  'SALES',
  '"Sales"',
  "'sales'",
  'temp.sales',
  'temp.main.sales',
  'memory.main.sales',
  'main.sales',
  "query_table('sales')",
  "query_table(['sales'])",
  "query_table('Sa' || 'les')",
  "query('FROM sales')",
  "query('FR' || 'OM sa' || 'les')",
  "(SELECT * FROM query_table('sales') WHERE day = '2024-01-02')",
  '(TABLE sales)',
  '(WITH x AS (FROM sales) FROM x)',
  '(WITH sales AS (FROM sales) FROM sales)',
  "(WITH sales AS (SELECT DATE '2024-01-01' AS day, 9 AS id, 'c' AS customer, 1.5 AS amount) FROM sales)",
  '(WITH RECURSIVE r AS (FROM sales UNION FROM r WHERE false) FROM r)',
  '(FROM sales UNION FROM sales)',
  "(FROM sales WHERE day = '2024-01-03')",
  '(SELECT * FROM customers LEFT JOIN sales USING (customer))',
  '(SELECT * FROM sales, LATERAL (SELECT id AS twin))',
  "(FROM (PIVOT sales ON customer IN ('c0', 'c1') USING sum(amount) GROUP BY day))",
  '(FROM (UNPIVOT sales ON id))',
  '(SELECT column_name, count FROM (SUMMARIZE sales))',
  '(DESCRIBE sales)',
  "histogram(sales, 'id')",
  'histogram_values(sales, id)',
  "json_execute_serialized_sql(json_serialize_sql('FROM sales'))",
  'customers',
  'range(3)',
];

const countOf = (source: string) => `SELECT count(*) FROM ${source}`;

/** `base`: a narrowed SELECT with the columns day, id; `source`: a relation. */
const QUESTIONS: readonly ((base: string, source: string) => string)[] = [
  (base) => base,
  (base) => `SELECT count(*), max(id) FROM (${base})`,
  (base, source) => `SELECT (${countOf(source)}) AS n, b.* FROM (${base}) b`,
  (base, source) => `${base} UNION ALL SELECT NULL, (${countOf(source)})`,
  (base, source) => `${base} AND EXISTS (${countOf(source)} t HAVING count(*) > 3)`,
  (base, source) => `${base} AND id IN (SELECT count(*) % 4 FROM ${source})`,
  (base, source) => `WITH a AS (${base}), n AS (${countOf(source)} AS n) SELECT * FROM a, n`,
  (base, source) => `WITH n AS (${countOf(source)} AS n) SELECT *, (SELECT max(id) FROM (${base})) FROM n`,
  (base, source) => `SELECT a.*, (SELECT count(*) FROM ${source} t) AS n FROM (${base}) a, (${base}) b`,
  (base, source) => `FROM (${base}) a, LATERAL (SELECT a.id + count(*) AS n FROM ${source})`,
  (base, source) => `(${base} EXCEPT SELECT NULL, count(*) FROM ${source})`,
  (base, source) =>
    `SELECT s.id, (SELECT count(*) FROM ${source} t WHERE s.id > 0) AS n FROM (${base}) AS s ORDER BY ALL`,
  (base, source) =>
    `SELECT column_name, min, max, count FROM (SUMMARIZE SELECT x.*, (${countOf(source)}) AS n FROM (${base}) x)`,
  (base, source) =>
    `SELECT list_transform([1, 2], lambda x: x + (SELECT count(*) FROM (${base}))), (${countOf(source)})`,
];

export const query: fc.Arbitrary<string> = fc
  .tuple(pick(DAYS), pick(SALES), pick(SALES), pick(QUESTIONS))
  .map(([days, from, source, question]) =>
    question(`SELECT s.day, s.id FROM ${from} s WHERE ${days}`, source),
  );
