// A package of insights that join a side input by partition columns, and of near misses, with random histories of its landing folder.
import fc from 'fast-check';
import { removeNth } from './remove-nth.ts';
import type { TestClock, TestLake } from './shop-lake.ts';
import { put } from './shop-lake.ts';

const K = { name: 'k', type: 'string', constraints: { required: true } };
const N = { name: 'n', type: 'integer', constraints: { required: true } };
const field = (name: string, type: string) => ({ name, type });
const resource = (name: string, columns: readonly (readonly [name: string, type: string])[]) => ({
  name,
  path: `${name}/${columns.map(([column]) => `${column}=*/`).join('')}*.csv`,
  partitionBy: columns.map(([column]) => column),
  schema: {
    fields: [...columns.map(([column, type]) => field(column, type)), K, N, field('note', 'string')],
  },
});
/** `prices` calls its columns by other names, and has one more; `rates` has days alone. */
export const PARTS = {
  sales: [
    ['region', 'string'],
    ['day', 'date'],
  ],
  orders: [
    ['region', 'string'],
    ['day', 'date'],
  ],
  rates: [['day', 'date']],
  prices: [
    ['store', 'string'],
    ['date', 'date'],
    ['version', 'integer'],
  ],
} as const;
export type TableName = keyof typeof PARTS;
export const TABLE_NAMES = Object.keys(PARTS) as TableName[];
export const PACKAGE = {
  name: 'joined',
  resources: TABLE_NAMES.map((name) => resource(name, PARTS[name])),
};

/** `joined`: what is to be proved. All are over `sales`. */
export type JoinedInsight = {
  readonly partitionBy: readonly string[];
  readonly windowDays?: number;
  readonly sql: string;
  readonly joined: Readonly<Record<string, readonly string[]>>;
};
const SUM = 'CAST(sum(n) AS BIGINT) AS n';
const day = ['region', 'day'];
export const INSIGHTS: Readonly<Record<string, JoinedInsight>> = {
  using: {
    partitionBy: day,
    sql: 'SELECT region, day, k, sales.n, orders.n AS ordered FROM sales JOIN orders USING (region, day, k)',
    joined: { orders: ['region=region', 'day=day'] },
  },
  grouped: {
    partitionBy: day,
    sql: `WITH o AS (SELECT region, day, k, ${SUM} FROM orders GROUP BY ALL)
      SELECT s.region, s.day, s.k, s.n, o.n AS ordered FROM sales s LEFT JOIN o ON o.day = s.day AND s.region = o.region AND o.k = s.k`,
    joined: { orders: ['region=region', 'day=day'] },
  },
  null_safe: {
    partitionBy: day,
    sql: `SELECT s.region, s.day, s.k, (SELECT ${SUM} FROM orders o WHERE o.region IS NOT DISTINCT FROM s.region AND o.day = s.day) AS n FROM sales s`,
    joined: { orders: ['region=region', 'day=day'] },
  },
  rated: {
    partitionBy: day,
    sql: 'SELECT region, day, k, sales.n, rates.n AS rate FROM sales LEFT JOIN rates USING (day, k)',
    joined: { rates: ['day=day'] },
  },
  by_region: {
    partitionBy: ['region'],
    sql: `SELECT region, k, ${SUM} FROM sales s WHERE EXISTS (FROM orders o WHERE o.region = s.region AND o.k = s.k) GROUP BY ALL`,
    joined: { orders: ['region=region'] },
  },
  priced: {
    partitionBy: day,
    sql: `SELECT region, s.day, s.k, s.n, p.n AS price, p.version, r.n AS rate FROM sales s JOIN prices p ON store = region AND p.date = s.day
      LEFT JOIN rates r ON r.day = p.date AND r.k = p.k`,
    joined: { prices: ['region=store', 'day=date'], rates: ['day=day'] },
  },
  windowed: {
    partitionBy: day,
    windowDays: 1,
    sql: `SELECT p.region, p.day, s.k, ${SUM.replace('sum(n)', 'sum(s.n + o.n)')} FROM this_partition p, sales s JOIN orders o USING (region, day, k) GROUP BY ALL`,
    joined: { orders: ['region=region', 'day=day'] },
  },
  own_day: {
    partitionBy: day,
    windowDays: 1,
    sql: `SELECT p.region, p.day, s.k, ${SUM.replace('sum(n)', 'sum(s.n)')}, (SELECT ${SUM} FROM rates r WHERE r.day = p.day) AS rate FROM this_partition p, sales s GROUP BY ALL`,
    joined: { rates: ['day=day'] },
  },
  failing: {
    partitionBy: day,
    sql: `WITH o AS (SELECT region, day, CAST(note AS INTEGER) AS noted FROM orders)
      SELECT region, day, k, n, noted FROM sales JOIN o USING (region, day)`,
    joined: { orders: ['region=region', 'day=day'] },
  },
  outer_other: {
    partitionBy: day,
    sql: `SELECT s.region, s.day, s.k, s.n, (SELECT count(*) FROM sales t RIGHT JOIN orders o ON t.region = o.region AND t.day = o.day) AS ordered FROM sales s`,
    joined: {},
  },
  other_column: {
    partitionBy: day,
    sql: 'SELECT s.region, s.day, s.k, s.n, o.n AS ordered FROM sales s JOIN orders o ON o.k = s.k',
    joined: {},
  },
  shifted: {
    partitionBy: day,
    sql: 'SELECT s.region, s.day, s.k, s.n, o.n AS ordered FROM sales s JOIN orders o ON o.day = s.day - 1 AND o.region = s.region',
    joined: { orders: ['region=region'] },
  },
  twice: {
    partitionBy: day,
    sql: `SELECT region, day, k, sales.n, orders.n AS ordered, (SELECT ${SUM} FROM orders) AS of_all FROM sales JOIN orders USING (region, day, k)`,
    joined: {},
  },
};

