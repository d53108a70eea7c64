// Which types' equal values are alike, and what is known of a floating point expression: both against the engine itself.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { createEmptyView, proveDetermined } from '../../lib/definitions/bind-sql.ts';
import { boundPlan } from '../../lib/definitions/exact-expressions.ts';
import type { SqlSession } from '../../lib/ports.ts';
import { type PlanValues, planValues } from '../../lib/sql/plan-values.ts';
import { canonicalDouble, type Forms, isExactType } from '../../lib/sql/value-forms.ts';
import { FLOAT_COLUMNS, LAW_OF_FLOATS as law } from '../support/law-of-floats.ts';
import { tries } from '../support/tries.ts';

const TRIES = tries(law.times);

let engine: Awaited<ReturnType<typeof openDuckDb>>;
beforeAll(async () => {
  engine = await openDuckDb({ threads: 1 });
});
afterAll(() => engine.close());

async function valuesOf(session: SqlSession, sql: string): Promise<PlanValues> {
  const varied = new Map([await createEmptyView(session, 't', { columns: FLOAT_COLUMNS, varied: ['x'] })]);
  const bound = await boundPlan(session, sql);
  if ('problem' in bound) throw new Error(bound.problem);
  return planValues(bound.plan, varied);
}

async function formsOf(session: SqlSession, sql: string): Promise<readonly Forms[]> {
  return (await valuesOf(session, sql)).columns;
}

