// Random SELECTs that join three or four relations by their months and otherwise, so that what one join says of a month is what
// another one needs. The tables are those of random-join.ts; months are texts or whole numbers.
import fc from 'fast-check';
import { Choice } from './random-choice.ts';

export type Months = 'text' | 'whole';

const PLAIN = ['o', 'o', 's', 's', 's', 'x'];
/** In some rows the month is NULL because a join found no match. */
const LOOSE = [
  '(SELECT b.month, a.k, a.n FROM x a LEFT JOIN s b ON a.k = b.k)',
  '(SELECT b.month, a.k, a.n FROM x a LEFT JOIN o b ON a.k = b.k)',
  '(SELECT b.month, a.k, b.n FROM s a LEFT JOIN s b ON a.month = b.month AND a.n > b.n)',
  '(SELECT a.month, coalesce(a.k, b.k) AS k, b.n FROM s a FULL JOIN x b ON a.month = b.month)',
  '(SELECT b.month, a.k, a.n FROM x a FULL JOIN o b ON a.k = b.k)',
];
/** `k` may be a month, too, where months are whole numbers. */
const SWAPPED = [
  '(SELECT a.month, b.month AS k, b.n FROM s a JOIN s b ON a.k = b.k)',
  '(SELECT a.month, b.month AS k, b.n FROM s a JOIN o b ON a.k = b.k)',
  '(SELECT month, k, n FROM s UNION ALL SELECT k, month, n FROM s)',
  '(SELECT k AS month, month AS k, n FROM s)',
];
const UNIONS = ['UNION ALL', 'UNION', 'EXCEPT', 'INTERSECT'];
type Wrap = (inner: string) => string;
const WRAPS: readonly Wrap[] = [
  (r) => `(SELECT DISTINCT ON (month) month, k, n FROM ${r} t ORDER BY month, k, n)`,
  (r) =>
    `(SELECT month, k, CAST(sum(n) OVER (PARTITION BY month) + count(*) OVER (PARTITION BY k) AS INTEGER) AS n FROM ${r} t)`,
  (r) =>
    `(SELECT month, k, CAST(sum(n) OVER (PARTITION BY month, k) + max(n) OVER (PARTITION BY month) AS INTEGER) AS n FROM ${r} t)`,
  (r) =>
    `(SELECT month, k, CAST(sum(n) AS INTEGER) AS n FROM ${r} t GROUP BY GROUPING SETS ((month, k), (month)))`,
  (r) => `(SELECT month, k, CAST(sum(n) AS INTEGER) AS n FROM ${r} t GROUP BY month, k)`,
  (r) => `(SELECT month, k, CAST(count(*) AS INTEGER) AS n FROM ${r} t GROUP BY ROLLUP (month, k))`,
  (r) => `(SELECT month, max(k) AS k, CAST(count(*) AS INTEGER) AS n FROM ${r} t GROUP BY month)`,
  (r) => `(SELECT month, k, n FROM ${r} t WHERE n > 0)`,
  (r) => `(SELECT month, k, n FROM ${r} t WHERE EXISTS (FROM s u WHERE u.k = t.k AND u.n > t.n))`,
  (r) =>
    `(SELECT month, k, (SELECT max(u.n) FROM s u WHERE u.k = t.k AND u.month IS NOT DISTINCT FROM t.month) AS n FROM ${r} t)`,
  (r) => `(SELECT t.month, t.k, t.n FROM ${r} t ANTI JOIN s u ON u.k = t.k AND u.n > t.n)`,
  (r) => `(SELECT month, k, n FROM summary((SELECT month, k, n FROM ${r} t)))`,
  (r) => `(SELECT month, k, n FROM ${r} t USING SAMPLE reservoir(3 ROWS) REPEATABLE (1))`,
];

/** What of months that are whole numbers equals what. */
const CASTS: readonly ((month: string) => string)[] = [
  (month) => month,
  (month) => `CAST(${month} AS HUGEINT)`,
  (month) => `CAST(${month} AS DOUBLE)`,
  (month) => `CAST(${month} AS BOOLEAN)`,
  (month) => `CAST(CAST(${month} AS FLOAT) AS HUGEINT)`,
  (month) => `CAST(CAST(${month} AS DOUBLE) AS HUGEINT)`,
  (month) => `TRY_CAST(${month} AS INTEGER)`,
  (month) => `CAST(CAST(${month} AS VARCHAR) AS HUGEINT)`,
];