function insightText({ partitionBy, windowDays, sql }: JoinedInsight): string {
  const window = windowDays === undefined ? '' : `window: {day: ${windowDays}}\n`;
  return `/* ---\nover: sales\npartitionBy: [${partitionBy.join(', ')}]\n${window}--- */\n${sql}\n`;
}

/** And one that joins insights: a side input of its own kind. */
export const INSIGHT_TEXTS = {
  ...Object.fromEntries(Object.entries(INSIGHTS).map(([name, insight]) => [name, insightText(insight)])),
  above: `/* ---\nover: using\npartitionBy: [region, day]\n--- */
SELECT u.region, u.day, u.k, u.n, r.rate, b.n AS of_region FROM "using" u LEFT JOIN rated r USING (region, day, k) LEFT JOIN by_region b ON b.region = u.region AND b.k = u.k\n`,
};

export const NO_VALUE = '__HIVE_DEFAULT_PARTITION__';
export type Row = { readonly k: string; readonly n: number; readonly note: string };
export type LandingFile = {
  readonly table: TableName;
  /** By the table's partition columns. */
  readonly values: Readonly<Record<string, string | null>>;
  readonly rows: readonly Row[];
};
/** The files in landing, by key. */
export type Landing = Map<string, LandingFile>;

export type Step =
  | ({ readonly kind: 'put'; readonly file: string } & LandingFile)
  | { readonly kind: 'delete'; readonly nth: number };

const rows = fc.array(
  fc.record({
    k: fc.constantFrom('a', 'b'),
    n: fc.nat(9),
    note: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom('1', '2') },
      { weight: 1, arbitrary: fc.constant('x') },
    ),
  }),
  { minLength: 1, maxLength: 3 },
);
const VALUES: Readonly<Record<string, readonly (string | null)[]>> = {
  string: ['eu', 'us', null],
  date: ['2024-02-28', '2024-02-29', '2024-03-01'],
  integer: ['1', '2'],
};

function fileOf(table: TableName): fc.Arbitrary<LandingFile> {
  const values = Object.fromEntries(
    PARTS[table].map(([column, type]) => [column, fc.constantFrom(...(VALUES[type] ?? []))]),
  );
  return fc.record({ table: fc.constant(table), values: fc.record(values), rows });
}

const some = fc.oneof(
  { weight: 3, arbitrary: fileOf('sales') },
  { weight: 4, arbitrary: fileOf('orders') },
  { weight: 2, arbitrary: fileOf('rates') },
  { weight: 3, arbitrary: fileOf('prices') },
);
export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(some, fc.constantFrom('1', '2'))
      .map(([one, file]) => ({ kind: 'put' as const, file, ...one })),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), nth: fc.nat(40) }) },
);

export function keyOf({ table, values }: Omit<LandingFile, 'rows'>, file: string): string {
  const folders = Object.entries(values).map(([column, value]) => `${column}=${value ?? NO_VALUE}`);
  return [table, ...folders, `${file}.csv`].join('/');
}

/** The key that changed; undefined where there is nothing to delete. */
export async function play(
  step: Step,
  clock: TestClock,
  { effects }: TestLake,
  landing: Landing,
): Promise<string | undefined> {
  clock.tick();
  if (step.kind === 'delete') return removeNth(landing, effects.landing, step.nth);
  const key = keyOf(step, step.file);
  landing.set(key, step);
  const lines = step.rows.map(({ k, n, note }) => `${k},${n},${note}`);
  await put(effects.landing, key, ['k,n,note', ...lines].join('\n'));
  return key;
}
