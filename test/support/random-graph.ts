// Random graphs of insights over a small package, and random histories of its landing folder. Every table has the columns
// k, n and v, so that any insight can read any other.
import fc from 'fast-check';

const DECIMAL = { type: 'number', precision: 18, scale: 2, constraints: { required: true } };
const ROW_FIELDS = [
  { name: 'k', type: 'string', constraints: { required: true } },
  { name: 'n', type: 'integer', constraints: { required: true } },
  { name: 'v', ...DECIMAL },
];
const resource = (name: string, words: object, fields: object[] = ROW_FIELDS, key?: string) => ({
  name,
  path: `${name}/**/*.csv`,
  format: 'csv',
  ...words,
  schema: { fields, ...(key === undefined ? {} : { primaryKey: key }) },
});
export const CONTRACT = {
  name: 'graph',
  resources: [
    resource('facts', { partitionBy: ['region', 'day'] }, [
      { name: 'region', type: 'string' },
      { name: 'day', type: 'date' },
      ...ROW_FIELDS,
    ]),
    resource('marks', { partitionBy: ['day', 'region'] }, [
      { name: 'region', type: 'string' },
      { name: 'day', type: 'date' },
      ...ROW_FIELDS,
    ]),
    resource('newest', { mode: 'upsert' }, ROW_FIELDS, 'k'),
    resource('whole', { mode: 'replace' }),
  ],
};

type Table = { readonly name: string; readonly partitions: readonly string[] };
const BASE: readonly Table[] = [
  { name: 'facts', partitions: ['region', 'day'] },
  { name: 'marks', partitions: ['day', 'region'] },
  { name: 'newest', partitions: [] },
  { name: 'whole', partitions: [] },
];

/** Of one insight: which table drives it, which it reads besides, how many partition columns it keeps, and what it does. */
type Choice = {
  readonly over: number;
  readonly side: number;
  readonly kept: number;
  readonly shape: number;
  /** Used where it keeps the day. */
  readonly window: { readonly before: number; readonly after: number; readonly shape: number } | null;
};
export type InsightFile = { readonly name: string; readonly text: string };

/**
 * `q`: the partition columns with a comma after each; `p`: those of the driving table, with a comma before each; `common`: those
 * that the side has, too.
 */
