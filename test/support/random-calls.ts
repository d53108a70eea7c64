// Random SELECTs of calls that take rows in an order, or seem to: aggregates, windows with their frames, lists that are sorted or
// counted as a whole, PIVOT; in groups of each form, beside LIMIT, DISTINCT ON and QUALIFY. Over the tables of keyed-relations.ts.
import fc from 'fast-check';
import { Choice, type Keyed, limited } from './random-choice.ts';

const COLUMNS = ['shop', 'area', 'n', 'v'];

/** How many of the greatest are taken. */
const SETTINGS = ['2', '2', 'v + 1', 'coalesce(n, 0) + 1'];

/** Where `text` is known to be one. */
function aggregate(choice: Choice, columns: readonly string[]): string {
  const [x, y, z] = [choice.one(columns), choice.one(columns), choice.one(columns)];
  const text = choice.one(['shop', 'area']);
  return choice.one([
    'count(*)',
    `max(${x})`,
    `first(${x})`,
    `last(${x})`,
    `any_value(${x})`,
    `mode(${x})`,
    `mode(${x} ORDER BY ${x})`,
    `arg_max(${x}, ${y})`,
    `min_by(${x}, ${y})`,
    `arg_max(${x}, (${y}, ${x}))`,
    `arg_max(${x}, (${y}, ${z}))`,
    `arg_min(${x}, coalesce(${y}, ${x}))`,
    `arg_max(${x}, concat(${y}, ${x}))`,
    `arg_max(${x}, n + v)`,
    `first(${x} ORDER BY ${y})`,
    `first(${x} ORDER BY ${y}, ${z})`,
    `last(${x} ORDER BY ${y}, ${x})`,
    `first(${x} ORDER BY 1)`,
    `string_agg(${text}, ',')`,
    `string_agg(${text}, ',' ORDER BY ${text})`,
    `string_agg(${text}, ${text === 'area' ? 'shop' : 'area'} ORDER BY ${text})`,
    `list(${x})[1]`,
    `list(${x} ORDER BY ${y})[1]`,
    `list(${x} ORDER BY ${y}, ${x})[1]`,
    `list_sort(list(${x}))[1]`,
    `list_reverse_sort(list(DISTINCT ${x}))[1]`,
    `list_distinct(list(${x}))[1]`,
    `list_sort(first([n, v]))[1]`,
    `list_sort(string_split(string_agg(${text}, ','), ','))[1]`,
    `list_sort(list(${x}), 'DESC')[1]`,
    `len(list(${x}))`,
    `list_contains(list(${x}), ${x === 'n' || x === 'v' ? '1' : "'s1'"})`,
    `len(list_distinct(list(${x})))`,
    `length(first(repeat(${text}, v)))`,
    `len(any_value(range(v)))`,
    `len(string_split(any_value(${text}), 's'))`,
    `array_to_string(list(${text}), ',')`,
    `list_extract(list(${x}), 1)`,
    `list_position(list(${x}), ${x === 'n' || x === 'v' ? '1' : "'s1'"})`,
    `list_first(list(${x}))`,
    `list_transform(list(${x}), lambda i: 1)`,
    `list_transform(list(${x}), lambda i: i)[1]`,
    `CAST(approx_top_k(${x}, 1) AS VARCHAR)`,
    `CAST(json_group_array(${x}) AS VARCHAR)`,
    `CAST(json_group_object(${text}, v) AS VARCHAR)`,
    `quantile_disc(${x}, 0.5)`,
    `CAST(histogram(${x}) AS VARCHAR)`,
    `CAST(${choice.one(['histogram', 'histogram_exact'])}(v, [${choice.one(['1', y])}]) AS VARCHAR)`,
    `max(${x}, ${choice.one(SETTINGS)})`,
    `arg_max(${x}, ${choice.one([y, 'shop', '(shop, area, n, v)'])}, ${choice.one(SETTINGS)})`,
    `count(DISTINCT ${x})`,
    `bit_xor(v)`,
  ]);
}

const FRAMES = [
  '',
  '',
  '',
  ' ROWS 1 PRECEDING',
  ' ROWS UNBOUNDED PRECEDING',
  ' ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING',
  ' ROWS BETWEEN 1 PRECEDING AND UNBOUNDED FOLLOWING',
  ' ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING',
  ' RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW',
];

