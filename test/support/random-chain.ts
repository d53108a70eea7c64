// Random SELECTs over chains of joins: USING and NATURAL with bare names, what an outer join looks up and on what that depends,
// FULL JOINs, joins in brackets, LATERAL, ASOF, relations whose columns are renamed. Over the tables of keyed-relations.ts.
import fc from 'fast-check';
import { type Body, Choice, type Keyed, limited } from './random-choice.ts';

type Side = { readonly sql: string; readonly columns: readonly string[] };
const of = (sql: string, ...columns: string[]): Side => ({ sql, columns });

const TABLES: readonly Side[] = [
  of('shops', 'shop', 'area', 'n'),
  of('stock', 'shop', 'n', 'v'),
  of('lots', 'shop', 'n', 'v'),
  of('codes', 'code', 'shop', 'n'),
];
/** With a constant column, with one row, or with a key of its own making. */
const MADE: readonly Side[] = [
  of('(SELECT shop, n, v FROM stock WHERE n = 1)', 'shop', 'n', 'v'),
  of('(SELECT max(n) AS n, 1 AS one FROM stock)', 'n', 'one'),
  of('(SELECT shop, count(*) AS n FROM lots GROUP BY shop)', 'shop', 'n'),
  of('(SELECT n, min(shop) AS shop FROM lots GROUP BY n)', 'n', 'shop'),
  of("(SELECT 's' || v AS shop, n FROM lots)", 'shop', 'n'),
];
/** Of their columns nothing is known: another relation's names may be theirs. */
const RENAMED: readonly Side[] = [
  of('shops AS t(area, shop, n)', 't.area', 't.shop', 't.n'),
  of('stock AS t(n, shop, v, area)', 't.n', 't.shop', 't.v'),
  of("(VALUES ('s0', 0), ('s1', 1), ('s9', 1)) AS t(shop, m)", 't.shop', 't.m'),
  of('range(2) AS t(m)', 't.m'),
];

const KINDS = ['JOIN', 'LEFT JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN'];

function side(choice: Choice): Side {
  return choice.one(choice.once(3) ? MADE : TABLES);
}

const named = ({ columns }: Side, alias: string) => columns.map((column) => `${alias}.${column}`);

function body(choice: Choice, from: string, columns: readonly string[], order: readonly string[]): Body {
  const where = choice.once(5)
    ? ` WHERE ${choice.one(columns)} ${choice.one(['IS NOT NULL', '= 1', "= 's1'", '> 0', '<> 1', 'IS NULL'])}`
    : '';
  if (choice.once(5)) {
    const group = choice.one(columns);
    return {
      sql: `SELECT ${group} AS x, count(*) AS y FROM ${from}${where} GROUP BY ROLLUP (${group})`,
      names: ['x', 'y'],
      order: [group],
    };
  }
  const items = choice.some(columns, 1, choice.once(4) ? 2 : 1);
  const list = items.map((item, i) => `${item} AS c${i}`).join(', ');
  return {
    sql: `SELECT ${list} FROM ${from}${where}`,
    names: items.map((_, i) => `c${i}`),
    order,
  };
}

/** Three relations that share columns, by USING or NATURAL: what a bare name means. */
function merged(choice: Choice): Body {
  const [a, b, c] = [choice.one(TABLES), choice.one(TABLES), choice.one(TABLES)];
  const using = choice.one(['shop', 'shop', 'n', 'shop, n']);
  const isNatural = choice.once(6);
  const two = isNatural
    ? `${a.sql} AS a NATURAL ${choice.one(KINDS)} ${b.sql} AS b`
    : `${a.sql} AS a ${choice.one(KINDS)} ${b.sql} AS b USING (${using})`;
  const bare = using.split(', ');
  const keys = [a.columns[0], b.columns[0]].map((column, i) => `${'ab'[i]}.${column}`);
  const columns = [...bare, ...bare, ...named(a, 'a'), ...named(b, 'b')];
  if (choice.once(2)) return body(choice, two, columns, [...bare, ...bare, ...keys, ...keys, ...columns]);
  const on = choice.one([
    `USING (${choice.one(bare)})`,
    `USING (${using})`,
    'ON b.n = c.n',
    'ON a.shop = c.shop',
  ]);
  const all = `${two} ${choice.one(KINDS)} ${c.sql} AS c ${on}`;
  const three = [...columns, ...named(c, 'c')];
  return body(choice, all, three, [...bare, ...bare, ...keys, ...keys, ...keys, ...three]);
}