type Shape = (words: {
  q: string;
  p: string;
  over: string;
  side: string;
  common: readonly string[];
}) => string;
const SHAPES: readonly Shape[] = [
  ({ q, over }) =>
    `SELECT ${q}k, count(*) AS n, CAST(sum(v) AS DECIMAL(18, 2)) AS v FROM ${over} GROUP BY ${q}k`,
  ({ q, over }) => `SELECT DISTINCT ${q}k, n, v FROM ${over}`,
  ({ q, over }) =>
    `SELECT ${q}k, count(DISTINCT n) AS n, CAST(median(v) AS DECIMAL(18, 2)) AS v FROM ${over} GROUP BY ${q}k`,
  ({ q, p, over }) =>
    `SELECT ${q}k, row_number() OVER (PARTITION BY k ORDER BY v DESC, n${p}) AS n, v FROM ${over}`,
  ({ q, over }) => `SELECT ${q}k, n, v FROM ${over} ORDER BY ALL LIMIT 3`,
  ({ q, over }) => `SELECT ${q}k, n, v FROM ${over} ORDER BY v DESC, n, ${q}k LIMIT 2`,
  ({ q, over, side }) =>
    `WITH best AS (SELECT k, max(v) AS best FROM ${side} GROUP BY k)
     SELECT ${q}k, n, CAST(v + coalesce(best, 0) AS DECIMAL(18, 2)) AS v FROM ${over} LEFT JOIN best USING (k)`,
  ({ q, over }) =>
    `SELECT ${q}string_agg(k, ',' ORDER BY k) AS k, max(n) AS n, CAST(sum(DISTINCT v) AS DECIMAL(18, 2)) AS v
     FROM ${over} GROUP BY ${q}n`,
  ({ q, p, over }) =>
    `SELECT ${q}k, n, CAST(v - coalesce(lag(v) OVER (PARTITION BY k ORDER BY n, v${p}), 0) AS DECIMAL(18, 2)) AS v FROM ${over}`,
  ({ q, over }) => `SELECT ${q}k, n, v FROM ${over} QUALIFY rank() OVER (PARTITION BY k ORDER BY v) <= 2`,
  ({ q, p, over }) =>
    `SELECT ${q}k, n, v FROM ${over} QUALIFY row_number() OVER (PARTITION BY k ORDER BY v, n${p}) = 1`,
  ({ q, over, side }) =>
    `SELECT ${q}k, n, v FROM ${over} WHERE k NOT IN (SELECT k FROM ${side} ORDER BY ALL LIMIT 1)`,
  ({ q, over, side, common }) =>
    `WITH best AS (SELECT ${common.map((column) => `${column}, `).join('')}k, max(v) AS best FROM ${side} GROUP BY ALL)
     SELECT ${q}k, n, CAST(v + coalesce(best, 0) AS DECIMAL(18, 2)) AS v FROM ${over} LEFT JOIN best USING (${[...common, 'k'].join(', ')})`,
  ({ q, over, side, common }) =>
    `SELECT ${q}k, n, v FROM ${over} AS o WHERE ${common.length % 2 === 0 ? 'NOT ' : ''}EXISTS (FROM ${side} AS s
     WHERE ${[...common.map((column) => `s.${column} IS NOT DISTINCT FROM o.${column}`), 's.k = o.k'].join(' AND ')})`,
  ({ q, over, side, common }) =>
    `SELECT ${q}k, n, CAST((SELECT count(*) FROM ${side} AS s WHERE ${['true', ...common.slice(-1).map((column) => `s.${column} = o.${column}`)].join(' AND ')}) AS DECIMAL(18, 2)) AS v FROM ${over} AS o`,
  ({ q, over }) =>
    `SELECT ${q}k, n, v FROM (SELECT *, sum(n) OVER (PARTITION BY k) AS total FROM ${over}) WHERE total % 2 = 0`,
];

/** Those that see the days around their own. */
const WINDOW_SHAPES: readonly ((over: string) => string)[] = [
  (over) =>
    `SELECT this_partition.region, this_partition.day, k, count(DISTINCT n) AS n, CAST(sum(v) AS DECIMAL(18, 2)) AS v
     FROM this_partition, ${over} GROUP BY ALL`,
  (over) =>
    `WITH seen AS (SELECT DISTINCT k, n, v FROM ${over}) SELECT this_partition.*, k, n, v FROM seen, this_partition`,
  (over) => `SELECT region, day, k, n, v FROM ${over} WHERE day = (SELECT day FROM this_partition)`,
  (over) =>
    `SELECT region, this_partition.day, k, n, v FROM this_partition JOIN ${over} USING (region) ORDER BY ALL LIMIT 3`,
];

/** Those that read a second table: a change in it touches every partition, or those that it is joined by. */
const WITH_SIDE = SHAPES.flatMap((shape, i) => (shape.toString().includes('side') ? [i] : []));

function insightText(
  { over, side, kept, shape, window }: Choice,
  tables: readonly Table[],
): InsightFile & Table {
  // The last one drives most often: so graphs get deep.
  const driving = tables[Math.max(0, tables.length - 1 - over)] ?? (BASE[0] as Table);
  const beside = tables[side % tables.length] ?? (BASE[2] as Table);
  const partitions = driving.partitions.slice(0, kept);
  const q = partitions.map((column) => `${column}, `).join('');
  const p = driving.partitions.map((column) => `, ${column}`).join('');
  const shown = SHAPES[shape % SHAPES.length] as Shape;
  const windowed = partitions.includes('day') ? window : null;
  const common =
    beside === driving ? [] : driving.partitions.filter((one) => beside.partitions.includes(one));
  const around = windowed && WINDOW_SHAPES[windowed.shape % WINDOW_SHAPES.length];
  const sql = around ? around(driving.name) : shown({ q, p, over: driving.name, side: beside.name, common });
  const name = `i${tables.length - BASE.length + 1}`;
  const words = [`over: ${driving.name}`, `partitionBy: [${partitions.join(', ')}]`];
  if (windowed) words.push(`window: {day: {before: ${windowed.before + 1}, after: ${windowed.after}}}`);
  return { name, partitions, text: `/* ---\n${words.join('\n')}\n--- */\n${sql}\n` };
}