function windowCall(choice: Choice, columns: readonly string[]): string {
  const [x, y] = [choice.one(columns), choice.one(columns)];
  const partition = choice.once(2) ? `PARTITION BY ${choice.one(columns)} ` : '';
  const order = choice.some(columns, 1, 4).join(', ');
  const call = choice.one([
    'row_number()',
    'row_number()',
    'rank()',
    `rank(ORDER BY ${x})`,
    'dense_rank()',
    'ntile(3)',
    `lag(${x})`,
    `lead(${x})`,
    `first_value(${x})`,
    `last_value(${x})`,
    `nth_value(${x}, 2)`,
    `count(${x})`,
    `max(${x})`,
    `max(${x}, ${choice.one(SETTINGS)})`,
    `string_agg(CAST(${x} AS VARCHAR), ',')`,
    `list(${x})[1]`,
    `list(${x})`,
    `mode(${x})`,
    `arg_max(${x}, ${y})`,
    `any_value(${x})`,
    `CAST(approx_top_k(${x}, 1) AS VARCHAR)`,
  ]);
  const isFramed = !/^(row_number|rank|dense_rank|ntile|lag|lead)/.test(call);
  const spec = `(${partition}ORDER BY ${order}${isFramed ? choice.one(FRAMES) : ''})`;
  return call.endsWith('[1]') ? `(${call.slice(0, -3)} OVER ${spec})[1]` : `${call} OVER ${spec}`;
}

/** Rows with all four columns: with a key, without one, or one row of several groups. */
const FROM = [
  'lots',
  'lots',
  'stock',
  '(SELECT shop, area, n, n AS v FROM shops)',
  '(SELECT shop, area, n, v FROM lots UNION ALL SELECT shop, area, n, v FROM stock)',
  '(SELECT s.shop, o.area, s.n, s.v FROM stock s LEFT JOIN shops o ON s.shop = o.shop)',
  '(WITH w AS (FROM lots ORDER BY n LIMIT 4) FROM w)',
];

/** As it is, or with a LIMIT in an order. */
function whole(choice: Choice, sql: string, names: readonly string[], order: readonly string[]): Keyed {
  return choice.once(2) ? { sql, unties: [] } : limited(choice, { sql, names, order }, 2);
}

function grouped(choice: Choice): Keyed {
  const table = choice.one(FROM);
  const groups = choice.some(COLUMNS, 1, 2);
  const all = groups.join(', ');
  const by = choice.one([
    all,
    all,
    all,
    'ALL',
    'ALL',
    `ROLLUP (${all})`,
    `CUBE (${all})`,
    `GROUPING SETS ((${all}), (${groups[0]}))`,
    `GROUPING SETS ((${all}), (${all}))`,
    `ROLLUP (${all}, q.${groups[0]})`,
    `GROUPING SETS ((), ())`,
  ]);
  const call = choice.once(3)
    ? windowCall(choice, [...groups, 'count(*)', 'max(v)'])
    : aggregate(choice, COLUMNS);
  const isNone = by.endsWith('((), ())');
  const keys = by === 'ALL' ? groups : [choice.one(groups)];
  const items = [...(isNone || (by !== 'ALL' && choice.once(5)) ? [] : keys), call];
  const head = choice.once(8) ? 'DISTINCT ' : '';
  const having = choice.once(10) ? ' HAVING count(*) > 1' : '';
  const list = items.map((item, i) => `${item} AS c${i}`).join(', ');
  const sql = `SELECT ${head}${list} FROM ${table} AS q GROUP BY ${by}${having}`;
  const names = items.map((_, i) => `c${i}`);
  return whole(choice, sql, names, [...groups, ...groups, 'c0', `grouping(${all})`]);
}

/** Several sets of groups, in the order of some of what tells them apart. */
function sets(choice: Choice): Keyed {
  const table = choice.one(['lots', 'stock', 'shops', '(SELECT shop, n, area FROM stock WHERE n = 1)']);
  const groups = choice.some(['shop', 'area', 'n', 'upper(shop)'], 1, 2);
  const all = groups.join(', ');
  const by = choice.one([
    `ROLLUP (${all})`,
    `CUBE (${all})`,
    `GROUPING SETS ((${all}), (${groups.at(-1)}))`,
    `GROUPING SETS ((${all}), (${all}))`,
    `ROLLUP (${all}, ${groups[0]})`,
  ]);
  const mark = choice.one([`grouping(${all})`, `grouping(${groups[0]})`]);
  const items = choice.some([...groups, 'count(*)', mark, 'area', 'any_value(area)'], 1, 2);
  const head = choice.once(6) ? 'DISTINCT ' : '';
  const list = items.map((item, i) => `${item} AS c${i}`).join(', ');
  const sql = `SELECT ${head}${list} FROM ${table} AS q GROUP BY ${by}`;
  const names = items.map((_, i) => `c${i}`);
  const order = [
    all,
    all,
    `${all}, ${mark}`,
    `${mark}, ${all}`,
    `${mark}, ${groups[0]}`,
    groups[0] ?? '',
    mark,
  ];
  if (!choice.once(3)) return limited(choice, { sql, names, order }, 1);
  const outer = `SELECT ${choice.one(names)} AS x, count(*) AS y FROM (${sql}) AS w GROUP BY ROLLUP (c0)`;
  const rows = choice.one([outer, `SELECT ${choice.one(names)} AS x FROM (${sql}) AS w`]);
  return limited(choice, { sql: rows, names: ['x'], order: ['c0', names.join(', ')] }, 1);
}

