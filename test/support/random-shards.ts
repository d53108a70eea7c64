// Random SELECTs that may be computed in shards, or nearly: groups, windows, joins and set operations by the columns by which rows
// are distributed, and by others. The tables are those of random-join.ts; every relation has its columns month, k and n.
import fc from 'fast-check';
import { Choice } from './random-choice.ts';
import type { Months } from './random-months.ts';

/** Most groups have both columns by which rows may be distributed. */
const GROUPS = ['month, k', 'k, month', 'month, k', 'month', 'k', 'month, k, n', 'k, n', 'month, n', 'n'];
const SETS = ['UNION ALL', 'UNION ALL', 'UNION', 'EXCEPT', 'EXCEPT ALL', 'INTERSECT', 'INTERSECT ALL'];
const JOINS = ['JOIN', 'JOIN', 'LEFT JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'ASOF JOIN'];
const HALVES = ['SEMI JOIN', 'ANTI JOIN'];
const NAMES = ['month', 'k', 'n'] as const;

/** What stands in the place of a month. */
const TEXTS = [
  'month',
  'month',
  "month || ''",
  'month COLLATE NOCASE',
  'upper(month)',
  "coalesce(month, 'a')",
];
const WHOLES = [
  'month',
  'CAST(month AS HUGEINT)',
  'CAST(k AS BIGINT)',
  'CAST(CAST(month AS DOUBLE) AS BIGINT)',
  'TRY_CAST(TRY_CAST(month AS INTEGER) AS BIGINT)',
  'coalesce(month, 1)',
];

class Shards {
  readonly #choice: Choice;
  readonly #months: Months;
  constructor(choice: Choice, months: Months) {
    this.#choice = choice;
    this.#months = months;
  }

  /** A FROM item. */
  relation(depth: number): string {
    const { below, one } = this.#own();
    if (depth === 0) return one(['o', 'o', 's', 's', 'x']);
    switch (below(10)) {
      case 0:
      case 1:
        return `(${this.grouped(depth - 1)})`;
      case 2:
        return `(${this.windowed(depth - 1)})`;
      case 3:
        return `(${this.stacked(depth - 1)})`;
      case 4:
      case 5:
        return `(${this.joined(depth - 1)})`;
      case 6:
        return `(${this.nested(depth - 1)})`;
      case 7:
        return `(${this.renamed(depth - 1)})`;
      default:
        return this.relation(0);
    }
  }

  grouped(depth: number): string {
    const { below, one } = this.#own();
    const rows = `${this.relation(depth)} t`;
    const group = one(GROUPS);
    const list = (groups: string) =>
      NAMES.map((name) => (groups.includes(name) ? name : `max(${name}) AS ${name}`)).join(', ');
    switch (below(6)) {
      case 0: {
        const other = one(GROUPS);
        const sets = one([`(${group}), (${other})`, `(${group}), (${group}, n)`, `(${group}), ()`]);
        const all = `${group}, ${other}, ${sets}`;
        return `SELECT ${list(all)}, CAST(count(*) + grouping(${group}) AS INTEGER) AS c FROM ${rows} GROUP BY GROUPING SETS (${sets})`;
      }
      case 1:
        return `SELECT DISTINCT ON (${group}) month, k, n FROM ${rows} ORDER BY month, k, n`;
      case 2:
        return `SELECT DISTINCT ${one(['month, k, n', 'month, k, 1 AS n', 'month, 1 AS k, n'])} FROM ${rows}`;
      case 3:
        return `SELECT count(*) AS c, max(n) AS n, max(k) AS k, max(month) AS month FROM ${rows} GROUP BY ${group}`;
      default:
        return `SELECT ${list(group)}, CAST(count(*) AS INTEGER) AS c FROM ${rows} GROUP BY ${group}${one(['', ' HAVING count(*) > 1'])}`;
    }
  }

  windowed(depth: number): string {
    const { one, below } = this.#own();
    const rows = `${this.relation(depth)} t`;
    const [first, second] = [one(GROUPS), one(GROUPS)];
    return one([
      `SELECT month, k, CAST(rank() OVER (PARTITION BY ${first} ORDER BY n) + count(*) OVER (PARTITION BY ${one([first, second])}) AS INTEGER) AS n FROM ${rows}`,
      `SELECT month, k, n FROM ${rows} QUALIFY rank() OVER (PARTITION BY ${first} ORDER BY n) < 2`,
      `SELECT month, k, n, CAST(sum(n) OVER (${one(['', 'ORDER BY k', `PARTITION BY ${second}`])}) AS INTEGER) AS m FROM ${rows}`,
      `SELECT month, k, n FROM ${rows} ORDER BY ALL${one(['', '', ` LIMIT ${1 + below(9)}`])}`,
    ]);
  }

  stacked(depth: number): string {
    const { one, below } = this.#own();
    const branch = () =>
      `SELECT ${one(['month, k, n', 'month, k, n', 'month, k, 1 AS n', 'month, n, k', `${this.#month()} AS month, k, n`])} FROM ${this.relation(depth)} t`;
    const operation = one(SETS);
    const two = `${branch()} ${operation} ${branch()}`;
    return below(3) === 0 ? `${two} ${one([operation, one(SETS)])} ${branch()}` : two;
  }

  joined(depth: number): string {
    const { one, below } = this.#own();
    const [a, b] = [this.relation(depth), this.relation(depth)];
    if (below(5) === 0)
      return `SELECT a.month, a.k, a.n FROM ${a} a ${one(HALVES)} ${b} b ON ${this.#condition()}`;
    const list = one([
      'a.month, a.k, b.n',
      'b.month, b.k, a.n',
      'a.month, b.k, b.n',
      'coalesce(a.month, b.month) AS month, coalesce(a.k, b.k) AS k, a.n + b.n AS n',
    ]);
    if (below(5) === 0) return `SELECT ${list} FROM ${a} a, ${b} b WHERE ${this.#condition()}`;
    const join = one(JOINS);
    if (join === 'ASOF JOIN') {
      const values = `(SELECT month, k, n FROM ${b} t GROUP BY ALL)`;
      const on = `${one(['', 'a.month = b.month AND '])}a.k = b.k AND a.n >= b.n`;
      // DuckDB fails by an internal error where the left side is an EXCEPT ALL or an INTERSECT ALL.
      const left = `${this.relation(0)} a ASOF${one(['', ' LEFT'])}`;
      return `SELECT a.month, a.k, b.n FROM ${left} JOIN ${values} b ON ${on}`;
    }
    const where = one(['', '', ` WHERE ${this.#condition()}`]);
    return `SELECT ${list} FROM ${a} a ${join} ${b} b ON ${this.#condition()}${where}`;
  }

  /** Correlated subqueries, and CTEs that are read twice. */
  nested(depth: number): string {
    const { one, below } = this.#own();
    const [a, b] = [this.relation(depth), this.relation(depth)];
    const on = this.#condition();
    return one([
      `SELECT month, k, n FROM ${a} a WHERE ${one(['', 'NOT '])}EXISTS (FROM ${b} b WHERE ${on})`,
      `SELECT month, k, n FROM ${a} a WHERE ${one(['n', '(month, n)'])} ${one(['', 'NOT '])}IN (SELECT ${one(['b.n', 'b.month, b.n'])} FROM ${b} b WHERE ${on})`,
      `SELECT month, k, (SELECT ${one(['max(b.n)', 'CAST(count(*) AS INTEGER)', 'min(b.k)'])} FROM ${b} b WHERE ${on}) AS n FROM ${a} a`,
      `SELECT month, k, (SELECT max(b.n) FROM ${b} b) AS n FROM ${a} a`,
      `SELECT a.month, a.k, l.n FROM ${a} a, LATERAL (SELECT b.n FROM ${b} b WHERE ${on} ORDER BY b.n LIMIT ${1 + below(2)}) l`,
      `SELECT l.month, l.k, a.n FROM ${a} a LEFT JOIN LATERAL (SELECT b.month, b.k FROM ${b} b WHERE ${on} GROUP BY ALL) l ON true`,
      `SELECT month, u AS k, n FROM ${a} a, unnest([k, n]) t(u)`,
      `SELECT month, k, unnest([k, n]) AS n FROM ${a} a`,
      `WITH c AS (FROM ${a} t) SELECT a.month, a.k, b.n FROM c a ${one(['JOIN', 'LEFT JOIN'])} c b ON ${on}`,
      `WITH c AS (FROM ${a} t) SELECT month, k, n FROM c a WHERE EXISTS (FROM c b WHERE ${on})`,
      `WITH RECURSIVE c AS (SELECT month, k, 0 AS n FROM ${a} t UNION SELECT b.month, b.k, a.n + 1 FROM c a JOIN ${b} b ON ${on} WHERE a.n < 2) FROM c`,
    ]);
  }

  renamed(depth: number): string {
    const { one } = this.#own();
    const rows = `${this.relation(depth)} t`;
    return one([
      `SELECT ${this.#month()} AS month, k, n FROM ${rows}`,
      `SELECT month, n AS k, k AS n FROM ${rows}`,
      `SELECT month, k, n FROM (SELECT * EXCLUDE (k), n AS k FROM (SELECT month, k, n FROM ${rows}))`,
      `SELECT month, CAST(CAST(k AS ${one(['BIGINT', 'DOUBLE', 'BOOLEAN', 'VARCHAR'])}) AS INTEGER) AS k, n FROM ${rows}`,
      `SELECT month, coalesce(k, n) AS k, n FROM ${rows}`,
      `SELECT month, k, n FROM ${rows} WHERE n > 0 AND ${one(['k = n', 'k > 0', 'month IS NOT NULL'])}`,
    ]);
  }

  #month(): string {
    return this.#choice.one(this.#months === 'text' ? TEXTS : WHOLES);
  }

  /** Most have equalities of both columns by which rows may be distributed. */
  #condition(): string {
    const { one, below } = this.#own();
    const text = this.#months === 'text';
    const odd = text
      ? [
          'a.month COLLATE NOCASE = b.month',
          'upper(a.month) = upper(b.month)',
          'a.month = b.month OR a.k = b.k',
        ]
      : ['a.month = b.k', 'a.k = b.month', 'CAST(a.month AS DOUBLE) = CAST(b.month AS DOUBLE)'];
    const parts = [
      one(['a.month = b.month', 'b.month = a.month', 'a.month IS NOT DISTINCT FROM b.month']),
      one(['a.k = b.k', 'b.k = a.k', 'a.k IS NOT DISTINCT FROM b.k']),
      one(['a.n > b.n', 'a.n = b.n', 'a.k = b.n', 'a.k <= b.k', 'b.n > 1', one(odd)]),
    ];
    const kept = one([[0, 1], [0, 1], [1, 0], [0, 1, 2], [0], [1], [0, 2], [1, 2], [2]]);
    const joint = below(12) === 0 ? ' OR ' : ' AND ';
    return kept.map((i) => parts[i]).join(joint);
  }

  #own() {
    const choice = this.#choice;
    return {
      below: (count: number) => choice.below(count),
      one: <T>(items: readonly T[]) => choice.one(items),
    };
  }
}

export type ShardKind = 'grouped' | 'windowed' | 'stacked' | 'joined' | 'nested' | 'renamed';

export function shardsSelect(kind: ShardKind, months: Months): fc.Arbitrary<string> {
  return fc.gen().map((g) => {
    const choice = new Choice(g);
    return new Shards(choice, months)[kind](choice.below(3));
  });
}