/** A relation whose columns are not known, joined by a name that it shares, and another one behind it. */
function renamed(choice: Choice): Body {
  const a = choice.one(TABLES);
  const t = choice.one(RENAMED);
  const c = choice.one(TABLES);
  const hasShop = t.columns.includes('t.shop');
  const on = hasShop
    ? choice.one(['USING (shop)', 'ON a.shop = t.shop', 'ON a.n = t.n', 'natural'])
    : 'ON true';
  const kind = choice.one(KINDS);
  const two =
    on === 'natural' ? `${a.sql} AS a NATURAL ${kind} ${t.sql}` : `${a.sql} AS a ${kind} ${t.sql} ${on}`;
  const bare = hasShop && on !== 'ON true' && !on.startsWith('ON') ? ['shop', 'shop'] : [];
  const columns = [...bare, ...named(a, 'a'), ...t.columns];
  const m = choice.one(t.columns);
  if (choice.once(2)) return body(choice, two, columns, columns);
  const last = choice.one([
    `USING (shop, n)`,
    `USING (shop)`,
    `ON a.shop = c.shop AND ${m} = c.n`,
    `ON a.shop = c.shop AND ${m} = 1`,
    `ON ${m} = c.shop`,
  ]);
  const keys = ['a.shop', 'a.shop', 'c.shop'];
  return body(
    choice,
    `${two} LEFT JOIN ${c.sql} AS c ${last}`,
    [...named(c, 'c'), ...columns],
    [...keys, ...keys, ...columns],
  );
}

/** The condition of an outer join: what decides whether there is a match, and which one. */
function lookup(choice: Choice): Body {
  const [a, b] = [side(choice), side(choice)];
  const [own, others] = [named(a, 'a'), named(b, 'b')];
  const same = own.filter((name) => others.includes(name.replace('a.', 'b.')));
  const equal = () => {
    const column = choice.one(same.length > 0 ? same : own);
    return `${column} = ${same.length > 0 ? column.replace('a.', 'b.') : choice.one(others)}`;
  };
  const more = () =>
    choice.one([
      () => `${choice.one(own)} = 1`,
      () => `${choice.one(own)} <> ${choice.one(others)}`,
      () => `${choice.one(own)} IS NULL`,
      () => `${choice.one(others)} = 1`,
      () => `${choice.one(others)} = ${choice.one(others)}`,
      () => `${choice.one(others)} >= ${choice.one(own)}`,
      () => `list_contains(list_transform([1, 2], lambda i: i - a.n), b.n)`,
      equal,
    ])();
  const parts = [equal(), ...(choice.once(3) ? [] : [more()])];
  const on = parts.join(choice.once(5) ? ' OR ' : ' AND ');
  const kind = choice.one(['LEFT JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN']);
  const [left, right] = choice.once(6) ? [b, a] : [a, b];
  const names = left === a ? ['a', 'b'] : ['b', 'a'];
  const from = `${left.sql} AS ${names[0]} ${kind} ${right.sql} AS ${names[1]} ON ${on}`;
  const compared = own.filter((name) => parts[0]?.startsWith(name));
  const keys = [...compared, ...compared, own[0] ?? '', others[0] ?? ''];
  return body(
    choice,
    from,
    [...others, ...others, ...others, ...own],
    [...keys, ...keys, ...keys, ...own, ...others],
  );
}

