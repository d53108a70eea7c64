// Random SELECTs over relations with keys, or what looks like one: joins on keys and beside them, outer joins, groups that keys
// decide, ROLLUP, DISTINCT ON, UNION with a tag, LATERAL; and a LIMIT in an order that may leave ties.
import fc from 'fast-check';
import { BASES, DERIVED, lateral, type Relation } from './keyed-relations.ts';
import { type Body, Choice, type Keyed, limited } from './random-choice.ts';

const JOINS = ['JOIN', 'JOIN', 'LEFT JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'SEMI JOIN', 'ANTI JOIN'];

/** `left`, `right`: the names that the sides' columns have. */
function condition(choice: Choice, left: readonly string[], right: readonly string[]): string {
  const plain = (name: string) => name.slice(name.indexOf('.') + 1);
  const equal = () => {
    const own = choice.one(right);
    const same = left.filter((name) => plain(name) === plain(own));
    return `${choice.one(same.length > 0 && !choice.once(6) ? same : left)} = ${own}`;
  };
  const more = [
    equal,
    equal,
    () => `${choice.one([...left, ...right])} IS NULL`,
    () => `${choice.one([...left, ...right])} IS NOT NULL`,
    () => `${choice.one(left)} <> ${choice.one(right)}`,
    () => `${choice.one(right)} = ${choice.one(right)}`,
  ];
  const parts = [choice.once(8) ? 'true' : equal(), ...(choice.once(2) ? [choice.one(more)()] : [])];
  return parts.join(choice.once(8) ? ' OR ' : ' AND ');
}

/** A join in brackets, in the place of one relation. */
function nested(choice: Choice, first: Relation, i: number): Relation {
  const second = choice.one(choice.once(2) ? DERIVED : BASES);
  const [left, right] = [first, second].map(({ columns }, side) =>
    columns.map((column) => `r${i}${'ab'[side]}.${column}`),
  ) as [string[], string[]];
  const shared = second.columns.filter((column) => first.columns.includes(column));
  const using = shared.length > 0 && choice.once(3) ? [choice.one(shared)] : [];
  const on = using.length > 0 ? `USING (${using.join(', ')})` : `ON ${condition(choice, left, right)}`;
  const join = choice.one(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN']);
  return {
    sql: `(${first.sql} AS r${i}a ${join} ${second.sql} AS r${i}b ${on})`,
    columns: [...left, ...right, ...using],
  };
}

function from(choice: Choice): Relation {
  const count = choice.one([1, 1, 2, 2, 2, 3]);
  let sql = '';
  let columns: string[] = [];
  for (let i = 0; i < count; i++) {
    const isLateral = i > 0 && choice.once(8);
    const relation = isLateral ? choice.one(lateral('r0')) : choice.one(choice.once(2) ? DERIVED : BASES);
    const isNested = i > 0 && !isLateral && choice.once(6);
    const inner = isNested ? nested(choice, relation, i) : undefined;
    const named = inner?.sql ?? `${relation.sql} AS r${i}`;
    const own = inner?.columns ?? relation.columns.map((column) => `r${i}.${column}`);
    const join = isLateral ? choice.one(['CROSS JOIN', 'JOIN', 'LEFT JOIN']) : choice.one([',', ...JOINS]);
    const shared = relation.columns.filter((column) => columns.some((name) => name.endsWith(`.${column}`)));
    const isUsing = !isNested && join !== ',' && join !== 'CROSS JOIN' && shared.length > 0 && choice.once(4);
    const using = isUsing ? choice.some(shared, 1, 2) : [];
    const on = isUsing
      ? `USING (${using.join(', ')})`
      : `ON ${i === 0 ? '' : condition(choice, columns, own)}`;
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
    `CAST(list_distinct(list(${x})) AS VARCHAR)`,
    `CAST(list(${x} ORDER BY ${y}) AS VARCHAR)`,
  ]);
}

const NAMES = ['shop', 'area', 'n', 'v', 'code'];

/** Names for the items, now and then those of columns. */
function named(
  choice: Choice,
  items: readonly string[],
): { readonly list: string; readonly names: string[] } {
  const names: string[] = [];
  for (const i of items.keys()) {
    const name = choice.once(6) ? choice.one(NAMES) : `c${i}`;
    names.push(names.includes(name) ? `c${i}` : name);
  }
  return { list: items.map((item, i) => `${item} AS ${names[i]}`).join(', '), names };
}

function grouped(choice: Choice, { sql, columns }: Relation, filter: string): Body {
  const groups = choice
    .some(columns, 1, 3)
    .map((column) => (choice.once(10) ? `upper(CAST(${column} AS VARCHAR))` : column));
  const way = choice.one(['', '', '', 'ROLLUP', 'CUBE', 'SETS']);
  const all = groups.join(', ');
  const plain = choice.once(4) ? 'ALL' : all;
  const by = { '': plain, SETS: `GROUPING SETS ((${all}), (${groups[0]}))` }[way] ?? `${way} (${all})`;
  const marks = way === '' ? [] : [`grouping(${all})`, `grouping(${groups[0]})`];
  const items = [
    ...choice.some(groups, 1, 3),
    ...choice.some(marks, 0, marks.length),
    ...(choice.once(2) ? [aggregate(choice, columns)] : []),
  ];
  const { list, names } = named(choice, items);
  return {
    sql: `SELECT ${choice.once(6) ? 'DISTINCT ' : ''}${list} FROM ${sql}${filter} GROUP BY ${by}`,
    names,
    order: [...groups, ...groups, ...marks, ...names],
  };
}

function body(choice: Choice): Body {
  const source = from(choice);
  const filter = where(choice, source.columns);
  if (source.columns.length === 0 || choice.once(3)) return grouped(choice, source, filter);
  const items = choice.some(source.columns, 1, 4);
  if (choice.once(6))
    items.push(
      `row_number() OVER (PARTITION BY ${choice.one(source.columns)} ORDER BY ${choice.some(source.columns, 1, 3).join(', ')})`,
    );
  if (choice.once(15)) items.push('unnest([1, 2])');
  const { list, names } = named(choice, items);
  const on = choice.some([...source.columns, ...source.columns, ...names], 1, 2);
  const word = choice.one(['', '', '', 'DISTINCT ', `DISTINCT ON (${on.join(', ')}) `]);
  return {
    sql: `SELECT ${word}${list} FROM ${source.sql}${filter}`,
    names,
    order: [...source.columns, ...names],
  };
}

function keyed(choice: Choice): Keyed {
  const inner = body(choice);
  const { names } = inner;
  if (choice.once(2)) return limited(choice, inner);
  if (choice.once(6)) {
    const word = choice.one(['UNION', 'UNION ALL', 'EXCEPT']);
    return limited(choice, { sql: `${inner.sql} ${word} ${body(choice).sql}`, names, order: names });
  }
  const [x, y] = [choice.one(names), choice.one(names)];
  const from = `FROM (${inner.sql}) AS q`;
  if (choice.once(2)) {
    const items = choice.some(names, 1, 3);
    return limited(choice, { sql: `SELECT ${items.join(', ')} ${from}`, names: items, order: names });
  }
  const by = choice.one([x, `ROLLUP (${x})`, `ROLLUP (${choice.some(names, 1, 2).join(', ')})`]);
  const item = choice.one([`any_value(${y})`, 'count(*)', `len(list(${y}))`]);
  return limited(choice, {
    sql: `SELECT ${x} AS x, ${item} AS y ${from} GROUP BY ${by}`,
    names: ['x', 'y'],
    order: [x, 'x', ...names],
  });
}

/** Many do not bind: the engine says which. */
export const keyedSelect: fc.Arbitrary<Keyed> = fc.gen().map((g) => keyed(new Choice(g)));
