// Small random SELECTs around one rule each: what outer joins fill with NULLs, what the sets of ROLLUP leave out, what the sides of
// UNION share. Over the tables of keyed-relations.ts.
import fc from 'fast-check';
import type { Relation } from './keyed-relations.ts';
import { type Body, Choice, type Keyed, limited } from './random-choice.ts';

const of = (sql: string, ...columns: string[]): Relation => ({ sql, columns });

/** With keys that are NULL in a row, with columns that are constant, and plain ones. */
const SIDES: readonly Relation[] = [
  of('lots', 'shop', 'n', 'area'),
  of('shops', 'shop', 'area', 'n'),
  of('stock', 'shop', 'n', 'v'),
  of('(SELECT area, count(*) AS n FROM lots GROUP BY area)', 'area', 'n'),
  of('(SELECT DISTINCT ON (n, area) n, area, shop FROM lots ORDER BY n, area, shop)', 'n', 'area', 'shop'),
  of('(SELECT shop, n, v FROM stock WHERE n = 1)', 'shop', 'n', 'v'),
  of('(SELECT area, max(n) AS n FROM shops GROUP BY area)', 'area', 'n'),
  of('codes', 'code', 'n', 'shop'),
  of('(SELECT code AS n, shop, n AS v FROM codes)', 'n', 'shop', 'v'),
];

const plain = (name: string) => name.slice(name.indexOf('.') + 1);

function equal(choice: Choice, left: readonly string[], right: readonly string[]): string {
  const own = choice.one(right);
  const same = left.filter((name) => plain(name) === plain(own));
  return `${choice.one(same.length > 0 ? same : left)} = ${own}`;
}

