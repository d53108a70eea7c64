// Random SELECTs that are one thing away from what may be computed in shards: a key in another place, a null in the place of a key,
// rows of other shards that count for one. The tables are those of random-join.ts.
import fc from 'fast-check';
import { Choice } from './random-choice.ts';
import type { Months } from './random-months.ts';

type Shape = (choice: Choice) => string;

/** A branch has a key in another place. */
const stacked: Shape = (choice) => {
  const branch = (list: string) => `SELECT ${list} FROM ${choice.one(['o', 'o', 's'])} t`;
  const [a, b] = choice.one([
    ['month, k, n', 'month, n AS k, k AS n'],
    ['month, k', 'month, n AS k'],
    ['k, n', 'n AS k, k AS n'],
  ]);
  const operation = choice.one(['UNION', 'UNION', 'EXCEPT', 'EXCEPT ALL', 'INTERSECT', 'INTERSECT ALL']);
  return choice.one([
    `${branch(a)} ${operation} ${branch(b)}`,
    `${branch(a)} ${operation} ${branch(a)} ${operation} ${branch(b)}`,
    `${branch(b)} ${operation} ${branch(a)}`,
    `SELECT k, count(*) AS c FROM (${branch(a)} UNION ALL ${branch(choice.one([a, b]))}) GROUP BY k`,
  ]);
};

/** In the rows without a match a key is null. */
const outer: Shape = (choice) => {
  const [o, tied] = choice.one([
    ['o', 'a.month = b.month AND a.k = b.k'],
    ['s', 'a.k = b.k AND b.month = a.month'],
  ]);
  const rows = `FROM ${o} a ${choice.one(['FULL', 'LEFT'])} JOIN ${o} b ON ${tied} AND a.n > b.n`;
  const side = choice.one(['a', 'b', 'b']);
  return choice.one([
    `SELECT ${side}.month, ${side}.k, count(*) AS c ${rows} GROUP BY ALL`,
    `SELECT c.month, c.k, d.n FROM ${o} c, (SELECT ${side}.k, a.n ${rows}) d`,
  ]);
};

/** Keys of two scans that are equal, or were when it is too late. */
const paired: Shape = (choice) => {
  const o = choice.one(['o', 's']);
  const pairs = `(SELECT a.month, a.k, b.k AS n FROM ${o} a, ${o} b WHERE a.n ${choice.one(['>', '='])} b.n)`;
  const join = choice.one(['FULL JOIN', 'FULL JOIN', 'LEFT JOIN', 'JOIN']);
  return choice.one([
    `SELECT a.month, b.k, a.n FROM ${pairs} a ${join} ${o} b ON a.k = b.k AND a.n = b.k`,
    `SELECT a.month, b.k, a.n FROM ${o} a ${join} ${pairs} b ON a.k = b.k AND a.k = b.n`,
    `SELECT month, k, n FROM (SELECT DISTINCT ON (${choice.one(['k', 'k, n', 'n'])}) month, k, n FROM ${pairs} t ORDER BY ALL) t WHERE k = n`,
  ]);
};

/** Equal to what, and whether it is. */
const compared: Shape = (choice) => {
  const o = choice.one(['o', 's']);
  const values = `(SELECT month, k, n FROM ${o} GROUP BY ALL)`;
  return choice.one([
    `SELECT ${choice.one(['a.n', 'a.k', 'b.k', 'b.n'])} AS n, count(*) AS c FROM ${o} a JOIN ${choice.one([o, 'x'])} b ON a.n = b.k GROUP BY 1`,
    `SELECT a.month, a.k, b.n FROM ${o} a JOIN ${o} b ON a.k ${choice.one(['<>', 'IS DISTINCT FROM'])} b.k`,
    `SELECT a.month, a.k, b.n FROM ${choice.one([o, 'x'])} a ASOF JOIN ${values} b ON a.n >= b.n WHERE a.k = b.k AND a.month = b.month`,
  ]);
};