/** With keys that are NULL in a row, or never. */
const KEYED: readonly Side[] = [
  of('shops', 'shop', 'n', 'area'),
  of('codes', 'code', 'n', 'shop'),
  of('(SELECT n, min(shop) AS shop FROM lots GROUP BY n)', 'n', 'shop'),
  of('(SELECT v AS n, max(area) AS shop FROM stock GROUP BY v)', 'n', 'shop'),
  of('(SELECT area AS shop, count(*) AS n FROM shops GROUP BY area)', 'shop', 'n'),
  of('(SELECT DISTINCT n, shop FROM stock WHERE n = 1)', 'n', 'shop'),
];

/** In the order of the keys of one side, of the other or of both. */
function outer(choice: Choice): Body {
  const [a, b] = [choice.one(KEYED), choice.one(KEYED)];
  const keys = [`a.${a.columns[0]}`, `b.${b.columns[0]}`];
  const both = [keys.join(', '), keys.toReversed().join(', ')];
  const shared = a.columns.filter((column) => b.columns.includes(column));
  const name = choice.one(shared.length > 0 ? shared : ['n']);
  const isUsing = choice.once(3);
  const on = choice.one([
    `a.${name} = b.${name}`,
    `${keys[0]} = ${keys[1]}`,
    'a.n = b.n AND a.shop = b.shop',
    'a.n < b.n',
  ]);
  const kind = choice.one(['FULL', 'FULL', 'LEFT', 'RIGHT']);
  const from = `${a.sql} AS a ${kind} JOIN ${b.sql} AS b ${isUsing ? `USING (${name})` : `ON ${on}`}`;
  const bare = isUsing ? [name, name] : [];
  const columns = [...bare, ...named(a, 'a'), ...named(b, 'b')];
  const ofBare = bare.flatMap((column) => [column, `${column}, ${keys[0]}`, `${column}, ${keys[1]}`]);
  return body(choice, from, columns, [...keys, ...both, ...both, ...ofBare]);
}

/** A join in brackets on the inner side of another one. */
function nested(choice: Choice): Body {
  const [a, b, c] = [choice.one(TABLES), side(choice), side(choice)];
  const [ofB, ofC] = [named(b, 'b'), named(c, 'c')];
  const inner = choice.one([
    `${choice.one(ofB)} = ${choice.one(ofC)}`,
    `b.n = c.n`,
    `b.n = c.n AND ${choice.one([...ofB, ...ofC])} = 1`,
    `b.n = 1`,
  ]);
  const [kind, outer] = [
    choice.one(KINDS),
    choice.one(['LEFT JOIN', 'LEFT JOIN', 'FULL JOIN', 'RIGHT JOIN']),
  ];
  const on = choice.one([
    'a.shop = b.shop',
    'a.n = b.n',
    `a.n = ${choice.one(ofC)}`,
    'a.shop = b.shop AND a.n = c.n',
  ]);
  const from = `${a.sql} AS a ${outer} (${b.sql} AS b ${kind} ${c.sql} AS c ON ${inner}) ON ${on}`;
  const keys = [a.columns[0] ?? '', a.columns[0] ?? '', a.columns[1] ?? ''].map((column) => `a.${column}`);
  return body(choice, from, [...ofB, ...ofC, ...ofC], [...keys, ...keys, ...keys, ...ofB, ...ofC]);
}