function right(choice: Choice): Relation {
  if (!choice.once(4)) {
    const { sql, columns } = choice.one(SIDES);
    return of(`${sql} AS b`, ...columns.map((column) => `b.${column}`));
  }
  if (choice.once(3))
    return choice.one([
      of('LATERAL (SELECT x.shop, x.n + coalesce(a.n, 7) AS n FROM shops x) AS b', 'b.shop', 'b.n'),
      of('LATERAL (SELECT x.shop, a.n AS n FROM shops x) AS b', 'b.shop', 'b.n'),
    ]);
  const [one, two] = [choice.one(SIDES), choice.one(SIDES)];
  const [ones, twos] = [one.columns.map((c) => `b.${c}`), two.columns.map((c) => `c.${c}`)];
  const shared = two.columns.filter((column) => one.columns.includes(column));
  const using = shared.length > 0 && choice.once(2) ? [choice.one(shared)] : [];
  const on = using.length > 0 ? `USING (${using[0]})` : `ON ${equal(choice, ones, twos)}`;
  const join = choice.one(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN']);
  return of(`(${one.sql} AS b ${join} ${two.sql} AS c ${on})`, ...ones, ...twos);
}

function joined(choice: Choice): Relation {
  const [left, other] = [choice.one(SIDES), right(choice)];
  const own = left.columns.map((column) => `a.${column}`);
  const join = choice.one(['JOIN', 'LEFT JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'FULL JOIN']);
  const shared = left.columns.filter((c) => other.columns.filter((name) => plain(name) === c).length === 1);
  const using = shared.length > 0 && choice.once(3) ? choice.some(shared, 1, 2) : [];
  const extra = () =>
    choice.one([
      () => `${choice.one([...own, ...other.columns])} IS NULL`,
      () => `${choice.one([...own, ...other.columns])} IS NOT NULL`,
      () => `${choice.one(own)} <> ${choice.one(other.columns)}`,
      () => equal(choice, own, other.columns),
      () => `${choice.one(other.columns)} = ${choice.one(other.columns)}`,
      () => 'n = 1',
      () => "shop = 's1'",
    ])();
  const parts = [
    choice.once(6) ? extra() : equal(choice, own, other.columns),
    ...(choice.once(3) ? [extra()] : []),
  ];
  const on =
    using.length > 0 ? `USING (${using.join(', ')})` : `ON ${parts.join(choice.once(5) ? ' OR ' : ' AND ')}`;
  const where = choice.once(5) ? ` WHERE ${extra()}` : '';
  // Keys stand first: an order of nothing but them says the most.
  const keys = [own, other.columns].flatMap((names) => Array<string>(3).fill(names[0] ?? ''));
  return of(
    `${left.sql} AS a ${join} ${other.sql} ${on}${where}`,
    ...own,
    ...other.columns,
    ...using,
    ...using,
    ...keys,
  );
}

function select(choice: Choice, source: Relation): Body {
  if (choice.once(3)) return rolled(choice, source);
  const items = choice.some(source.columns, 1, 2);
  const word = choice.once(6) ? 'DISTINCT ' : '';
  const names = items.map((_, i) => `c${i}`);
  const list = items.map((item, i) => `${item} AS ${names[i]}`).join(', ');
  return { sql: `SELECT ${word}${list} FROM ${source.sql}`, names, order: source.columns };
}

function rolled(choice: Choice, source: Relation): Body {
  const groups = choice.some(source.columns, 1, 2);
  const by = choice.one(['ROLLUP', 'CUBE', 'SETS']);
  const all = groups.join(', ');
  const sets = by === 'SETS' ? `GROUPING SETS ((${all}), (${groups.at(-1)}))` : `${by} (${all})`;
  const items = choice.once(2)
    ? groups
    : [choice.one(groups), choice.one(['count(*)', `grouping(${groups[0]})`])];
  const names = items.map((_, i) => `c${i}`);
  const list = items.map((item, i) => `${item} AS ${names[i]}`).join(', ');
  const word = choice.once(4) ? 'DISTINCT ' : '';
  return {
    sql: `SELECT ${word}${list} FROM ${source.sql} GROUP BY ${sets}`,
    names,
    order: [...groups, `grouping(${choice.one(groups)})`],
  };
}

/** Columns of two kinds each, so that those of a place may be unlike. */
const PARTS = [
  'shop, n',
  'shop, v',
  'shop, CAST(n AS DECIMAL(38, 0)) AS n',
  'shop, CAST(n * 0.4 AS DECIMAL(38, 20)) AS n',
];

function united(choice: Choice): Body {
  const part = () => {
    const tag = choice.one(["'a'", "'a'", "'b'", 'shop', '1']);
    const table = choice.one(['shops', 'stock', 'stock', 'lots']);
    const columns = choice.one(PARTS);
    const rows = choice.one([
      `${table} AS t`,
      `(SELECT DISTINCT shop, n, max(n) AS v FROM ${table} GROUP BY shop, n) AS t`,
    ]);
    return `SELECT ${tag} AS tag, ${columns}, ${choice.one(['n', 'shop'])} AS w FROM ${rows}`;
  };
  const names = ['tag', 'shop', 'n', 'w'];
  const word = () => choice.one(['UNION ALL', 'UNION ALL', 'UNION', 'EXCEPT', 'EXCEPT ALL', 'INTERSECT']);
  const sql = `${part()} ${word()} ${part()}${choice.once(3) ? ` UNION ALL ${part()}` : ''}`;
  return { sql, names, order: names };
}

/** The SELECT as a relation, of which some columns are taken. */
function within(choice: Choice, { sql, names }: Body): Body {
  const source = of(`(${sql}) AS q`, ...names);
  return choice.once(4) ? rolled(choice, source) : { ...select(choice, source), order: names };
}

function small(choice: Choice): Keyed {
  const inner = choice.once(4) ? within(choice, united(choice)) : select(choice, joined(choice));
  const whole = choice.once(4) ? within(choice, inner) : inner;
  return limited(choice, whole, 2);
}

/** Many do not bind: the engine says which. */
export const outerSelect: fc.Arbitrary<Keyed> = fc.gen().map((g) => small(new Choice(g)));
