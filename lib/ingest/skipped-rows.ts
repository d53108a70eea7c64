// How many rows of a source the contract skips by what their cells say.
import type { SkipCondition, SkippedCount } from '../core/skip-rules.ts';
import type { SqlSession } from '../ports.ts';
import type { RowSource } from './row-source.ts';

/** `relationRows`: skipped or not; undefined where nobody had to count them. */
export type SkippedRows = { readonly skipped: readonly SkippedCount[]; readonly relationRows?: number };

/** By rule: a row counts for the first that skips it. Reads the relation once more, and only the columns of these rules. */
export async function countSkipped(
  session: SqlSession,
  { relation }: RowSource,
  conditions: readonly SkipCondition[],
): Promise<SkippedRows> {
  if (conditions.length === 0) return { skipped: [] };
  const first = conditions.map(({ sql }, i) => `WHEN ${sql} THEN ${i}`).join(' ');
  const counts = await session.rows<{ rule: number | null; records: number }>(
    `SELECT CASE ${first} END AS rule, count(*) AS records FROM ${relation} GROUP BY ALL ORDER BY ALL`,
  );
  const skipped = counts.flatMap(({ rule, records }) =>
    rule === null ? [] : [{ rule: conditions[rule]?.rule ?? '', rows: records }],
  );
  return { skipped, relationRows: counts.reduce((sum, { records }) => sum + records, 0) };
}
