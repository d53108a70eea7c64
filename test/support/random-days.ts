// Random expressions of times and intervals over the table `moments`, some of which are midnights whatever the row.
import fc from 'fast-check';

/** `d` is a date, `ts` a time without a zone, `n` a small whole number, `g` a group of several rows. */
const LEAVES = [
  'd',
  'd',
  'ts',
  'CAST(d AS TIMESTAMP)',
  "date_trunc('month', d)",
  "date_trunc('day', ts)",
  'min_d',
  'NULL::TIMESTAMP',
];
const INTERVALS = [
  'INTERVAL 1 DAY',
  "INTERVAL '2 weeks'",
  "INTERVAL '36 hours'",
  "INTERVAL '1.5 days'",
  "INTERVAL '1 month 1 second'",
  'INTERVAL 5 MINUTES',
  'to_months(CAST(n AS INTEGER))',
  'to_hours(n)',
  'to_days(CAST(n AS INTEGER))',
  '2.5 * INTERVAL 1 DAY',
  '(ts - d)',
  '(INTERVAL 1 MONTH + INTERVAL 1 DAY)',
  '(INTERVAL 1 MONTH - INTERVAL 1 SECOND)',
  "date_trunc('day', INTERVAL '1 day 3 hours')",
  'CASE WHEN n > 1 THEN INTERVAL 1 DAY ELSE INTERVAL 1 HOUR END',
];
const PARTS = ['month', 'week', 'year', 'hour', 'day'];

const pick = <T>(items: readonly T[]) => fc.constantFrom(...items);

const moment: fc.Arbitrary<string> = fc.letrec<{ e: string }>((tie) => ({
  e: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    pick(LEAVES),
    fc.tuple(pick(PARTS), tie('e')).map(([part, e]) => `date_trunc('${part}', ${e})`),
    fc.tuple(tie('e'), pick(['+', '-']), pick(INTERVALS)).map(([e, sign, by]) => `(${e} ${sign} ${by})`),
    fc
      .tuple(pick(['coalesce', 'greatest', 'least']), tie('e'), tie('e'))
      .map(([f, a, b]) => `${f}(${a}, ${b})`),
    fc.tuple(tie('e'), tie('e')).map(([a, b]) => `CASE WHEN n > 1 THEN ${a} ELSE ${b} END`),
    tie('e').map((e) => `CASE WHEN n > 1 THEN ${e} END`),
  ),
})).e;

const AGGREGATES = ['min', 'max', 'median', 'quantile_disc', 'quantile_cont', 'first', 'arg_max'];

/** The SELECT of one column `v`, and some that the engine does not take. */
export const daysSelect: fc.Arbitrary<string> = fc
  .tuple(moment, moment, fc.option(pick(AGGREGATES), { nil: undefined }), fc.nat(6))
  .map(([v, other, aggregate, shape]) => {
    const from = '(SELECT *, min(d) OVER (PARTITION BY g) AS min_d FROM moments)';
    if (aggregate !== undefined) {
      const more = aggregate.startsWith('quantile') ? ', 0.3' : aggregate === 'arg_max' ? ', (n, d, ts)' : '';
      const order = aggregate === 'first' ? ' ORDER BY d, ts, n' : '';
      return `SELECT ${aggregate}(${v}${more}${order}) AS v FROM ${from} GROUP BY g`;
    }
    const shapes = [
      `SELECT ${v} AS v FROM ${from}`,
      `SELECT ${v} AS v, count(*) AS n FROM ${from} GROUP BY ALL`,
      `SELECT ${v} AS v FROM ${from} UNION SELECT ${other} FROM ${from}`,
      `SELECT lag(${v}, 1, ${other}) OVER (ORDER BY d, ts, n) AS v FROM ${from}`,
      `WITH c AS (SELECT DISTINCT ${v} AS v FROM ${from}) SELECT a.v FROM c a LEFT JOIN c b ON a.v < b.v`,
      `SELECT fill(CASE WHEN n <> 1 THEN ${v} END) OVER (ORDER BY ts) AS v FROM ${from}`,
      `SELECT (SELECT max(v) FROM (SELECT ${v} AS v)) AS v FROM ${from}`,
    ];
    return shapes[shape] ?? '';
  });
