// By which columns of its driving input an insight's SELECT may be computed in shards: rows that are equal in all of them lie in
// one shard, and the rows of the shards together are those of the whole. The proof is made in lib/sql/divisible.ts.
import { isNested } from '../core/nested-type.ts';
import type { SqlSession } from '../ports.ts';
import { isDivisibleBy } from '../sql/divisible.ts';
import { emptyTable } from './bind-sql.ts';
import { boundPlan } from './exact-expressions.ts';
import type { BoundInput } from './output-columns.ts';

/**
 * As many as are proved together, in the input's order: the more there are, the more evenly rows are distributed. None: the SELECT
 * is not proved to be divisible. The session must contain the tables that the SQL was bound over. `constants`: columns that have
 * one value in all rows that the SELECT sees of the input, by which nothing is distributed.
 */
export async function dividingColumns(
  session: SqlSession,
  sql: string,
  input: BoundInput,
  constants: readonly string[],
): Promise<string[]> {
  const possible = input.columns.filter(({ name, type }) => isExact(type) && !constants.includes(name));
  if (possible.length === 0) return [];
  const bound = await boundPlan(session, sql);
  if ('problem' in bound) return [];
  const found: string[] = [];
  for (const { name } of possible)
    if (isDivisibleBy(bound.plan, emptyTable(input.table.name), [...found, name])) found.push(name);
  return found;
}

/** Whether equal values of the type are identical, and are equal wherever they are compared. */
function isExact(type: BoundInput['columns'][number]['type']): boolean {
  return type !== 'double' && !isNested(type);
}