function ungrouped(choice: Choice): Keyed {
  const items = [aggregate(choice, COLUMNS), ...(choice.once(3) ? ['unnest([1, 2])'] : [])];
  const names = items.map((_, i) => `c${i}`);
  const sql = `SELECT ${items.map((item, i) => `${item} AS c${i}`).join(', ')} FROM ${choice.one(FROM)} AS q`;
  if (choice.once(2)) return whole(choice, sql, names, ['c0', 'c1']);
  const rows = choice.one([
    `(${sql})`,
    `(SELECT n AS c0, v FROM lots ORDER BY ALL LIMIT ${choice.one(['1', '2'])})`,
    '(SELECT a.n AS c0, b.v FROM lots a, lots b, lots c ORDER BY ALL LIMIT 1%)',
    '(SELECT unnest(list(v ORDER BY v)) AS c0, count(*) AS v FROM lots)',
    '(SELECT count(*) OVER () AS c0, v FROM lots)',
    '(SELECT max(n) AS c0, v FROM lots GROUP BY ALL)',
    '(SELECT max(n) AS c0 FROM lots GROUP BY GROUPING SETS ((), (n)))',
  ]);
  return limited(choice, { sql: `SELECT * FROM ${rows} AS q`, names: ['1'], order: ['c0', 'v'] }, 1);
}

function windowed(choice: Choice): Keyed {
  const table = choice.one(FROM);
  const call = windowCall(choice, COLUMNS);
  const items = [
    ...choice.some(COLUMNS, 0, 2),
    call,
    ...(choice.once(4) ? [windowCall(choice, COLUMNS)] : []),
  ];
  const names = items.map((_, i) => `c${i}`);
  const on = choice.some(COLUMNS, 1, 2).join(', ');
  const head = choice.one(['', '', '', 'DISTINCT ', `DISTINCT ON (${on}) `]);
  const qualify = choice.once(4) ? ` QUALIFY ${windowCall(choice, COLUMNS)} IS NOT NULL` : '';
  const rows = choice.once(6)
    ? ` QUALIFY row_number() OVER (ORDER BY ${choice.some(COLUMNS, 1, 3).join(', ')}) < 4`
    : qualify;
  const list = items.map((item, i) => `${item} AS c${i}`).join(', ');
  const sql = `SELECT ${head}${list} FROM ${table} AS q${rows}`;
  return whole(choice, sql, names, [...COLUMNS, ...names]);
}

/** The first row of each group, or of some. */
function first(choice: Choice): Keyed {
  const items = choice.some([...COLUMNS, `count(*) OVER (PARTITION BY ${choice.one(COLUMNS)})`], 1, 2);
  const on = choice.some(COLUMNS, 1, 2).join(', ');
  const order = choice.some(COLUMNS, 0, 3);
  const by = order.length === 0 ? '' : ` ORDER BY ${order.join(', ')}`;
  const list = items.map((item, i) => `${item} AS c${i}`).join(', ');
  const cut = choice.one(['', '', ' OFFSET 1', ' LIMIT 2']);
  const sql = `SELECT ${choice.one([`DISTINCT ON (${on}) `, `DISTINCT ON (${on}) `, 'DISTINCT ', ''])}${list} FROM ${choice.one(FROM)} AS q${by}${cut}`;
  if (choice.once(2)) return { sql, unties: [] };
  return limited(
    choice,
    { sql: `SELECT c0 FROM (${sql}) AS w`, names: ['c0'], order: items.map((_, i) => `c${i}`) },
    1,
  );
}

function pivoted(choice: Choice): Keyed {
  const call = aggregate(choice, COLUMNS);
  return {
    sql: `FROM (PIVOT (SELECT area, n, v, shop FROM lots) ON area IN ('a0', 'a1') USING ${call} AS p GROUP BY ${choice.one(['n', 'shop'])})`,
    unties: [],
  };
}

const SHAPES = [
  sets,
  sets,
  sets,
  grouped,
  grouped,
  grouped,
  ungrouped,
  ungrouped,
  windowed,
  windowed,
  windowed,
  first,
  pivoted,
];

/** Many do not bind: the engine says which. */
export const callSelect: fc.Arbitrary<Keyed> = fc.gen().map((g) => {
  const choice = new Choice(g);
  return choice.one(SHAPES)(choice);
});