class Chain {
  readonly #choice: Choice;
  readonly #months: Months;
  constructor(choice: Choice, months: Months) {
    this.#choice = choice;
    this.#months = months;
  }

  relation(depth = 1 + this.#choice.below(2)): string {
    const { below, one } = this.#own();
    const inner = () => this.relation(depth - 1);
    switch (depth === 0 ? 0 : below(8)) {
      case 1:
        return one(LOOSE);
      case 2:
        return this.#months === 'whole' ? one(SWAPPED) : one(LOOSE);
      case 3:
        return `(SELECT month, k, n FROM ${inner()} t ${one(UNIONS)} SELECT month, k, n FROM ${inner()} t)`;
      case 4:
      case 5:
        return one(WRAPS)(inner());
      default:
        return one(PLAIN);
    }
  }

  /** Of the aliases so far, most with the last. */
  condition(aliases: readonly string[]): string {
    const { below, one } = this.#own();
    const last = aliases.at(-1) ?? '';
    const others = aliases.slice(0, -1);
    const parts = Array.from({ length: 1 + below(2) }, () => {
      const [a, b] = below(2) === 0 ? [one(others), last] : [last, one(others)];
      const [left, right] = [this.#month(a), this.#month(b)];
      switch (below(8)) {
        case 0:
        case 1:
        case 2:
          return `${left} = ${right}`;
        case 3:
        case 4:
          return `${left} IS NOT DISTINCT FROM ${right}`;
        case 5:
          return one([`${left} <= ${right}`, `${left} IS DISTINCT FROM ${right}`, `${left} <> ${right}`]);
        case 6:
          return `${a}.k = ${b}.k`;
        default:
          return `${a}.n > ${b}.n`;
      }
    });
    return parts.join(below(8) === 0 ? ' OR ' : ' AND ');
  }

  #month(alias: string): string {
    const { below, one } = this.#own();
    if (this.#months === 'text' || below(8) > 0) return `${alias}.month`;
    return one(CASTS)(one([`${alias}.month`, `${alias}.month`, `${alias}.k`]));
  }

  #own() {
    const choice = this.#choice;
    return {
      below: (count: number) => choice.below(count),
      one: <T>(items: readonly T[]) => choice.one(items),
    };
  }
}

/** Whose months other joins need. */
const NEEDED = [
  's',
  's',
  'o',
  '(SELECT month, k, n FROM o UNION ALL SELECT b.month, a.k, a.n FROM x a LEFT JOIN o b ON a.k = b.k)',
  '(SELECT month, k, n FROM s UNION ALL SELECT b.month, a.k, a.n FROM x a LEFT JOIN s b ON a.k = b.k)',
];
const OUTER = ['JOIN', 'JOIN', 'JOIN', 'LEFT JOIN', 'LEFT JOIN', 'FULL JOIN'];

/** Three or four relations, each joined by nothing but months, mostly. */
function needed(choice: Choice, months: Months): string {
  const month = (alias: string) => (months === 'whole' && choice.once(6) ? `${alias}.k` : `${alias}.month`);
  const others = months === 'whole' ? [...NEEDED, ...SWAPPED.map((one) => WRAPS[0]?.(one) ?? one)] : NEEDED;
  const aliases = ['a', 'b', 'c', ...(choice.once(2) ? ['d'] : [])];
  const joins = aliases.slice(1).map((alias, i) => {
    const other = choice.one(aliases.slice(0, i + 1));
    const by = choice.one(['=', '=', 'IS NOT DISTINCT FROM', 'IS NOT DISTINCT FROM']);
    const on = choice.once(6) ? `${other}.k = ${alias}.k` : `${month(other)} ${by} ${month(alias)}`;
    return `${choice.one(OUTER)} ${choice.one(others)} ${alias} ON ${on}`;
  });
  const places = aliases.flatMap((alias) => [`${alias}.month`, `${alias}.k`]);
  const where = choice.once(3) ? ` WHERE ${month('a')} = ${month(choice.one(aliases.slice(1)))}` : '';
  return `SELECT ${places.join(', ')} FROM ${choice.one(others)} a ${joins.join(' ')}${where}`;
}

