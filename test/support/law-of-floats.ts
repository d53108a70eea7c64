// The law of floating point expressions: the forms that are said not to be among their values are not.
import fc from 'fast-check';
import type { Column } from '../../lib/core/schema.ts';
import { createEmptyView } from '../../lib/definitions/bind-sql.ts';
import { boundPlan } from '../../lib/definitions/exact-expressions.ts';
import { SqlError } from '../../lib/ports.ts';
import type { ValueLaw } from './value-law.ts';

export const FLOAT_COLUMNS: readonly Column[] = [
  { name: 'x', type: 'double' },
  { name: 'clean', type: 'double' },
  { name: 'd', type: 'decimal(9,2)' },
  { name: 'n', type: 'long' },
  { name: 'far', type: 'double' },
];

const ROWS = `SELECT * FROM (SELECT unnest(['0', '-0', 'nan', '-nan', 'inf', '-inf', '1.5', '-0.3', '1e308', '-1e-300'])::DOUBLE AS x),
  (SELECT unnest(['0', 'nan', 'inf', '-inf', '-2', '1e308', '-1e-300'])::DOUBLE AS clean),
  (SELECT unnest([0, 0.01, -0.01, 5, -5])::DECIMAL(9, 2) AS d), (SELECT unnest([0, 1, -2, 3])::BIGINT AS n),
  (SELECT unnest(['inf', '-inf'])::DOUBLE AS far)`;

const leaf = fc.constantFrom(
  'x',
  'clean',
  'd',
  'd / 100',
  'n',
  "CAST('-0' AS DOUBLE)",
  '0.0::DOUBLE',
  '-0.0::DOUBLE',
  '2',
  '-3.5',
  '0',
  '1e308',
  'radians(0.0::DOUBLE - 5e-324)',
  'CAST(n AS FLOAT)',
  'far',
  'CAST(d AS DOUBLE)',
  "CAST(CAST('-0' AS ENUM('-0', '1')) AS DOUBLE)",
  "CAST(CAST('340282366920938463463374607431768211455' AS UHUGEINT) AS FLOAT)",
);
const DIVISORS = [
  '2',
  '0.01',
  '-0.5',
  'CAST(0.4 AS INTEGER)',
  '1e-200',
  "'inf'::DOUBLE",
  '0',
  '1e-60::FLOAT',
];
/** What their sums, differences and products are at the ends of what a double can be. */
const ENDS = ['1e308', '(-1e308)', 'clean', '(0.0::DOUBLE - clean)', 'far', 'CAST(n AS DOUBLE)'];
const float: fc.Arbitrary<string> = fc.letrec<{ e: string }>((tie) => ({
  e: fc.oneof(
    { maxDepth: 3, depthSize: 'xsmall' },
    leaf,
    fc
      .tuple(tie('e'), tie('e'), fc.constantFrom('+', '-', '*', '/'))
      .map(([a, b, operator]) => `(CAST(${a} AS DOUBLE) ${operator} ${b})`),
    fc
      .tuple(fc.constantFrom(...ENDS), fc.constantFrom('+', '-', '*'), fc.constantFrom(...ENDS))
      .map((parts) => `(${parts.join(' ')})`),
    fc
      .tuple(tie('e'), fc.constantFrom(...DIVISORS))
      .map(([a, divisor]) => `(CAST(${a} AS DOUBLE) / ${divisor})`),
    fc
      .tuple(
        tie('e'),
        fc.constantFrom(
          '-',
          '+',
          'abs',
          '@',
          'round',
          'floor',
          'ceil',
          'ceiling',
          'trunc',
          'sqrt_',
          'coalesce',
          'cbrt',
          'exp',
          'degrees',
          'even',
          'sign',
        ),
      )
      .map(([a, name]) => (name === 'sqrt_' ? `sqrt(abs(${a}))` : `${name}(${a})`)),
    fc
      .tuple(tie('e'), tie('e'), fc.constantFrom('greatest', 'least', 'coalesce'))
      .map(([a, b, name]) => `${name}(${a}, ${b})`),
    fc
      .tuple(tie('e'), fc.constantFrom('DOUBLE', 'FLOAT', 'VARCHAR', 'DECIMAL(9, 1)', 'BIGINT'))
      .map(([a, type]) => `CAST(TRY_CAST(${a} AS ${type}) AS DOUBLE)`),
    fc.tuple(tie('e'), tie('e')).map(([a, b]) => `CASE WHEN n > 1 THEN ${a} ELSE ${b} END`),
  ),
})).e;