/** A null among the values of an IN counts for the rows of all shards. */
const within: Shape = (choice) => {
  const [o, rows] = [choice.one(['o', 's']), choice.one(['b.k IS NULL OR b.n > 90', 'b.n > a.n', 'b.n > 0'])];
  const values = `(SELECT b.k FROM ${o} b WHERE ${rows})`;
  return choice.one([
    `SELECT month, k, n FROM ${o} a WHERE a.k NOT IN ${values}${choice.one([' AND a.n IN (SELECT n FROM x)', ''])}`,
    `SELECT month, k, n FROM ${o} a WHERE (a.k IN ${values}) IS NULL`,
    `SELECT month, k, n FROM ${choice.one([o, 'x'])} a WHERE a.k IN ${values}${choice.one([' OR a.n > 1', ''])}`,
    `SELECT a.k, a.n, b.k AS l FROM ${o} b, ${choice.one([o, 'x'])} a SEMI JOIN ${o} c ON a.k = c.k`,
    `SELECT month, k, k IN (SELECT k FROM ${o}) AS l FROM ${choice.one([o, 'x'])} WHERE n > 0`,
  ]);
};

/** A value of the rows of other shards, or of the whole in their place. */
const nested: Shape = (choice) => {
  const [o, n] = [choice.one(['o', 's']), choice.one(['k', 'n'])];
  const limited = `LATERAL (SELECT b.n FROM x b WHERE b.k = a.k ORDER BY b.n LIMIT 1) l`;
  const repeated = `(WITH RECURSIVE r AS (SELECT month, k, 0 AS n FROM x UNION SELECT b.month, b.k, a.n + 1 FROM r a JOIN ${o} b ON a.k = b.n WHERE a.n < 2) FROM r)`;
  return choice.one([
    `SELECT month, k, (SELECT b.${n} FROM ${o} b WHERE b.n > 90 AND b.k >= a.k) AS n FROM ${o} a`,
    `SELECT c.${choice.one(['month', 'k', 'n'])} AS m, count(*) AS c FROM x a, ${limited}, ${o} c GROUP BY 1`,
    `SELECT a.month, a.k, b.n FROM ${o} a, ${repeated} b WHERE a.n = b.n`,
    `WITH c AS MATERIALIZED (FROM ${o}) SELECT a.month, a.k, b.n FROM ${o} a, (SELECT n FROM summary((SELECT month, k, n FROM c))) b`,
    `SELECT month, k, (SELECT count(*) FROM ${o} b WHERE b.k = a.k AND b.n >= a.n AND (SELECT count(*) FROM ${o} c WHERE c.k = b.n AND c.n >= b.k) > ${choice.below(2)}) AS n FROM (FROM ${o} WHERE k = n) a`,
    `SELECT month, k, n FROM ${o} USING SAMPLE reservoir(3 ROWS) REPEATABLE (1)`,
  ]);
};

/** What has the same value in rows of several keys. */
function merged(choice: Choice, months: Months): string {
  const sets = choice.one(['(k), (n)', '(k, month), (n, month)', '(k), (k, n)']);
  const [column, types] = choice.one(
    months === 'whole'
      ? [
          ['month', ['DOUBLE', 'FLOAT', 'BOOLEAN', 'HUGEINT']],
          ['k', ['DOUBLE', 'BOOLEAN', 'BIGINT']],
        ]
      : [['month', ['INTEGER', 'BIGINT', 'DOUBLE']]],
  ) as [string, string[]];
  const digits = months === 'text' ? `(FROM o WHERE month > '0' AND month < '9')` : 'o';
  const tried = months === 'whole' ? `TRY_CAST(${column} AS INTEGER)` : 'upper(month)';
  return choice.one([
    `SELECT CAST(${column} AS ${choice.one(types)}) AS c, count(*) AS n FROM ${digits} GROUP BY c`,
    `SELECT ${tried} AS c, count(*) AS n FROM o GROUP BY c`,
    `SELECT k, count(*) AS c FROM (SELECT k, n, count(*) AS c FROM o WHERE k = n GROUP BY GROUPING SETS (${sets})) GROUP BY k`,
    months === 'whole'
      ? 'SELECT a.month, a.k, b.n FROM o a JOIN o b ON a.month = b.k AND a.k = b.month'
      : `SELECT month COLLATE NOCASE AS month, 1 AS n FROM ${choice.one(['x', 's'])} INTERSECT ALL SELECT month, 1 AS n FROM o`,
  ]);
}

export function nearShardsSelect(months: Months): fc.Arbitrary<string> {
  return fc.gen().map((g) => {
    const choice = new Choice(g);
    const shapes: readonly Shape[] = [
      stacked,
      outer,
      paired,
      compared,
      within,
      nested,
      nested,
      (one) => merged(one, months),
      (one) => merged(one, months),
    ];
    return choice.one(shapes)(choice);
  });
}
