// Random SELECTs over relations with keys, or what looks like one: joins on keys and beside them, outer joins, groups that keys
// decide, ROLLUP, DISTINCT ON, UNION with a tag, LATERAL; and a LIMIT in an order that may leave ties.
import fc from 'fast-check';

/** Full of NULLs and of texts that are equal as numbers; `key` has none. */
export const KEYED_TABLES = {
  lots: {
    columns: { shop: 'string', area: 'string', n: 'long', v: 'long' },
    key: undefined,
    rows: `SELECT CASE WHEN i % 5 < 4 THEN 's' || i % 5 END AS shop, CASE WHEN i % 3 < 2 THEN 'a' || i % 2 END AS area,
      CASE WHEN i % 4 < 3 THEN i % 4 END AS n, i % 7 AS v FROM range(14) r(i)`,
  },
  shops: {
    columns: { shop: 'string', area: 'string', n: 'long' },
    key: ['shop'],
    rows: `SELECT 's' || i AS shop, CASE WHEN i % 3 < 2 THEN 'a' || i % 2 END AS area, CASE WHEN i % 4 < 3 THEN i % 4 END AS n
      FROM range(6) r(i)`,
  },
  stock: {
    columns: { shop: 'string', n: 'long', v: 'long', area: 'string' },
    key: ['shop', 'n'],
    rows: `SELECT 's' || i AS shop, j AS n, CASE WHEN (i + j) % 3 > 0 THEN (i + j) % 3 END AS v, 'a' || (i + j) % 2 AS area
      FROM range(4) r(i), range(3) s(j)`,
  },
  codes: {
    columns: { code: 'string', n: 'long', shop: 'string' },
    key: ['code'],
    rows: `SELECT code, CASE WHEN n < 2 THEN n END AS n, 's' || n AS shop
      FROM (VALUES ('0', 0), ('00', 1), ('1', 2), ('01', 3), ('001', 0), ('2', 1)) t(code, n)`,
  },
} as const;

type Relation = { readonly sql: string; readonly columns: readonly string[] };

/** Chooses; what is chosen last is shrunk first. */
class Choice {
  readonly #g: fc.GeneratorValue;
  constructor(g: fc.GeneratorValue) {
    this.#g = g;
  }
  below(count: number): number {
    return this.#g(fc.nat, { max: count - 1 });
  }
  one<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }
  some<T>(items: readonly T[], min: number, max: number): T[] {
    const count = min + this.below(max - min + 1);
    return [...new Set(Array.from({ length: count }, () => this.one(items)))];
  }
}

const BASES: readonly Relation[] = [
  ...Object.entries(KEYED_TABLES).map(([sql, { columns }]) => ({ sql, columns: Object.keys(columns) })),
  { sql: 'shops', columns: ['shop', 'area', 'n'] },
  { sql: 'stock', columns: ['shop', 'n', 'v', 'area'] },
];

const DERIVED: readonly Relation[] = [
  { sql: '(SELECT area, sum(v) AS v FROM lots GROUP BY area)', columns: ['area', 'v'] },
  { sql: '(SELECT shop, n, count(*) AS v FROM lots GROUP BY shop, n)', columns: ['shop', 'n', 'v'] },
  {
    sql: '(SELECT shop, area, max(v) AS v FROM stock JOIN shops USING (shop) GROUP BY shop, area)',
    columns: ['shop', 'v'],
  },
  {
    sql: '(SELECT area, n, count(*) AS v FROM shops GROUP BY ROLLUP (area, n))',
    columns: ['area', 'n', 'v'],
  },
  { sql: '(SELECT shop, n, sum(v) AS v FROM stock GROUP BY ROLLUP (shop, n))', columns: ['shop', 'n', 'v'] },
  {
    sql: '(SELECT shop, area, count(*) AS v FROM shops GROUP BY GROUPING SETS ((shop), (area)))',
    columns: ['shop', 'area', 'v'],
  },
  { sql: '(SELECT DISTINCT area, n FROM shops)', columns: ['area', 'n'] },
  { sql: '(SELECT DISTINCT shop, area FROM shops)', columns: ['shop', 'area'] },
  {
    sql: '(SELECT DISTINCT ON (area) area, shop, n FROM shops ORDER BY area, shop)',
    columns: ['area', 'shop', 'n'],
  },
  {
    sql: '(SELECT DISTINCT ON (n, area) n, area AS a, v FROM lots ORDER BY n, area, v)',
    columns: ['n', 'v'],
  },
  { sql: '(SELECT shop, n, v FROM stock WHERE n = 1)', columns: ['shop', 'n', 'v'] },
  { sql: "(SELECT shop, n FROM codes WHERE code = '1')", columns: ['shop', 'n'] },
  { sql: '(SELECT shop, n, code FROM codes WHERE code = 1)', columns: ['shop', 'n', 'code'] },
  { sql: "(SELECT shop, n FROM stock WHERE shop = 's1' OR n = 1)", columns: ['shop', 'n'] },
  {
    sql: "(SELECT 'a' AS area, shop, n FROM shops UNION ALL SELECT 'b', shop, count(*) FROM stock GROUP BY shop)",
    columns: ['area', 'shop', 'n'],
  },
  {
    sql: "(SELECT 'a' AS area, shop, n FROM shops UNION ALL SELECT 'a', shop, count(*) FROM stock GROUP BY shop)",
    columns: ['area', 'shop', 'n'],
  },
  {
    sql: "(SELECT 'a' AS area, shop, n FROM shops UNION ALL SELECT 'b', shop, v FROM lots)",
    columns: ['area', 'shop', 'n'],
  },
  {
    sql: "(SELECT 'a' AS area, shop, n AS v FROM stock UNION ALL SELECT 'b', shop, n FROM shops)",
    columns: ['area', 'shop', 'v'],
  },
  { sql: '(SELECT shop, n FROM shops UNION SELECT shop, v FROM stock)', columns: ['shop', 'n'] },
  { sql: '(SELECT shop, n FROM shops UNION ALL SELECT shop, v FROM stock)', columns: ['shop', 'n'] },
  { sql: '(SELECT shop, n FROM stock EXCEPT ALL SELECT shop, n FROM shops)', columns: ['shop', 'n'] },
  { sql: "(SELECT 1 AS n, 'a' || count(*) AS area FROM shops)", columns: ['n', 'area'] },
  { sql: '(SELECT shop, n, coalesce(area, shop) AS area FROM shops)', columns: ['shop', 'n', 'area'] },
  {
    sql: '(SELECT r.shop, s.area, r.n, r.v FROM stock r LEFT JOIN shops s ON r.shop = s.shop)',
    columns: ['shop', 'area', 'n', 'v'],
  },
];

