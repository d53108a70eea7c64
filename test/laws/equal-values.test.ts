// Equal is not identical, and yet the same rows give the same result: whatever is accepted gives the same texts and bits for
// every order of the rows and every number of threads.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import type { Column } from '../../lib/core/schema.ts';
import type { SqlSession } from '../../lib/ports.ts';
import { rowsSql } from '../../lib/refresh/compute.ts';
import { provedSelect, sortedTexts } from '../support/proved-select.ts';
import { formsSelect } from '../support/random-forms.ts';
import { tries } from '../support/tries.ts';

const TRIES = tries(300);

const COLUMNS: readonly Column[] = [
  { name: 'id', type: 'long' },
  { name: 'label', type: 'string' },
  { name: 'x', type: 'double' },
  { name: 'clean', type: 'double' },
  { name: 'd', type: 'decimal(9,2)' },
  { name: 'n', type: 'long' },
];
const TABLES = [
  { name: 'readings', key: undefined },
  { name: 'points', key: ['id'] },
];
const X = "[0.0, CAST('-0' AS DOUBLE), 'nan'::DOUBLE, '-nan'::DOUBLE, 1.5, -1.5, 'inf'::DOUBLE, NULL]";
const CLEAN = "[0.0, 'nan'::DOUBLE, 'inf'::DOUBLE, '-inf'::DOUBLE, 2.5]";

type Engine = Awaited<ReturnType<typeof openDuckDb>>;
let engines: readonly Engine[];
beforeAll(async () => {
  engines = await Promise.all([1, 2, 3, 4].map((threads) => openDuckDb({ threads, memoryLimitMb: 500 })));
});
afterAll(() => {
  for (const engine of engines) engine.close();
});
const one = () => engines[0] as Engine;

/** `size` rows; those of `readings` are each there twice. `order`: by what is no double, as the engine sorts -nan to nan. */
async function fill(session: SqlSession, size: number, order: string): Promise<void> {
  const columns = (id: string) =>
    `${id} AS id, 'l' || ${id} % 3 AS label, (${X})[1 + CAST(${id} * 7 % 8 AS INTEGER)] AS x, (${CLEAN})[1 + CAST(${id} % 5 AS INTEGER)] AS clean,
     CAST(${id} % 5 - 2 AS DECIMAL(9, 2)) / 100::DECIMAL(9, 2)::DECIMAL(3, 0) AS q, CAST((${id} % 5 - 2) * 0.01 AS DECIMAL(9, 2)) AS d, ${id} % 4 AS n`;
  for (const [name, id] of [
    ['readings', `(i % (${size} // 2))`],
    ['points', 'i'],
  ] as const) {
    await session.run(
      `CREATE OR REPLACE TEMP TABLE ${name} AS SELECT * EXCLUDE (q) FROM (SELECT ${columns(id)} FROM range(${size}) r(i)) ORDER BY ${order}`,
    );
  }
}

/** The names of the columns that are made canonical; undefined where the SELECT is refused, or the engine does not take it. */
async function accepted(sql: string): Promise<readonly string[] | undefined> {
  const proved = await provedSelect(one(), sql, { tables: TABLES, columns: COLUMNS, varied: ['x'] });
  if (proved === undefined) return undefined;
  const { results, columns: forms } = proved;
  expect(forms).toHaveLength(results.length);
  const chosen = results.filter((_, i) => forms[i]?.chosenBy !== undefined);
  // Of no other type is there a column in a table.
  return chosen.every(({ type }) => type === 'DOUBLE') ? chosen.map(({ name }) => name) : undefined;
}

async function answer(
  engine: Engine,
  sql: string,
  size: number,
  order: string,
): Promise<string[] | undefined> {
  return engine.session(async (session) => {
    await fill(session, size, order);
    return sortedTexts(session, sql);
  });
}

test('random SELECTs that are accepted give the same texts for every order of the rows and number of threads', async () => {
  const seen = { accepted: 0, canonical: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(formsSelect, fc.nat(3), async (sql, engine) => {
      const canonical = await accepted(sql);
      if (canonical === undefined) {
        seen.refused += 1;
        return;
      }
      const rows = rowsSql({ sql, canonical });
      const found = await answer(one(), rows, 40, 'id');
      if (found === undefined) return;
      seen.accepted += 1;
      if (canonical.length > 0) seen.canonical += 1;
      for (const order of ['id DESC', 'hash(id)', 'md5(CAST(id AS VARCHAR))'])
        expect(await answer(engines[engine] as Engine, rows, 40, order), sql).toEqual(found);
    }),
    TRIES,
  );
  expect(seen.accepted).toBeGreaterThan(TRIES.numRuns / 5);
  expect(seen.canonical).toBeGreaterThan(TRIES.numRuns / 50);
  expect(seen.refused).toBeGreaterThan(TRIES.numRuns / 10);
});

const LARGE = 300_000;
const PARALLEL = [
  'SELECT round(d / 10) AS b, count(*) AS n FROM readings GROUP BY b',
  'SELECT DISTINCT x FROM readings',
  'SELECT max(x) AS a, min(x) AS b, median(x) AS c FROM readings WHERE x = 0',
  'SELECT label, max(d / n) AS a FROM readings GROUP BY label',
  'SELECT x * 2 AS a FROM readings EXCEPT SELECT 3.0',
  "SELECT string_agg(label, ',' ORDER BY x, label) AS s FROM readings WHERE n = 1 AND id < 100",
];

test('what is accepted is so on many threads too, and only because equal values are made one', async () => {
  for (const sql of PARALLEL) expect(await accepted(sql), sql).toBeDefined();
  const raw = new Set<string>();
  const made = new Set<string>();
  for (const engine of engines)
    for (const order of ['id', 'id DESC', 'hash(id)'])
      await engine.session(async (session) => {
        await fill(session, LARGE, order);
        const texts: string[][] = [[], []];
        for (const sql of PARALLEL)
          for (const [i, select] of [
            sql,
            rowsSql({ sql, canonical: (await accepted(sql)) ?? [] }),
          ].entries()) {
            const rows = await session.rows(`SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (${select}\n)`);
            texts[i]?.push(...rows.map((row) => JSON.stringify(Object.values(row))).sort());
          }
        raw.add(JSON.stringify(texts[0]));
        made.add(JSON.stringify(texts[1]));
      });
  expect(made.size).toBe(1);
  expect([...made].join()).not.toMatch(/-0\.0|-nan/);
  expect(raw.size).toBeGreaterThan(1);
});
