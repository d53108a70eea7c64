// By which columns of its driving input an insight's SELECT may be computed in shards: rows that are equal in all of them lie in
// one shard, and the rows of the shards together are those of the whole. The proof is made in lib/sql/divisible.ts.
import { isNested } from '../core/nested-type.ts';
import { isDivisibleBy } from '../sql/divisible.ts';
import { columnsRead } from '../sql/plan-columns.ts';
import type { SqlNode } from '../sql/sql-tree.ts';
import { emptyTable } from './bind-sql.ts';
import type { BoundInput } from './output-columns.ts';

/** The SQL of a wide table is not proved thousands of times; so many columns distribute rows evenly, unless all are flags. */
const MOST_COLUMNS = 32;

/**
 * The first that are proved together, in the input's order: the more there are, the more evenly rows are distributed. None: the SELECT
 * is not proved to be divisible. `plan`: of the SQL that is run. `constants`: columns that have one value in all rows that the SELECT
 * sees of the input, by which nothing is distributed.
 */
export function dividingColumns(plan: SqlNode, input: BoundInput, constants: readonly string[]): string[] {
  const table = emptyTable(input.table.name);
  const read = columnsRead(plan, table);
  const found: string[] = [];
  for (const { name, type } of input.columns) {
    const isPossible = isExact(type) && read.has(name.toLowerCase()) && !constants.includes(name);
    if (!isPossible || !isDivisibleBy(plan, table, [...found, name])) continue;
    found.push(name);
    if (found.length === MOST_COLUMNS) break;
  }
  return found;
}

/** The same for columns that somebody wishes for: why it is not proved for them; undefined where it is. */
export function undividedReason(
  plan: SqlNode,
  input: BoundInput | undefined,
  wished: readonly string[],
): string | undefined {
  if (input === undefined)
    return 'it divides the rows of the input that drives the insight, and this one has none: add "over", or remove shardBy';
  for (const name of wished) {
    const column = input.columns.find((one) => one.name === name);
    if (column === undefined)
      return `${input.table.name} has no column ${JSON.stringify(name)}: it has ${input.columns.map((one) => one.name).join(', ')}`;
    if (!isExact(column.type))
      return `${name} is ${column.type}, of which equal values need not be identical: choose another column`;
  }
  if (isDivisibleBy(plan, emptyTable(input.table.name), wished)) return undefined;
  return `it is not proved that the SELECT gives the same rows where ${input.table.name} is divided by ${wished.join(', ')}: each GROUP BY, DISTINCT and PARTITION BY over its rows must name ${wished.length === 1 ? 'it' : 'them'}, a join of two parts of it must be by ${wished.length === 1 ? 'it' : 'them'}, and nothing may count, order or limit all rows together. Without shardBy, one task computes a large partition as a whole`;
}

/** Whether equal values of the type are identical, and are equal wherever they are compared. */
function isExact(type: BoundInput['columns'][number]['type']): boolean {
  return type !== 'double' && !isNested(type);
}