/** Values that might be equal and not alike. */
const VALUES: Record<string, readonly string[]> = {
  BOOLEAN: ["'true'", "'t'", "'false'"],
  INTEGER: ["'-0'", "'0'", "'+0'", "'00'"],
  HUGEINT: ["'-0'", "'0'"],
  UBIGINT: ["'0'", "'00'"],
  BIGNUM: ["'-0'", "'0'", "'000'", "'1'"],
  'DECIMAL(9,2)': ["'-0'", "'0.00'", "'-0.001'", "'1.5'", "'1.50'"],
  VARCHAR: ["'a'", "'A'", "'a '", "'ä'", "'a\u0308'", "''", 'chr(0)'],
  JSON: ['\'{"a":1}\'', '\'{"a": 1}\'', "'1'", "'1.0'"],
  BLOB: ["'\\x00'::BLOB", "''::BLOB", "'a'::BLOB"],
  BIT: ["'0'", "'00'", "'1'", "'01'", "'000000001'", "'0000000000000001'"],
  UUID: ["'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "'a0eebc999c0b4ef8bb6d6bb9bd380a11'"],
  DATE: ["'2024-01-01'", "'infinity'", "'-infinity'"],
  TIME: ["'00:00:00'", "'24:00:00'", "'12:00:00.0'"],
  TIMETZ: ["'12:00:00+00'", "'13:00:00+01'", "'12:00:00-00'", "'00:00:00+12'", "'12:00:00+00:00:00'"],
  TIMESTAMP: ["'2024-01-01'", "'2024-01-01 00:00:00.000'", "'infinity'"],
  TIMESTAMP_S: ["'2024-01-01'"],
  TIMESTAMP_MS: ["'2024-01-01'"],
  TIMESTAMP_NS: ["'2024-01-01'", "'2024-01-01 00:00:00.000000001'"],
  TIMESTAMPTZ: ["'2024-01-01 00:00:00+00'", "'2024-01-01 01:00:00+01'"],
  "ENUM('a', 'b')": ["'a'", "'b'"],
  'INTEGER[]': ['[1, NULL]', '[1]', '[]'],
  'VARCHAR[2]': ["['a', 'b']", "['a', 'B']"],
  'STRUCT(a INTEGER, b VARCHAR)': ["{'a': 1, 'b': 'x'}", "{'a': 1, 'b': 'X'}"],
  'MAP(INTEGER, INTEGER)': ['MAP {1: 2, 3: 4}', 'MAP {3: 4, 1: 2}'],
  'UNION(a INTEGER, b VARCHAR)': ['union_value(a := 1)', "union_value(b := '1')"],
  DOUBLE: ["'0.0'", "'-0.0'", "'nan'", "'-nan'", "'1'"],
  FLOAT: ["'0.0'", "'-0.0'", "'nan'", "'-nan'"],
  INTERVAL: ["'1 month'", "'30 days'", "'24 hours'", "'1 day'", "'720 hours'"],
  'DOUBLE[]': ["['-0.0'::DOUBLE]", '[0.0]'],
  'DOUBLE[1]': ["['-0.0'::DOUBLE]", '[0.0]'],
  'STRUCT(a DOUBLE)': ["{'a': '-0.0'::DOUBLE}", "{'a': 0.0}"],
  'STRUCT(a INTERVAL[])': ["{'a': [INTERVAL '1 month']}", "{'a': [INTERVAL '30 days']}"],
  'MAP(VARCHAR, DOUBLE)': ["MAP {'a': '-0.0'::DOUBLE}", "MAP {'a': 0.0}"],
  'UNION(a DOUBLE)': ["union_value(a := '-0.0'::DOUBLE)", 'union_value(a := 0.0::DOUBLE)'],
  VARIANT: ['1::VARIANT', '1.0::VARIANT', '1::DOUBLE::VARIANT'],
};

describe('equal values are alike in exactly the types that say so', () => {
  it.each(Object.entries(VALUES))('%s', async (type, values) => {
    const { differing, isExact } = await engine.session(async (session) => {
      const typed = values.map((value) => `((${value})::${type})`);
      const bound = await boundPlan(session, `SELECT ${typed[0]} AS v`);
      if ('problem' in bound) throw new Error(bound.problem);
      const [column] = planValues(bound.plan, new Map()).columns;
      const rows = await session.rows(
        `WITH t(v) AS (VALUES ${typed.join(', ')})
         SELECT CAST(a.v AS VARCHAR) AS a, CAST(b.v AS VARCHAR) AS b FROM t a, t b
         WHERE (a.v = b.v OR a.v IS NOT DISTINCT FROM b.v) AND CAST(a.v AS VARCHAR) < CAST(b.v AS VARCHAR)`,
      );
      return { differing: rows, isExact: column && isExactType(column.type) };
    });
    expect({ type, isExact }).toEqual({ type, isExact: differing.length === 0 });
  });

  it('and a type that nobody has heard of does not say so', () => {
    expect(isExactType({ id: 'GRAPH' })).toBe(false);
    expect(isExactType({ id: 'LIST', type_info: { child_type: { id: 'GRAPH', type_info: null } } })).toBe(
      false,
    );
  });
});

it('what is said of a floating point expression holds for all values', async () => {
  await engine.session(law.create);
  let certain = 0;
  await fc.assert(
    fc.asyncProperty(law.selects, async (sql) => {
      const claimed = await law.claim(engine, sql, { proveDetermined, planValues });
      if (claimed === '') return;
      const fault = await law.fault(engine, sql, claimed);
      if (fault === 'unknown') return;
      expect(fault, sql).toBeUndefined();
      certain += 1;
    }),
    TRIES,
  );
  expect(certain).toBeGreaterThan(TRIES.numRuns / 4);
});

it('a cast of a constant may make a zero of a divisor, and a narrower type a negative zero of a number', async () => {
  const formsIn = (sql: string) =>
    engine.session(async (session) => {
      const [forms] = await formsOf(session, `SELECT ${sql} AS v FROM t`);
      return (
        forms && { zero: forms.mayBeNegativeZero, nan: forms.mayBeOddNaN, infinite: forms.mayBeInfinite }
      );
    });
  expect(await formsIn('n / 4')).toEqual({ zero: true, nan: false, infinite: false });
  expect(await formsIn('n / CAST(4 AS DECIMAL(9, 2))')).toEqual({ zero: true, nan: false, infinite: false });
  expect(await formsIn('n / CAST(0.4 AS INTEGER)')).toEqual({ zero: true, nan: true, infinite: true });
  expect(await formsIn('n / CAST(1e-60 AS FLOAT)')).toEqual({ zero: true, nan: true, infinite: true });
  expect(await formsIn('CAST(clean + 0 AS FLOAT)')).toMatchObject({ zero: true, nan: false });
  expect(await formsIn('CAST(CAST(n AS FLOAT) AS DOUBLE)')).toMatchObject({ zero: false, nan: false });
  expect(await formsIn('CAST(CAST(n AS UHUGEINT) AS FLOAT)')).toMatchObject({ infinite: true });
});

it('DISTINCT ON takes any of the equal values that it groups by, and the first row of all else', async () => {
  const chosenBy = (sql: string) =>
    engine.session(async (session) => (await formsOf(session, sql)).map((forms) => forms.chosenBy));
  expect(await chosenBy('SELECT DISTINCT ON (x) n, x, x AS y FROM t ORDER BY n')).toEqual([
    undefined,
    'DISTINCT ON',
    undefined,
  ]);
  expect(await chosenBy('SELECT DISTINCT ON (x + 1) x, x + 1 AS y FROM t ORDER BY n')).toEqual([
    undefined,
    'DISTINCT ON',
  ]);
  expect(await chosenBy('SELECT DISTINCT ON (n) x, n FROM t ORDER BY n, x')).toEqual([undefined, undefined]);
});

it('a value that is one of several stays so in an unnested list and through the rounds of a recursive CTE', async () => {
  const d = '(SELECT DISTINCT x AS k FROM t) d';
  const known = (sql: string) =>
    engine.session(async (session) => {
      const { columns, problems } = await valuesOf(session, sql);
      return { chosenBy: columns[0]?.chosenBy, problems: problems.length };
    });
  const unnested = (value: string) => known(`SELECT ${value} AS a FROM ${d}, unnest([k]) v(u)`);
  expect(await unnested('u')).toEqual({ chosenBy: 'DISTINCT', problems: 0 });
  expect(await unnested('CAST(u AS VARCHAR)')).toEqual({ chosenBy: undefined, problems: 1 });
  expect(await unnested('CAST(k IS NULL AS VARCHAR)')).toEqual({ chosenBy: undefined, problems: 0 });
  const lists = 'SELECT CAST(u AS VARCHAR) AS a FROM t, unnest([n, 1]) v(u)';
  expect(await known(lists)).toEqual({ chosenBy: undefined, problems: 0 });
  const summary = await known(`SELECT summary AS a FROM summary((SELECT k FROM ${d}))`);
  expect(summary.problems).toBeGreaterThan(0);
  const recursive = (round: string) =>
    known(
      `WITH RECURSIVE r AS (SELECT k AS a, 0.5::DOUBLE AS b, 0 AS i FROM ${d} UNION ALL ${round}) SELECT i FROM r`,
    );
  expect(await recursive('SELECT a, b, i + 1 FROM r WHERE i < 3')).toMatchObject({ problems: 0 });
  const told = await recursive("SELECT a, b, i + 1 FROM r WHERE i < 3 AND CAST(a AS VARCHAR) < '0'");
  expect(told.problems).toBeGreaterThan(0);
  const later = await recursive("SELECT b, a, i + 1 FROM r WHERE i < 3 AND CAST(b AS VARCHAR) < '0'");
  expect(later.problems).toBeGreaterThan(0);
});

it('the canonical double is the same for equal values, and the value for all others', async () => {
  const rows = await engine.session((session) =>
    session.rows(
      `SELECT CAST(x AS VARCHAR) AS x, CAST(${canonicalDouble('x')} AS VARCHAR) AS c
       FROM (SELECT unnest(['0', '-0', 'nan', '-nan', 'inf', '-inf', '1e-320', '-1.5', NULL])::DOUBLE AS x)`,
    ),
  );
  expect(Object.fromEntries(rows.map(({ x, c }) => [x, c]))).toEqual({
    '0.0': '0.0',
    '-0.0': '0.0',
    nan: 'nan',
    '-nan': 'nan',
    inf: 'inf',
    '-inf': '-inf',
    '1e-320': '1e-320',
    '-1.5': '-1.5',
    null: null,
  });
});
