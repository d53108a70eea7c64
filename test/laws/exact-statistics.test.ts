// Law 6 for stddev, corr and their like: every order of the rows gives the same bits, and these are the number that whole numbers of
// any size give, but for a few of a double's last digits.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowsSql } from '../../lib/refresh/compute.ts';
import { statistics } from '../support/exact-statistics.ts';
import { tries } from '../support/tries.ts';
import { contract, engine, insight, load, useCatalogFolders } from '../unit/catalog-load-case.ts';

useCatalogFolders();

const SCALES = { whole: 0, money: 2, fine: 9 } as const;
type Name = keyof typeof SCALES;
const TYPES = { whole: 'BIGINT', money: 'DECIMAL(18, 2)', fine: 'DECIMAL(38, 9)' };
const NAMES: readonly Name[] = ['whole', 'money', 'fine'];
const FIELDS = [
  { name: 'whole', type: 'integer' },
  { name: 'money', type: 'number', precision: 18, scale: 2 },
  { name: 'fine', type: 'number', precision: 38, scale: 9 },
];

const OF_ONE = ['var_pop', 'var_samp', 'variance', 'stddev_pop', 'stddev_samp', 'stddev', 'sem'] as const;
const OF_TWO = [
  ...([
    'covar_pop',
    'covar_samp',
    'corr',
    'regr_sxy',
    'regr_sxx',
    'regr_syy',
    'regr_avgx',
    'regr_avgy',
  ] as const),
  ...(['regr_slope', 'regr_intercept', 'regr_r2'] as const),
];
const CALLS = NAMES.flatMap((x, i) => {
  const y = NAMES[(i + 1) % NAMES.length] ?? x;
  return [
    ...OF_ONE.map((name) => ({ name, x, y: x, sql: `${name}(${x})` })),
    ...OF_TWO.map((name) => ({ name, x, y, sql: `${name}(${x}, ${y})` })),
  ];
});
const SELECTS = {
  aggregates: `SELECT ${CALLS.map(({ sql }, i) => `${sql} FILTER (WHERE isnt) AS c${i}`).join(', ')}
    FROM (SELECT *, whole IS DISTINCT FROM 7 AS isnt FROM rows)`,
  windows: `SELECT DISTINCT ${CALLS.map(({ sql }, i) => `${sql} OVER () AS c${i}`).join(', ')} FROM rows WHERE whole IS DISTINCT FROM 7`,
};

/** In units of the last digit. */
type Row = Readonly<Record<Name, bigint | null>>;

/** Values far from zero that differ little, and others. */
const value = (most: bigint) =>
  fc.oneof(
    fc.constant(null),
    fc.bigInt(0n, 9n),
    fc.bigInt(-most, most),
    fc.bigInt(0n, 9n).map((little) => most / 7n + little),
  );
const rows = fc.array(
  fc.record({ whole: value(10n ** 15n), money: value(10n ** 15n), fine: value(10n ** 15n) }),
  { maxLength: 12 },
);

function text(units: bigint | null, scale: number): string {
  if (units === null) return 'NULL';
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${units < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
}

function relation(of: readonly Row[]): string {
  const columns = NAMES.map((name) => `CAST(${name} AS ${TYPES[name]}) AS ${name}`).join(', ');
  const values = of.map((row) => `(${NAMES.map((name) => text(row[name], SCALES[name])).join(', ')})`);
  const none = `SELECT ${NAMES.map((name) => `NULL AS ${name}`).join(', ')} WHERE false`;
  return `SELECT ${columns} FROM (${values.length === 0 ? none : `VALUES ${values.join(', ')}`}) t(${NAMES.join(', ')})`;
}

async function answer(sql: string, of: readonly Row[]) {
  return engine.session(async (session) => {
    await session.run(`CREATE TEMP TABLE rows AS ${relation(of)}`);
    const [row] = await session.rows<Record<string, number | string | null>>(sql);
    return row;
  });
}

test.each(Object.entries(SELECTS))('statistics of exact numbers as %s', async (_, select) => {
  const { derivations } = await load({
    'p/datapackage.json': contract('rows', {}, FIELDS),
    'p/insights/stats.sql': insight(select),
  });
  const [derivation] = derivations;
  if (derivation === undefined) throw new Error('it is not there');
  const sql = rowsSql(derivation);
  const law = fc.asyncProperty(rows, fc.infiniteStream(fc.nat()), async (of, by) => {
    const found = await answer(sql, of);
    const shuffled = of.map((row) => [by.next().value as number, row] as const).toSorted(([a], [b]) => a - b);
    expect(
      await answer(
        sql,
        shuffled.map(([, row]) => row),
      ),
    ).toEqual(found);
    const counted = of.filter((row) => row.whole !== 7n);
    for (const [i, { name, x, y, sql: call }] of CALLS.entries()) {
      const both = counted.flatMap((row) => {
        const [a, b] = [row[x], row[y]];
        return a === null || b === null ? [] : [[a, b] as const];
      });
      const wanted = statistics({
        x: both.map(([a]) => a),
        y: both.map(([, b]) => b),
        scales: [SCALES[x], SCALES[y]],
      })[name];
      const got = found === undefined ? undefined : (found[`c${i}`] ?? undefined);
      const isNear =
        got === undefined || wanted.value === undefined || Number.isNaN(wanted.value)
          ? Object.is(got === undefined ? undefined : Number(got), wanted.value)
          : Math.abs(Number(got) - wanted.value) <= wanted.off;
      expect(isNear, `${call}: ${got}, not ${wanted.value}`).toBe(true);
    }
  });
  await fc.assert(law, tries(6));
});