/** Grouped by n, of which there are several rows each. */
const AGGREGATES = [
  'max',
  'min',
  'median',
  'first',
  'quantile_disc',
  'quantile_cont',
  'mad',
  'mode',
  'avg',
  'product',
  'sum',
  'kurtosis',
];
const aggregate = fc.option(fc.constantFrom(...AGGREGATES), { nil: undefined });

const selects = fc.tuple(float, aggregate, fc.nat(9)).map(([expression, name, shape]) => {
  const call = name?.startsWith('quantile') ? `${name}(${expression}, 0.5)` : `${name}(${expression})`;
  const value = name === undefined ? expression : call;
  const own = `SELECT CAST(${value} AS DOUBLE) AS v FROM t${name === undefined ? '' : ' GROUP BY n'}`;
  switch (shape) {
    case 0:
      return `SELECT avg(CAST(d AS DECIMAL(9, 2))) AS v FROM t GROUP BY n`;
    case 1:
      return `SELECT v FROM (${own}) UNION ALL SELECT CAST(${expression} AS DOUBLE) FROM t`;
    case 2:
      return `SELECT lag(v, 1, -1.5) OVER () AS v FROM (${own})`;
    case 3:
      return `WITH RECURSIVE r AS (SELECT v, 0 AS k FROM (SELECT DISTINCT v FROM (${own})) UNION SELECT ${name === undefined ? 'v - v * 1e308' : '-v'}, k + 1 FROM r WHERE k < 2) SELECT v FROM r`;
    case 4:
      return `SELECT v FROM (VALUES (0.0::DOUBLE), (CAST(-0.0 AS DOUBLE)), ('-nan'::DOUBLE)) u(v) UNION ALL ${own}`;
    case 5:
      return `SELECT fill(CASE WHEN n = 1 THEN NULL ELSE ${expression} END) OVER (ORDER BY n) AS v FROM t`;
    default:
      return own;
  }
});

/** A claim names the texts that are not among the values. */
export const LAW_OF_FLOATS: ValueLaw = {
  name: 'floats',
  selects,
  times: 2000,
  varied: { t: ['x'] },
  create: async (session) => {
    await session.run(`CREATE SCHEMA floats`);
    await session.run(`CREATE TABLE floats.t AS ${ROWS}`);
  },
  claim: (engine, sql, { planValues }) =>
    engine.session(async (session) => {
      const varied = new Map([
        await createEmptyView(session, 't', { columns: FLOAT_COLUMNS, varied: ['x'] }),
      ]);
      const bound = await boundPlan(session, sql);
      const [forms] = 'plan' in bound ? planValues(bound.plan, varied).columns : [];
      if (forms === undefined) return '';
      const { mayBeNegativeZero, mayBeOddNaN, mayBeInfinite } = forms;
      return [
        ...(mayBeNegativeZero ? [] : ['-0.0']),
        ...(mayBeOddNaN ? [] : ['-nan']),
        ...(mayBeInfinite ? [] : ['inf', '-inf', 'nan', '-nan']),
      ].join(' ');
    }),
  fault: (engine, sql, claim) =>
    engine.session(async (session) => {
      await session.run(`SET search_path = 'floats'`);
      try {
        const rows = await session.rows<{ v: string }>(
          `SELECT DISTINCT CAST(v AS VARCHAR) AS v FROM (${sql})`,
        );
        return rows.find(({ v }) => claim.split(' ').includes(v))?.v;
      } catch (error) {
        if (error instanceof SqlError && error.kind !== 'resource') return 'unknown';
        throw error;
      }
    }),
};