export const graph: fc.Arbitrary<readonly InsightFile[]> = fc
  .array(
    fc.record({
      over: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(7) }),
      side: fc.nat(7),
      kept: fc.nat(2),
      shape: fc.oneof(
        { weight: 2, arbitrary: fc.nat(SHAPES.length - 1) },
        { weight: 1, arbitrary: fc.constantFrom(...WITH_SIDE) },
      ),
      window: fc.option(fc.record({ before: fc.nat(30), after: fc.nat(2), shape: fc.nat(3) })),
    }),
    { minLength: 3, maxLength: 5, size: 'max' },
  )
  .map((choices) => {
    const insights: (InsightFile & Table)[] = [];
    // The first one is over the facts, so that every graph has partitions and is at least three deep.
    const [facts, ...others] = BASE as readonly [Table, ...Table[]];
    for (const choice of choices) insights.push(insightText(choice, [...others, facts, ...insights]));
    return insights;
  });

export type Step =
  | { readonly kind: 'put'; readonly key: string; readonly text: string; readonly tick: boolean }
  | { readonly kind: 'delete' | 'event'; readonly key: string }
  | { readonly kind: 'settle' };

const FACTS = ['eu/day=2024-01-01', 'eu/day=2024-01-02', 'us/day=2024-01-01', 'us/day=2024-02-01'].flatMap(
  (place) => [`facts/region=${place}/a.csv`, `facts/region=${place}/b.csv`],
);
const MARKS = ['2024-01-01/region=eu', '2024-01-02/region=eu', '2024-02-01/region=us'].map(
  (place) => `marks/day=${place}/a.csv`,
);
const OTHERS = ['newest/1.csv', 'newest/2.csv', 'whole/1.csv', ...MARKS];
const key = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...FACTS) },
  { weight: 2, arbitrary: fc.constantFrom(...OTHERS) },
);
/** Few values, so that rows tie and repeat. */
const row = fc.tuple(
  fc.constantFrom('a', 'b', 'c'),
  fc.nat(3),
  fc.constantFrom('0.50', '1.00', '1.25', '-2.00'),
);
const text = fc
  .array(row, { maxLength: 6 })
  .map((rows) => ['k,n,v', ...rows.map((cells) => cells.join(','))].join('\n'));

const put = fc.record({ kind: fc.constant('put' as const), key, text, tick: fc.boolean() });
const remove = fc.record({ kind: fc.constant('delete' as const), key });
const event = fc.record({ kind: fc.constant('event' as const), key });
const settle = { kind: 'settle' } as const;
const filled = fc.tuple(
  ...FACTS.map((name) => text.map((rows) => ({ kind: 'put', key: name, text: rows, tick: false }) as const)),
);

/** All facts, then changes of any kind, then one change of a lake that is current: what it touches must be found. */
export const steps: fc.Arbitrary<Step[]> = fc
  .tuple(
    filled,
    fc.array(
      fc.oneof(
        { weight: 4, arbitrary: put },
        { weight: 2, arbitrary: remove },
        { weight: 2, arbitrary: event },
        { weight: 2, arbitrary: fc.constant(settle) },
      ),
      { maxLength: 8, size: 'max' },
    ),
    fc.oneof({ weight: 2, arbitrary: put }, { weight: 1, arbitrary: remove }),
  )
  .map(([facts, changes, last]) => [...facts, settle, ...changes, settle, last]);
