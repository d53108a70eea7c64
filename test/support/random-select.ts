// Random SELECTs of the kinds that depend on an order, or seem to, over three tables full of ties.
import fc from 'fast-check';

/** Of which table a column may be said, and how: names that several tables have are ambiguous without one. */
type From = { readonly sql: string; readonly columns: readonly string[] };
const FROMS: readonly From[] = [
  { sql: 'sales', columns: ['day', 'id', 'customer', 'amount', 'sales.id'] },
  { sql: 'sales AS s', columns: ['day', 's.id', 'customer', 's.amount', 'amount'] },
  { sql: 'people', columns: ['customer', 'city', 'people.city'] },
  { sql: 'totals', columns: ['day', 'customer', 'amount'] },
  {
    sql: 'totals LEFT JOIN people USING (customer)',
    columns: ['day', 'customer', 'amount', 'city', 'people.customer'],
  },
  {
    sql: 'people RIGHT JOIN totals USING (customer)',
    columns: ['day', 'customer', 'amount', 'city', 'totals.customer'],
  },
  {
    sql: 'totals t JOIN people p ON t.customer = p.customer',
    columns: ['day', 't.customer', 'p.customer', 'amount', 'city'],
  },
  { sql: 'people SEMI JOIN totals USING (customer)', columns: ['customer', 'city'] },
  { sql: '(SELECT DISTINCT customer, amount FROM sales) AS d', columns: ['customer', 'd.amount', 'amount'] },
  {
    sql: '(SELECT customer AS who, sum(amount) AS amount, count(*) AS id FROM sales GROUP BY customer) AS g',
    columns: ['who', 'amount', 'id'],
  },
  { sql: '(SELECT * FROM people) AS q', columns: ['customer', 'city'] },
];

const ALIASES = ['a', 'b', 'id', 'customer', 'amount', 'place'];
const BARE_AGGREGATES = ['count(*)', 'sum(1)'];

function aggregatesOf(x: string, y: string): string[] {
  return [
    `max(${x})`,
    `count(DISTINCT ${x})`,
    `any_value(${x})`,
    `first(${x} ORDER BY ${y})`,
    `string_agg(CAST(${x} AS VARCHAR), ',' ORDER BY ${y}, ${x})`,
    `mode(${x} ORDER BY ${x})`,
    `CAST(list(${x} ORDER BY ${y}) AS VARCHAR)`,
    `arg_max(${x}, ${y})`,
    `arg_min(${x}, (${y}, ${x}))`,
    `median(length(CAST(${x} AS VARCHAR)))`,
  ];
}

function windowsOf(x: string, y: string, over: string): string[] {
  return [
    `row_number() OVER (${over})`,
    `rank() OVER (${over})`,
    `ntile(3) OVER (${over})`,
    `lag(${x}) OVER (${over})`,
    `first_value(${x}) OVER (${over})`,
    `count(${x}) OVER (${over})`,
    `max(${x}) OVER (${over} ROWS 1 PRECEDING)`,
    `string_agg(CAST(${y} AS VARCHAR), ',') OVER (${over})`,
  ];
}

const pick = <T>(items: readonly T[]) => fc.nat(items.length - 1).map((i) => items[i] as T);
const some = (columns: readonly string[], max: number) =>
  fc.array(pick(columns), { maxLength: max }).map((names) => [...new Set(names)]);

function overClause(columns: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(some(columns, 2), some(columns, 4))
    .map(([partition, order]) =>
      [
        partition.length === 0 ? '' : `PARTITION BY ${partition.join(', ')}`,
        order.length === 0 ? '' : `ORDER BY ${order.join(' DESC, ')}`,
      ]
        .filter((part) => part !== '')
        .join(' '),
    );
}

function itemOf(columns: readonly string[], grouped: boolean): fc.Arbitrary<string> {
  const column = pick(columns);
  const expression = fc.oneof(
    { weight: 4, arbitrary: column },
    { weight: 1, arbitrary: column.map((name) => `upper(CAST(${name} AS VARCHAR))`) },
    { weight: 1, arbitrary: fc.constant('7') },
    {
      weight: grouped ? 4 : 0,
      arbitrary: fc
        .tuple(column, column)
        .chain(([x, y]) => pick([...BARE_AGGREGATES, ...aggregatesOf(x, y)])),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(column, column, overClause(columns))
        .chain(([x, y, over]) => pick(windowsOf(x, y, over))),
    },
  );
  return fc
    .tuple(expression, fc.option(pick(ALIASES), { nil: undefined, freq: 2 }))
    .map(([sql, alias]) => (alias === undefined ? sql : `${sql} AS ${alias}`));
}

function selectFrom({ sql: from, columns }: From): fc.Arbitrary<string> {
  const grouping = fc.oneof(
    { weight: 3, arbitrary: fc.constant<readonly string[] | undefined>(undefined) },
    { weight: 1, arbitrary: fc.constant<readonly string[]>(['ALL']) },
    { weight: 2, arbitrary: fc.uniqueArray(pick(columns), { minLength: 1, maxLength: 2 }) },
  );
  return grouping.chain((groups) => {
    const usable = groups === undefined || groups[0] === 'ALL' ? columns : groups;
    return fc
      .record({
        head: pick(['', '', '', 'DISTINCT ', `DISTINCT ON (${usable[0]}) `]),
        items: fc.array(itemOf(usable, groups !== undefined), { minLength: 1, maxLength: 4 }),
        qualify: fc.option(fc.tuple(overClause(usable), fc.integer({ min: 1, max: 2 })), {
          nil: undefined,
          freq: 3,
        }),
        order: some([...usable, ...ALIASES, '1', '2', '3', 'ALL', 'upper(CAST(1 AS VARCHAR))'], 4),
        limit: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined, freq: 2 }),
      })
      .map(({ head, items, qualify, order, limit }) =>
        [
          `SELECT ${head}${items.join(', ')} FROM ${from}`,
          groups === undefined ? '' : `GROUP BY ${groups.join(', ')}`,
          qualify === undefined ? '' : `QUALIFY row_number() OVER (${qualify[0]}) <= ${qualify[1]}`,
          order.length === 0 ? '' : `ORDER BY ${order.includes('ALL') ? 'ALL' : order.join(', ')}`,
          limit === undefined ? '' : `LIMIT ${limit}`,
        ]
          .filter((part) => part !== '')
          .join(' '),
      );
  });
}

/** Many do not bind, as names are chosen blindly: the engine says which. */
export const select: fc.Arbitrary<string> = pick(FROMS).chain((from) => selectFrom(from));