/** A subquery that names what stands before it, or does not. */
function beside(choice: Choice): Body {
  const a = choice.one(TABLES);
  const x = choice.one(['a.n', 'a.shop', choice.one(a.columns)]);
  const b = choice.one([
    of(`(SELECT s.shop, s.n FROM shops s WHERE s.n > a.n)`, 'shop', 'n'),
    of(`(SELECT s.shop, s.n + coalesce(a.n, 7) AS n FROM shops s)`, 'shop', 'n'),
    of(`(SELECT s.shop, ${x} AS n FROM shops s)`, 'shop', 'n'),
    of(`(SELECT s.shop, ${x.slice(x.indexOf('.') + 1)} AS m FROM shops AS s(shop, b, c))`, 'shop', 'm'),
    of(`(SELECT s.code AS shop, 1 AS n FROM codes s WHERE s.shop = ${x} AND s.n = a.n)`, 'shop', 'n'),
    of(`(SELECT s.n, s.v FROM stock s WHERE s.shop = a.shop AND s.n = a.n)`, 'n', 'v'),
    of(`(SELECT s.shop, s.v AS n FROM stock s WHERE s.v = v)`, 'shop', 'n'),
    of(`(SELECT max(s.v) AS n FROM stock s WHERE s.shop = a.shop)`, 'n'),
    of(`(SELECT s.shop, s.n FROM stock s WHERE s.n = 1)`, 'shop', 'n'),
    of(`(WITH w AS (SELECT s.shop, a.n AS n FROM shops s) SELECT shop, n FROM w)`, 'shop', 'n'),
  ]);
  const [kind, on] = choice.one([
    [',', ''],
    ['CROSS JOIN', ''],
    ['JOIN', ' ON true'],
    ['LEFT JOIN', ' ON true'],
    ['LEFT JOIN', ` ON a.shop = b.${b.columns[0]}`],
    ['LEFT JOIN', ` ON a.n = b.${b.columns.at(-1)}`],
  ] as const);
  const from = `${a.sql} AS a${kind === ',' ? ', ' : ` ${kind} `}LATERAL ${b.sql} AS b${on}`;
  const own = [...named(b, 'b'), ...named(b, 'b')];
  const keys = [`b.${b.columns[0]}`, `a.${a.columns[0]}`, `b.${b.columns[0]}`];
  return body(
    choice,
    from,
    [...own, ...named(a, 'a')],
    [...keys, ...keys, ...keys, ...own, ...named(a, 'a')],
  );
}

/** An ASOF join takes one row of several on its right side. */
function nearest(choice: Choice): Body {
  const right = choice.one([
    of('stock', 'shop', 'n', 'v'),
    of('shops', 'shop', 'n', 'area'),
    of('(SELECT shop, n, max(v) AS v FROM lots GROUP BY shop, n)', 'shop', 'n', 'v'),
    of('lots', 'shop', 'n', 'v'),
  ]);
  const kind = choice.one(['ASOF JOIN', 'ASOF LEFT JOIN', 'POSITIONAL JOIN']);
  const on = choice.one([
    'ON a.shop = b.shop AND a.n >= b.n',
    'ON a.shop = b.shop AND a.v >= b.n',
    'ON a.n >= b.n',
    'USING (shop, n)',
  ]);
  const from = `lots AS a ${kind} ${right.sql} AS b${kind.startsWith('ASOF') ? ` ${on}` : ''}`;
  const columns = named(right, 'b');
  const items = choice.some([...columns, 'a.shop', 'a.v'], 1, 2);
  const list = items.map((item, i) => `${item} AS c${i}`).join(', ');
  const sql = `SELECT ${list} FROM ${from}`;
  return choice.once(2)
    ? { sql, names: items.map((_, i) => `c${i}`), order: ['a.shop', 'a.v', 'a.n', ...columns] }
    : { sql: `SELECT * FROM (${sql} ORDER BY ALL) AS q`, names: ['c0'], order: ['ALL'] };
}

const SHAPES = [
  outer,
  outer,
  outer,
  merged,
  merged,
  merged,
  renamed,
  renamed,
  lookup,
  lookup,
  lookup,
  nested,
  nested,
  beside,
  beside,
  nearest,
];

/** Many do not bind: the engine says which. */
export const chainSelect: fc.Arbitrary<Keyed> = fc.gen().map((g) => {
  const choice = new Choice(g);
  return limited(choice, choice.one(SHAPES)(choice), choice.one([1, 1, 2]));
});
