// Which rows of a source file one contract refuses and another does not: two quarantine files compared, by the rows' places in the
// file. Knows nothing of contracts.
import type { Violation } from '../core/violation.ts';
import type { SqlSession } from '../ports.ts';
import { readParquet } from '../sql/quoting.ts';

/** Rows of the one that the other does not have. */
export type RowCounts = { readonly refused: number; readonly admitted: number };

export type RefusedPlace = {
  readonly line: number | null;
  readonly path: string | null;
  readonly violations: readonly Violation[];
};

/** Paths of local quarantine files; undefined for one that refuses nothing. */
export type Quarantines = { readonly before: string | undefined; readonly after: string | undefined };

/** `refused`: after and not before. `admitted`: before and not after. */
export async function countDifference(
  session: SqlSession,
  { before, after }: Quarantines,
): Promise<RowCounts> {
  const [old, now] = [await placesSql(session, before), await placesSql(session, after)];
  const only = (one: string, other: string) =>
    `(SELECT count(*) FROM (SELECT line, path FROM (${one}) EXCEPT ALL SELECT line, path FROM (${other})))`;
  const [counts] = await session.rows<{ refused: number; admitted: number }>(
    `SELECT ${only(now, old)} AS refused, ${only(old, now)} AS admitted`,
  );
  return counts ?? { refused: 0, admitted: 0 };
}

/** The first rows, in the file's order, that `path` has and `other` does not. */
export async function firstOnlyIn(
  session: SqlSession,
  path: string,
  other: string | undefined,
  limit: number,
): Promise<RefusedPlace[]> {
  const [own, others] = [await placesSql(session, path), await placesSql(session, other)];
  const rows = await session.rows<{
    line: number | null;
    path: string | null;
    violations: readonly Violation[];
  }>(
    `SELECT line, path, violations FROM (${own}) AS own
     WHERE NOT EXISTS (FROM (${others}) AS others
       WHERE others.line IS NOT DISTINCT FROM own.line AND others.path IS NOT DISTINCT FROM own.path)
     ORDER BY nth LIMIT ${limit}`,
  );
  return rows;
}

/** Files of older versions of Sluice have no path. */
async function placesSql(session: SqlSession, file: string | undefined): Promise<string> {
  if (file === undefined)
    return 'SELECT CAST(NULL AS BIGINT) AS line, CAST(NULL AS VARCHAR) AS path, NULL AS violations, 0 AS nth WHERE false';
  const source = readParquet(file);
  const columns = await session.describe(`SELECT * FROM ${source}`);
  const path = columns.some(({ name }) => name === 'path') ? 'path' : 'CAST(NULL AS VARCHAR) AS path';
  return `SELECT line, ${path}, violations, file_row_number AS nth FROM ${source}`;
}