/** `outer`: the name of a relation before it. */
const lateral = (outer: string): readonly Relation[] => [
  {
    sql: `LATERAL (SELECT x.shop, x.n + coalesce(${outer}.n, 7) AS n, x.area FROM shops x)`,
    columns: ['shop', 'n', 'area'],
  },
  { sql: `(SELECT max(x.v) AS v FROM stock x WHERE x.shop = ${outer}.shop)`, columns: ['v'] },
  { sql: `(SELECT ${outer}.n AS n, x.shop FROM shops x WHERE x.n = ${outer}.n)`, columns: ['n', 'shop'] },
];

const JOINS = ['JOIN', 'JOIN', 'LEFT JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'SEMI JOIN', 'ANTI JOIN'];

function condition(
  choice: Choice,
  left: readonly string[],
  right: readonly string[],
  names: (column: string) => string,
): string {
  const ofRight = right.map(names);
  const same = right.filter((column) => left.some((name) => name.endsWith(`.${column}`)));
  const equal = () => {
    const column = same.length > 0 && !choice.once(5) ? choice.one(same) : choice.one(right);
    const matching = left.filter((name) => name.endsWith(`.${column}`));
    return `${choice.one(matching.length > 0 && !choice.once(8) ? matching : left)} = ${names(column)}`;
  };
  const more = [
    equal,
    equal,
    () => `${choice.one([...left, ...ofRight])} IS NULL`,
    () => `${choice.one([...left, ...ofRight])} IS NOT NULL`,
    () => `${choice.one(left)} <> ${choice.one(ofRight)}`,
    () => 'true',
  ];
  const parts = [choice.once(10) ? 'true' : equal(), ...(choice.once(2) ? [choice.one(more)()] : [])];
  return parts.join(choice.once(8) ? ' OR ' : ' AND ');
}

function from(choice: Choice): Relation {
  const count = choice.one([1, 1, 2, 2, 2, 3]);
  let sql = '';
  let columns: string[] = [];
  for (let i = 0; i < count; i++) {
    const isLateral = i > 0 && choice.once(8);
    const relation = isLateral ? choice.one(lateral('r0')) : choice.one(choice.once(3) ? DERIVED : BASES);
    const named = `${relation.sql} AS r${i}`;
    const own = relation.columns.map((column) => `r${i}.${column}`);
    const join = isLateral ? choice.one(['CROSS JOIN', 'JOIN', 'LEFT JOIN']) : choice.one([',', ...JOINS]);
    const shared = relation.columns.filter((column) => columns.some((name) => name.endsWith(`.${column}`)));
    const isUsing = join !== ',' && join !== 'CROSS JOIN' && shared.length > 0 && choice.once(4);
    const using = isUsing ? choice.some(shared, 1, 2) : [];
    const on = isUsing
      ? `USING (${using.join(', ')})`
      : `ON ${i === 0 ? '' : condition(choice, columns, relation.columns, (column) => `r${i}.${column}`)}`;
    if (i === 0) sql = named;
    else sql += join === ',' ? `, ${named}` : ` ${join} ${named} ${join === 'CROSS JOIN' ? '' : on}`;
    if (i === 0 || !/SEMI|ANTI/.test(join)) columns = [...columns, ...own, ...using];
  }
  return { sql, columns };
}

function where(choice: Choice, columns: readonly string[]): string {
  if (choice.once(2)) return '';
  const literal = () => choice.one(['1', "'s1'", "'a1'", "'1'"]);
  const part = () =>
    choice.one([
      () => `${choice.one(columns)} = ${literal()}`,
      () => `${choice.one(columns)} = ${choice.one(columns)}`,
      () => `${choice.one(columns)} = ${choice.one(columns)}`,
      () => `${choice.one(columns)} IS NOT NULL`,
      () => `${choice.one(columns)} > '0'`,
    ])();
  return ` WHERE ${[part(), ...(choice.once(3) ? [part()] : [])].join(choice.once(8) ? ' OR ' : ' AND ')}`;
}

function aggregate(choice: Choice, columns: readonly string[]): string {
  const [x, y] = [choice.one(columns), choice.one(columns)];
  return choice.one([
    'count(*)',
    `min(${x})`,
    `any_value(${x})`,
    `first(${x} ORDER BY ${y})`,
    `len(list(${x}))`,
    `CAST(list(${x} ORDER BY ${y}) AS VARCHAR)`,
  ]);
}

/** Items are called c0, c1, …; `order`: what it may be ordered by. */
type Body = { readonly sql: string; readonly items: number; readonly order: readonly string[] };

function grouped(choice: Choice, { sql, columns }: Relation, filter: string): Body {
  const groups = choice.some(columns, 1, 3);
  const way = choice.one(['', '', '', 'ROLLUP', 'CUBE']);
  const sets = choice.once(5) && groups.length > 1;
  const by = sets
    ? `GROUPING SETS ((${groups.join(', ')}), (${groups[0]}))`
    : `${way} (${groups.join(', ')})`;
  const marks = way === '' && !sets ? [] : [`grouping(${groups.join(', ')})`, `grouping(${groups[0]})`];
  const items = [
    ...choice.some(groups, 1, 3),
    ...choice.some(marks, 0, marks.length),
    ...(choice.once(2) ? [aggregate(choice, columns)] : []),
  ];
  const list = items.map((item, i) => `${item} AS c${i}`).join(', ');
  return {
    sql: `SELECT ${list} FROM ${sql}${filter} GROUP BY ${way === '' && !sets ? groups.join(', ') : by}`,
    items: items.length,
    order: [...groups, ...groups, ...marks, ...items.map((_, i) => `c${i}`)],
  };
}

function body(choice: Choice): Body {
  const source = from(choice);
  const filter = where(choice, source.columns);
  if (source.columns.length === 0 || choice.once(3)) return grouped(choice, source, filter);
  const items = choice.some(source.columns, 1, 4);
  if (choice.once(5))
    items.push(
      `row_number() OVER (PARTITION BY ${choice.one(source.columns)} ORDER BY ${choice.some(source.columns, 1, 3).join(', ')})`,
    );
  const list = items.map((item, i) => `${item} AS c${i}`).join(', ');
  const word = choice.one([
    '',
    '',
    '',
    'DISTINCT ',
    `DISTINCT ON (${choice.some(source.columns, 1, 2).join(', ')}) `,
  ]);
  return {
    sql: `SELECT ${word}${list} FROM ${source.sql}${filter}`,
    items: items.length,
    order: [...source.columns, ...items.map((_, i) => `c${i}`)],
  };
}

function limited(choice: Choice, sql: string, order: readonly string[]): string {
  const by = choice.some(order, choice.once(6) ? 0 : 1, 4);
  return `${sql}${by.length === 0 ? '' : ` ORDER BY ${by.join(choice.once(3) ? ' DESC, ' : ', ')}`} LIMIT ${1 + choice.below(4)}`;
}

function keyed(choice: Choice): string {
  const inner = body(choice);
  if (choice.once(2)) return limited(choice, inner.sql, inner.order);
  const names = Array.from({ length: inner.items }, (_, i) => `c${i}`);
  if (choice.once(6)) {
    const other = body(choice);
    return limited(
      choice,
      `${inner.sql} ${choice.one(['UNION', 'UNION ALL', 'EXCEPT'])} ${other.sql}`,
      names,
    );
  }
  const [x, y] = [choice.one(names), choice.one(names)];
  if (choice.once(3))
    return limited(choice, `SELECT ${x}, any_value(${y}) AS y FROM (${inner.sql}) AS q GROUP BY ${x}`, [x]);
  return limited(choice, `SELECT ${choice.some(names, 1, 3).join(', ')} FROM (${inner.sql}) AS q`, names);
}

/** Many do not bind: the engine says which. */
export const keyedSelect: fc.Arbitrary<string> = fc.gen().map((g) => keyed(new Choice(g)));