const JOINS = ['JOIN', 'JOIN', 'JOIN', 'LEFT JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN'];
const HALVES = ['SEMI JOIN', 'ANTI JOIN'];

/** What is nested in it has aliases of its own. */
function nested(choice: Choice, chain: Chain): string {
  const side = () => choice.one(['s', 's', 'x', chain.relation(1)]);
  const [a, b, c] = [choice.one(['o', 'o', 's', chain.relation(1)]), side(), side()];
  const [inner, outer] = [chain.condition(['a', 'b', 'c']), chain.condition(['a', 'b'])];
  const not = choice.once(3) ? 'NOT ' : '';
  const value = choice.one(['max', 'min', 'count']);
  return choice.one([
    `SELECT a.month, a.k, a.n FROM ${a} a WHERE ${not}EXISTS (FROM ${b} b WHERE ${outer} AND EXISTS (FROM ${c} c WHERE ${inner}))`,
    `SELECT a.month, a.k, (SELECT ${value}(b.n) FROM ${b} b WHERE ${outer} AND b.n >= (SELECT min(c.n) FROM ${c} c WHERE ${inner})) AS n FROM ${a} a`,
    `SELECT a.month, a.k, (SELECT ${value}(c.n) FROM ${c} c WHERE ${inner}) AS n FROM ${a} a JOIN ${b} b ON ${outer}`,
    `SELECT a.month, b.month AS k, b.k AS n FROM ${a} a LEFT JOIN ${b} b ON ${outer} WHERE b.k ${not}IN (SELECT c.k FROM ${c} c WHERE ${inner})`,
    `WITH RECURSIVE r AS (SELECT month, k, 0 AS n FROM ${a} t UNION SELECT b.month, b.k, a.n + 1 FROM r a JOIN ${b} b ON ${choice.one([outer, 'a.k = b.k'])} WHERE a.n < 2) SELECT b.month, b.n, c.k FROM r b JOIN ${c} c ON ${chain.condition(['b', 'c'])}`,
    `WITH r AS MATERIALIZED (FROM ${c} t) SELECT a.month, b.k, c.n FROM ${a} a JOIN r b ON ${outer} JOIN r c ON ${inner}`,
    `SELECT a.month, b.k, b.month AS n FROM ${a} a ASOF ${choice.one(['', 'LEFT '])}JOIN ${b} b ON ${choice.one(['', 'a.month = b.month AND '])}a.n >= b.n WHERE ${choice.one(['true', outer])}`,
    `SELECT a.month, b.k, b.n FROM ${a} a POSITIONAL JOIN ${b} b WHERE ${outer}`,
  ]);
}

export function monthsSelect(months: Months): fc.Arbitrary<string> {
  return fc.gen().map((g) => {
    const choice = new Choice(g);
    const chain = new Chain(choice, months);
    if (choice.once(3)) return nested(choice, chain);
    const aliases = ['a'];
    let from = `${chain.relation()} a`;
    for (const alias of choice.once(5) ? ['b', 'c', 'd'] : ['b', 'c']) {
      aliases.push(alias);
      from += ` ${choice.one(JOINS)} ${chain.relation()} ${alias} ON ${chain.condition(aliases)}`;
    }
    const places = aliases.flatMap((alias) => [`${alias}.month`, `${alias}.k`, `${alias}.n`]);
    const half = choice.once(4)
      ? ` ${choice.one(HALVES)} ${chain.relation()} h ON ${chain.condition([...aliases, 'h'])}`
      : '';
    const where = choice.once(2) ? ` WHERE ${chain.condition(aliases)}` : '';
    return `SELECT ${places.join(', ')} FROM ${from}${half}${where}`;
  });
}

export function neededSelect(months: Months): fc.Arbitrary<string> {
  return fc.gen().map((g) => needed(new Choice(g), months));
}
