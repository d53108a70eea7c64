// Random SELECTs in which one call, container, join or subquery tells values apart that are equal and not alike: little else is in
// them. Over the tables of random-forms.ts.
import fc from 'fast-check';
import { Choice } from './random-choice.ts';

export const MONTHS = "(CASE WHEN n % 2 = 0 THEN INTERVAL '1 month' ELSE INTERVAL '30 days' END)";

/** `w`, whose `k` is one of several equal values. */
const chosen = (value: string, table: string) =>
  `(SELECT DISTINCT label AS g, ${value} AS k FROM ${table}) w`;

function calls(choice: Choice, table: string): string {
  const tell = choice.one(['CAST(# AS VARCHAR)', 'CAST(# AS VARCHAR)', "CAST(# AS VARCHAR) < '1'", '#']);
  const told = (value: string) => tell.replace('#', value);
  return choice.one([
    `SELECT ${told('avg(k)')} AS a FROM ${chosen(MONTHS, table)}`,
    `SELECT ${told(`avg(DISTINCT ${MONTHS})`)} AS a FROM ${table}`,
    `SELECT ${told('k')} AS a FROM (SELECT DISTINCT avg(${MONTHS}) AS k FROM ${table} GROUP BY label, n) w`,
    `SELECT count(DISTINCT k / ${choice.one(['7', '0.7', '2'])}) AS a FROM ${chosen(MONTHS, table)}`,
    `SELECT ${told(`try(${choice.one(['k', 'k / 1'])})`)} AS a FROM ${chosen('x', table)}`,
    `SELECT ${told('u')} AS a FROM ${chosen('x', table)}, unnest(CASE WHEN g > 'a' THEN [k] END) v(u)`,
    `SELECT t AS a FROM ${chosen(MONTHS, table)}, ${choice.one(['range', 'generate_series'])}(TIMESTAMP '2024-01-01', TIMESTAMP '2024-06-01', k) v(t)`,
  ]);
}

/** `m` is one of several equal values of the group `g`. */
function ordered(choice: Choice, table: string): string {
  const rows = `(SELECT label AS g, ${choice.one(['max', 'max', 'min'])}(x) AS m FROM ${table} GROUP BY label) w`;
  const lag = `${choice.one(['lag', 'lead'])}`;
  return choice.one([
    `SELECT CAST(${choice.one(['arg_max', 'arg_min', 'max_by'])}(m, g) AS VARCHAR) AS a FROM ${rows}`,
    `SELECT CAST(${lag}(CAST(1 AS DOUBLE), 3, m) OVER (ORDER BY g) AS VARCHAR) AS a FROM ${rows}`,
    `SELECT ${lag}(1, 3, CAST(CAST(m AS VARCHAR) < 'a' AS INTEGER)) OVER (ORDER BY g) AS a FROM ${rows}`,
  ]);
}

function rows(choice: Choice, table: string): string {
  const is = choice.one(["< '0'", "< '0'", 'IS NULL']);
  const part = choice.one(['label', 'CAST(length(label) AS DOUBLE)']);
  const taken = choice.one(['INTERVAL 1 MONTH', 'INTERVAL 30 DAYS']);
  return choice.one([
    `SELECT DISTINCT {'b': ${part}, 'a': x} AS a FROM ${table}`,
    `SELECT DISTINCT {'a': x, 'b': ${part}} AS a FROM ${table}`,
    `SELECT CAST(k AS VARCHAR) AS a FROM (SELECT ${MONTHS} AS k FROM ${table} EXCEPT ALL SELECT ${taken} FROM range(3)) w`,
    `SELECT p.id AS a FROM ${chosen('x', table)} LEFT JOIN points p ON CAST(w.k AS VARCHAR) = CAST(p.x AS VARCHAR)`,
    `WITH RECURSIVE r AS (SELECT x AS k, 0 AS i FROM points WHERE id = 1 UNION ALL SELECT DISTINCT p.x, i + 1 FROM r, ${table} p WHERE p.x = 0 AND i < 2 AND (i = 0 OR CAST(k AS VARCHAR) ${is})) SELECT count(*) AS a FROM r`,
    `SELECT p.id AS a FROM points p LEFT JOIN ${chosen('x', table)} ON CAST(w.k AS VARCHAR) = CAST(p.x AS VARCHAR)`,
  ]);
}

/** A subquery around another one, and beside it what takes an outer value. */
function correlated(choice: Choice, table: string): string {
  const inner = choice.one(['q.n >= p.w', 'q.id = p.id', 'q.n >= p.w AND q.id > p.id']);
  const least = `(SELECT (SELECT min(q.id) FROM points q WHERE ${inner}) AS i FROM (SELECT id, CAST(n AS DOUBLE) AS w FROM points) p)`;
  return choice.one([
    `SELECT (SELECT max(v.t) FROM ${least} z, (SELECT CAST(w.k AS VARCHAR) AS t) v) AS a FROM ${chosen('x', table)}`,
    `SELECT (SELECT count(*) FROM points p WHERE p.id = (SELECT max(q.id) FROM points q WHERE q.id <= p.id AND CAST(w.k AS VARCHAR) < '0')) AS a FROM ${chosen('x', table)}`,
  ]);
}

export const apartSelect: fc.Arbitrary<string> = fc.gen().map((g) => {
  const choice = new Choice(g);
  const shape = choice.one([calls, calls, ordered, rows, correlated]);
  return shape(choice, choice.one(['readings', 'points']));
});
