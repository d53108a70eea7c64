// Asks the engine's parser what a query is: one question that changes nothing, and the tables that it can read.

import { CliError, UsageError } from '../errors.ts';
import type { SqlSession } from '../ports.ts';
import { type QueryReads, queryReads } from '../sql/query-reads.ts';
import { literal } from '../sql/quoting.ts';
import { parseTree } from '../sql/sql-tree.ts';

type Parsed = {
  readonly error?: boolean;
  readonly error_type?: string;
  readonly error_message?: string;
  readonly statements?: readonly unknown[];
};

/**
 * Undefined where the text is no SQL: that is said better, with its place, when it runs. Throws CliError for what is no query,
 * or could do more than read; UsageError for several.
 */
export async function readQuery(session: SqlSession, sql: string): Promise<QueryReads | undefined> {
  const [row] = await session.rows<{ parsed: string }>(
    `SELECT json_serialize_sql(${literal(sql)}) AS parsed`,
  );
  const parsed = parseTree(row?.parsed ?? '{}') as Parsed;
  if (parsed.error && parsed.error_type === 'parser') return undefined;
  if (parsed.error) throw new CliError(unreadable(parsed.error_message ?? ''));
  const [statement, ...more] = parsed.statements ?? [];
  if (statement === undefined || more.length > 0)
    throw new UsageError(
      statement === undefined
        ? 'The query is empty.'
        : `One query at a time, and these are ${more.length + 1}.`,
    );
  const reads = queryReads(statement);
  const [problem] = reads.problems;
  if (problem) throw new CliError(`This query is not answered: ${problem.problem}.`);
  return reads;
}

/** The parser writes down queries alone, and not all of them; of others nobody can say which files they need. */
function unreadable(reason: string): string {
  if (/^Only SELECT statements/.test(reason))
    return 'Only queries are answered: SELECT, WITH, FROM, VALUES, DESCRIBE, SUMMARIZE, SHOW TABLES, and PIVOT where it names its values (PIVOT … ON day IN (…)). The lake is changed by files in landing alone.';
  return `This query is not answered: the engine cannot say what it reads (${reason}). Write it in another way, as with "a >= 1 AND a <= 2" in place of BETWEEN SYMMETRIC.`;
}
