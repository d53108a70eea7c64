// A column of a type that Delta lacks is published in another one: no value is changed by that, and what does not fit is kept
// back. A time is published as a day only if it is a midnight for every row.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { sqlTree } from '../../lib/core/nested-type.ts';
import { castType, columnType, sqlType } from '../../lib/core/schema.ts';
import { proveDetermined } from '../../lib/definitions/bind-sql.ts';
import { readPending } from '../../lib/refresh/pending.ts';
import { planValues } from '../../lib/sql/plan-values.ts';
import { LAW_OF_DAYS as law } from '../support/law-of-days.ts';
import { openLake, openPackage, put, rowsOf, syncPrune, TestClock } from '../support/shop-lake.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const TRIES = tries(law.times);

let engine: Awaited<ReturnType<typeof openDuckDb>>;
beforeAll(async () => {
  engine = await openDuckDb({ threads: 2 });
});
afterAll(() => engine.close());

const EXTREMES: Readonly<Record<string, readonly string[]>> = {
  TINYINT: ['-128', '0', '127'],
  SMALLINT: ['-32768', '32767'],
  UTINYINT: ['0', '255'],
  USMALLINT: ['0', '65535'],
  UINTEGER: ['0', '4294967295'],
  UBIGINT: ['0', '9223372036854775808', '18446744073709551615'],
  HUGEINT: [`-${'9'.repeat(38)}`, '9223372036854775808', '9'.repeat(38)],
  UHUGEINT: ['0', '9'.repeat(38)],
  UUID: ['00000000-0000-0000-0000-000000000000', 'FFFFFFFF-ffff-4fff-bfff-0123456789AB'],
  TIME: ['00:00:00', '24:00:00', '23:59:59.999999', '01:02:03.000004'],
  "ENUM('b', 'a', '')": ['b', 'a', ''],
};

