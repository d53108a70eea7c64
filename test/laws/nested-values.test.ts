// Lists and structs whose parts may be equal without being identical: what is accepted of SELECTs over them gives the same texts
// for every order of the rows and number of threads.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { proveDetermined } from '../../lib/definitions/bind-sql.ts';
import { planValues } from '../../lib/sql/plan-values.ts';
import { LAW_OF_NESTED as law } from '../support/law-of-nested.ts';
import { tries } from '../support/tries.ts';

const TRIES = tries(law.times);

type Engine = Awaited<ReturnType<typeof openDuckDb>>;
let engines: readonly Engine[];
beforeAll(async () => {
  engines = await Promise.all([1, 3].map((threads) => openDuckDb({ threads, memoryLimitMb: 500 })));
  for (const engine of engines) await engine.session(law.create);
});
afterAll(() => {
  for (const engine of engines) engine.close();
});

test('random SELECTs that are accepted give the same texts for every order of the rows', async () => {
  const seen = { accepted: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(law.selects, fc.nat(1), async (sql, engine) => {
      const claimed = await law.claim(engines[0] as Engine, sql, { proveDetermined, planValues });
      if (claimed === '') {
        seen.refused += 1;
        return;
      }
      const fault = await law.fault(engines[engine] as Engine, sql, claimed);
      if (fault === 'unknown') return;
      expect(fault, claimed).toBeUndefined();
      seen.accepted += 1;
    }),
    TRIES,
  );
  expect(seen.accepted).toBeGreaterThan(TRIES.numRuns / 6);
  expect(seen.refused).toBeGreaterThan(TRIES.numRuns / 6);
});
