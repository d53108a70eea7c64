// Lists and structs whose parts may be equal without being identical: what is accepted of SELECTs over them gives the same texts
// for every order of the rows and number of threads.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { columnType, sqlType } from '../../lib/core/schema.ts';
import { chosenProblem, storedType } from '../../lib/definitions/stored-type.ts';
import { rowsSql } from '../../lib/refresh/compute.ts';
import { provedSelect, sortedTexts } from '../support/proved-select.ts';
import { NESTED_COLUMNS, NESTED_TABLES, nestedRows, nestedSelect, VARIED } from '../support/random-nested.ts';
import { tries } from '../support/tries.ts';

const TRIES = tries(400);

type Engine = Awaited<ReturnType<typeof openDuckDb>>;
let engines: readonly Engine[];
beforeAll(async () => {
  engines = await Promise.all([1, 3].map((threads) => openDuckDb({ threads, memoryLimitMb: 500 })));
});
afterAll(() => {
  for (const engine of engines) engine.close();
});

/** What an insight of it would compute; undefined where it is refused, or the engine does not take it. */
async function accepted(sql: string): Promise<string | undefined> {
  const known = { tables: NESTED_TABLES, columns: NESTED_COLUMNS, varied: VARIED };
  const proved = await provedSelect(engines[0] as Engine, sql, known);
  if (proved === undefined) return undefined;
  const { results, columns: forms, exactSql } = proved;
  const stored = results.map(({ type }, i) => storedType(type, forms[i]));
  if (stored.includes(undefined)) return undefined;
  if (results.some(({ name, type }, i) => forms[i] && chosenProblem(name, type, forms[i]))) return undefined;
  const canonical = results.filter(({ type }, i) => type === 'DOUBLE' && forms[i]?.chosenBy !== undefined);
  const cast = results.flatMap(({ name, type }, i) => {
    const to = stored[i];
    return to === undefined || to === columnType(type) ? [] : [{ name, type: to }];
  });
  return rowsSql({ sql: exactSql ?? sql, canonical: canonical.map(({ name }) => name), cast });
}

async function answer(engine: Engine, sql: string, order: string): Promise<string[] | undefined> {
  return engine.session(async (session) => {
    for (const { name, id, rows } of NESTED_TABLES) {
      const types = NESTED_COLUMNS.map(({ name, type }) => `CAST(${name} AS ${sqlType(type)}) AS ${name}`);
      await session.run(
        `CREATE OR REPLACE TEMP TABLE ${name} AS SELECT ${types.join(', ')} FROM (${nestedRows(id, rows)}) ORDER BY ${order}`,
      );
    }
    return sortedTexts(session, sql);
  });
}

test('random SELECTs that are accepted give the same texts for every order of the rows', async () => {
  const seen = { accepted: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(nestedSelect, fc.nat(1), async (sql, engine) => {
      const rows = await accepted(sql);
      if (rows === undefined) {
        seen.refused += 1;
        return;
      }
      const found = await answer(engines[0] as Engine, rows, 'id');
      if (found === undefined) return;
      seen.accepted += 1;
      for (const order of ['id DESC', 'hash(id)', 'md5(CAST(id AS VARCHAR))'])
        expect(await answer(engines[engine] as Engine, rows, order), sql).toEqual(found);
    }),
    TRIES,
  );
  expect(seen.accepted).toBeGreaterThan(TRIES.numRuns / 6);
  expect(seen.refused).toBeGreaterThan(TRIES.numRuns / 6);
});