test('the first and the last value of each type are kept, and different values stay different', async () => {
  const all = await engine.session((session) => session.describe('FROM test_all_types()'));
  const isCast = (type: string) => columnType(type) === undefined && castType(type) !== undefined;
  const cast = all.map(({ type }) => type).filter((type) => 'leaf' in sqlTree(type) && isCast(type));
  const names = (types: readonly string[]) =>
    [...new Set(types.map((type) => type.replace(/\(.*/, '')))].sort();
  expect(names(Object.keys(EXTREMES))).toEqual(names(cast));
  for (const [type, values] of Object.entries(EXTREMES)) {
    const to = castType(type);
    if (to === undefined) throw new Error(`${type} is not cast`);
    const texts = values.map((value) => `CAST('${value}' AS ${type})`).join(', ');
    const [row] = await engine.session((session) =>
      session.rows<{ same: boolean; apart: number }>(
        `SELECT bool_and(CAST(CAST(v AS ${sqlType(to)}) AS ${type}) = v) AS same, count(DISTINCT CAST(v AS ${sqlType(to)})) AS apart
         FROM (SELECT unnest([${texts}]) AS v)`,
      ),
    );
    expect(row, type).toEqual({ same: true, apart: values.length });
  }
});

test('so are those within lists, arrays and structs', async () => {
  const kept = async (type: string, values: string) => {
    const to = castType(type);
    if (to === undefined) throw new Error(`${type} is not cast`);
    const same = `CAST(CAST(v AS ${sqlType(to)}) AS ${type}) IS NOT DISTINCT FROM v`;
    const [row] = await engine.session((session) =>
      session.rows(
        `SELECT bool_and(${same}) AS same FROM (SELECT CAST(x AS ${type}) AS v FROM (${values}) t(x))`,
      ),
    );
    expect(row, type).toEqual({ same: true });
  };
  for (const [type, values] of Object.entries(EXTREMES)) {
    const texts = values.map((value) => `CAST('${value}' AS ${type})`).join(', ');
    await kept(`${type}[]`, `VALUES ([${texts}, NULL]), ([]), (NULL)`);
    await kept(`${type}[${values.length}]`, `VALUES ([${texts}]), (NULL)`);
    await kept(
      `STRUCT("a b" ${type}[], "c" STRUCT("d" ${type}))`,
      `VALUES ({'a b': [${texts}], 'c': {'d': [${texts}][1]}}), ({'a b': NULL, 'c': NULL}), (NULL)`,
    );
  }
  const all = await engine.session((session) => session.describe('FROM test_all_types()'));
  for (const { name, type } of all)
    if (!('leaf' in sqlTree(type)) && columnType(type) === undefined && castType(type))
      await kept(type, `SELECT "${name}" FROM test_all_types()`);
});

test('times that are stored as days are midnights in all rows', async () => {
  await engine.session(law.create);
  const seen = { days: 0, times: 0 };
  await fc.assert(
    fc.asyncProperty(law.selects, async (sql) => {
      const claimed = await law.claim(engine, sql, { proveDetermined, planValues });
      const fault = claimed === '' ? 'unknown' : await law.fault(engine, sql, claimed);
      if (fault === 'unknown') return;
      expect(fault, sql).toBeUndefined();
      seen[claimed === 'date' ? 'days' : 'times'] += 1;
    }),
    TRIES,
  );
  expect(seen.days).toBeGreaterThan(TRIES.numRuns / 10);
  expect(seen.times).toBeGreaterThan(TRIES.numRuns / 10);
});

const contract = {
  name: 'shop',
  resources: [
    {
      name: 'sales',
      path: 'sales/region=*/*.csv',
      partitionBy: ['region'],
      schema: {
        fields: [
          { name: 'region', type: 'string' },
          { name: 'day', type: 'date' },
          { name: 'id', type: 'integer' },
          { name: 'big', type: 'number', precision: 38, scale: 0 },
        ],
      },
    },
  ],
};
const INSIGHT = `/* ---
partitionBy: [region]
key: [month]
--- */
SELECT region, date_trunc('month', day) AS month, sum(id) AS ids, sum(CASE WHEN id > 1 THEN 1 ELSE 0 END) AS others,
  max(CAST(id AS UBIGINT)) AS most, CAST(CAST('10:00' AS TIME) AS TIME) AS opens, sum(CAST(big AS HUGEINT)) AS total
FROM sales GROUP BY region, month
`;

const world = useWorld(() => openPackage(contract, { monthly: INSIGHT }));

test('a lake has the values in these types; a partition with a sum that does not fit keeps its old rows', async () => {
  const clock = new TestClock();
  const lake = openLake(world, clock);
  const target = { kind: 'insights', name: 'monthly' } as const;
  const land = (key: string, ...rows: string[]) =>
    put(lake.effects.landing, key, ['day,id,big', ...rows].join('\n'));
  await land('sales/region=a/1.csv', '2024-01-05,1,1', '2024-01-06,9223372036854775807,2', '2024-02-01,2,3');
  await land('sales/region=b/1.csv', '2024-01-05,5,7');
  await syncPrune(lake);
  expect(world.catalog.columnsOf(target).map(({ name, type }) => `${name} ${type}`)).toEqual([
    'region string',
    'month date',
    'ids decimal(38,0)',
    'others decimal(38,0)',
    'most decimal(20,0)',
    'opens string',
    'total decimal(38,0)',
  ]);
  const rest = { opens: '10:00:00' };
  const before = [
    {
      region: 'a',
      month: '2024-01-01',
      ids: '9223372036854775808',
      others: '1',
      most: '9223372036854775807',
      total: '3',
      ...rest,
    },
    { region: 'a', month: '2024-02-01', ids: '2', others: '1', most: '2', total: '3', ...rest },
    { region: 'b', month: '2024-01-01', ids: '5', others: '1', most: '5', total: '7', ...rest },
  ];
  expect(await rowsOf(lake, target, 'CAST(COLUMNS(*) AS VARCHAR)')).toEqual(before);
  clock.tick();
  await land('sales/region=a/2.csv', `2024-01-07,1,${'9'.repeat(38)}`);
  await land('sales/region=b/1.csv', '2024-01-05,6,7');
  await syncPrune(lake);
  const after = [...before.slice(0, 2), { ...before[2], ids: '6', most: '6' }];
  expect(await rowsOf(lake, target, 'CAST(COLUMNS(*) AS VARCHAR)')).toEqual(after);
  const snapshot = await lake.effects.tables.latest('insights/monthly');
  expect(JSON.stringify(snapshot && readPending(snapshot).stale)).toContain(
    'Could not cast value 100000000000000000000000000000000000002 to DECIMAL(38,0)',
  );
});
