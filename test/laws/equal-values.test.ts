// Equal is not identical, and yet the same rows give the same result: whatever is accepted gives the same texts and bits for
// every order of the rows and every number of threads.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { proveDetermined } from '../../lib/definitions/bind-sql.ts';
import { planValues } from '../../lib/sql/plan-values.ts';
import { formsRows, LAW_OF_FORMS } from '../support/law-of-forms.ts';
import { tries } from '../support/tries.ts';

const law = LAW_OF_FORMS;
const TRIES = tries(law.times);

type Engine = Awaited<ReturnType<typeof openDuckDb>>;
let engines: readonly Engine[];
beforeAll(async () => {
  engines = await Promise.all([1, 2, 3, 4].map((threads) => openDuckDb({ threads, memoryLimitMb: 500 })));
});
afterAll(() => {
  for (const engine of engines) engine.close();
});
const one = () => engines[0] as Engine;
const claim = (sql: string) => law.claim(one(), sql, { proveDetermined, planValues });

test('random SELECTs that are accepted give the same texts for every order of the rows and number of threads', async () => {
  for (const engine of engines) await engine.session(law.create);
  const seen = { accepted: 0, canonical: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(law.selects, fc.nat(3), async (sql, engine) => {
      const claimed = await claim(sql);
      if (claimed === '') {
        seen.refused += 1;
        return;
      }
      const fault = await law.fault(engines[engine] as Engine, sql, claimed);
      if (fault === 'unknown') return;
      expect(fault, claimed).toBeUndefined();
      seen.accepted += 1;
      if (claimed !== sql) seen.canonical += 1;
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
  for (const sql of PARALLEL) expect(await claim(sql), sql).not.toBe('');
  const raw = new Set<string>();
  const made = new Set<string>();
  for (const engine of engines)
    for (const order of ['id', 'id DESC', 'hash(id)'])
      await engine.session(async (session) => {
        for (const [name, rows] of Object.entries(formsRows(LARGE)))
          await session.run(`CREATE OR REPLACE TEMP TABLE ${name} AS FROM (${rows}) ORDER BY ${order}`);
        const texts: string[][] = [[], []];
        for (const sql of PARALLEL)
          for (const [i, select] of [sql, await claim(sql)].entries()) {
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
