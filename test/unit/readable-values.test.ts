// Which values of the engine's other readers cannot take, by column type.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { readableSql, unreadableRows } from '../../lib/core/readable-values.ts';
import { type ColumnType, sqlType } from '../../lib/core/schema.ts';
import { literal } from '../../lib/sql/quoting.ts';

let engine: Awaited<ReturnType<typeof openDuckDb>>;
beforeAll(async () => {
  engine = await openDuckDb({ threads: 1 });
});
afterAll(() => engine.close());

const nines = '9'.repeat(38);

function sum(type: string, ...values: string[]): string {
  return `(SELECT sum(CAST(x AS DECIMAL(${type}))) FROM (VALUES ('${values.join("'), ('")}')) t(x))`;
}

/** As SQL; the engine makes the unreadable ones by itself or from a text. */
const VALUES: readonly (readonly [ColumnType, readonly string[], readonly string[]])[] = [
  [
    'date',
    ["'0001-01-01'", "'9999-12-31'", 'NULL'],
    ["'infinity'", "'-infinity'", "'0001-01-01 (BC)'", "DATE '9999-12-31' + 1", "DATE '0001-01-01' - 1"],
  ],
  [
    'timestamp',
    ["'0001-01-01 00:00:00+00'", "'9999-12-31 23:59:59.999999+00'", "'9999-12-31 23:59:59-00'", 'NULL'],
    [
      "'infinity'",
      "'-infinity'",
      "'0001-01-01 00:00:00+01'",
      "'9999-12-31 23:59:59-01'",
      "'10000-01-01 00:00:00+00'",
      "TIMESTAMPTZ '0001-01-01 00:00:00+00' - INTERVAL 1 MICROSECOND",
    ],
  ],
  [
    'decimal(38,0)',
    [`'${nines}'`, `'-${nines}'`, '0', 'NULL'],
    [sum('38,0', nines, '1'), sum('38,0', `-${nines}`, '-1')],
  ],
  [
    'decimal(38,9)',
    [`'${'9'.repeat(29)}.${'9'.repeat(9)}'`],
    [sum('38,9', `${'9'.repeat(29)}.${'9'.repeat(9)}`, '0.000000001')],
  ],
  ['decimal(38,38)', [`'0.${nines}'`, `'-0.${nines}'`], [sum('38,38', `0.${nines}`, `0.${'0'.repeat(37)}1`)]],
  ['decimal(4,2)', ["'99.99'", "'-99.99'", '0'], []],
  ['decimal(1,1)', ["'0.9'", "'-0.9'"], []],
  [
    'array<date>',
    ["['0001-01-01', NULL]", '[]', 'NULL'],
    ["['2024-01-01', 'infinity']", "[DATE '9999-12-31' + 1]"],
  ],
  [
    'struct<a:string,"it\'s":array<array<struct<n:decimal(38,0),t:timestamp>>>>',
    [
      "{'a': 'infinity', 'it''s': [[], NULL, [NULL, {'n': NULL, 't': '0001-01-01 00:00:00+00'}]]}",
      "{'a': NULL, 'it''s': NULL}",
      'NULL',
    ],
    [
      `{'a': '', 'it''s': [[], [{'n': ${sum('38,0', nines, '1')}, 't': NULL}]]}`,
      "{'a': '', 'it''s': [[{'n': 1, 't': NULL}, {'n': 1, 't': 'infinity'}], []]}",
    ],
  ],
];

const CASES = VALUES.flatMap(([type, good, bad]) => [
  ...good.map((sql) => [type, sql, true] as const),
  ...bad.map((sql) => [type, sql, false] as const),
]);

it.each(CASES)('%s: %s is readable: %s', async (type, value, readable) => {
  const rows = await engine.session(async (session) => {
    await session.run(`CREATE TEMP TABLE t AS SELECT (${value})::${sqlType(type)} AS v`);
    const text = type === 'decimal(38,38)' ? 'CAST(v AS DOUBLE)' : 'v';
    const [shown] = await session.rows(`SELECT CAST(${text} AS VARCHAR) AS text FROM t`);
    const sql = unreadableRows('t', [{ name: 'v', type }]);
    const found = await session.rows(`SELECT "column", value FROM (${sql?.examples})`);
    expect(await session.rows(`SELECT count(*) AS n FROM (${sql?.rows})`)).toEqual([{ n: found.length }]);
    return { shown, found, holds: await session.rows(`SELECT ${readableSql(type, 'v')} AS holds FROM t`) };
  });
  expect(rows.found).toEqual(readable ? [] : [{ column: 'v', value: rows.shown?.text }]);
  if (value === 'NULL' || readable !== rows.holds[0]?.holds) expect(rows.holds).toEqual([{ holds: null }]);
});

it('names the first column, its value and what it may be', async () => {
  const sql = unreadableRows('t', [
    { name: 'n', type: 'long' },
    { name: 'it\'s "d"', type: 'date' },
    { name: 'total', type: 'decimal(38,2)' },
  ]);
  const rows = await engine.session(async (session) => {
    await session.run(
      `CREATE TEMP TABLE t AS SELECT n, (CASE n WHEN 1 THEN 'infinity' END)::DATE AS "it's ""d""",
         CASE n WHEN 2 THEN ${sum('38,2', '9'.repeat(36), '1')} ELSE 5 END AS total
       FROM range(3) r(n)`,
    );
    return session.rows(`SELECT * FROM (${sql?.examples}) ORDER BY ALL`);
  });
  expect(rows).toEqual([
    { column: 'it\'s "d"', value: 'infinity', allowed: 'days from 0001-01-01 to 9999-12-31' },
    { column: 'total', value: `1${'0'.repeat(36)}.00`, allowed: 'numbers of at most 38 digits' },
  ]);
});

it('says of a list or a struct what all that is in it may be', async () => {
  const type = 'struct<on:array<date>,n:decimal(4,2),m:decimal(4,1),also:date>';
  const rows = await engine.session(async (session) => {
    await session.run(
      `CREATE TEMP TABLE t AS SELECT {'on': [DATE 'infinity'], 'n': 1, 'm': 1, 'also': NULL}::${sqlType(type)} AS v`,
    );
    return session.rows(`SELECT * FROM (${unreadableRows('t', [{ name: 'v', type }])?.examples})`);
  });
  expect(rows).toEqual([
    {
      column: 'v',
      value: "{'on': [infinity], 'n': 1.00, 'm': 1.0, 'also': NULL}",
      allowed: 'days from 0001-01-01 to 9999-12-31, numbers of at most 4 digits',
    },
  ]);
});

it.each<ColumnType>([
  'string',
  'long',
  'integer',
  'double',
  'boolean',
  'array<struct<a:long,b:array<string>>>',
])('every value of %s is', async (type) => {
  expect(readableSql(type, 'v')).toBeUndefined();
  expect(unreadableRows('t', [{ name: 'v', type }])).toBeUndefined();
});

it('the engine has no text that is not Unicode', async () => {
  for (const sql of ["decode('\\xFF'::BLOB)", 'chr(55296)', "'\\xC3\\x28'::BLOB::VARCHAR || ''"]) {
    const made = engine.session((session) => session.rows(`SELECT ${sql} AS text`));
    const text = await made.then(
      ([row]) => row?.text,
      () => undefined,
    );
    expect(text === undefined || text === '\\xC3(', `${sql}: ${literal(String(text))}`).toBe(true);
  }
});
