// The law of midnights: a time that is stored as a day is a midnight in all rows.
import { boundPlan } from '../../lib/definitions/exact-expressions.ts';
import { storedType } from '../../lib/definitions/stored-type.ts';
import { SqlError } from '../../lib/ports.ts';
import { daysSelect } from './random-days.ts';
import type { ValueLaw } from './value-law.ts';

const MOMENTS = `SELECT DATE '2024-01-30' + CAST(i * i % 11 AS INTEGER) AS d, TIMESTAMP '2024-01-30 10:11:12.5' + to_hours(i * 7) AS ts,
  i % 4 AS n, i % 3 AS g FROM range(30) r(i)`;

/** What a claim is where it is a day; 'time' where it is said to be none. */
export const LAW_OF_DAYS: ValueLaw = {
  name: 'days',
  selects: daysSelect,
  times: 1600,
  varied: {},
  create: async (session) => {
    await session.run(`CREATE TABLE main.moments AS ${MOMENTS}`);
  },
  claim: (engine, sql, { planValues }) =>
    engine.session(async (session) => {
      const bound = await boundPlan(session, sql);
      if (!('plan' in bound)) return '';
      const [result] = await session.describe(sql);
      const [forms] = planValues(bound.plan, new Map()).columns;
      if (result?.type !== 'TIMESTAMP') return '';
      return storedType(result.type, forms) ?? 'time';
    }),
  fault: (engine, sql, claim) =>
    engine.session(async (session) => {
      if (claim !== 'date') return claim === 'time' ? undefined : claim;
      try {
        const [changed] = await session.rows<{ v: string }>(
          `SELECT CAST(v AS VARCHAR) AS v FROM (${sql}) WHERE CAST(CAST(v AS DATE) AS TIMESTAMP) IS DISTINCT FROM v`,
        );
        return changed?.v;
      } catch (error) {
        if (error instanceof SqlError && error.kind !== 'resource') return 'unknown';
        throw error;
      }
    }),
};
