// Which inputs of an insight, besides the one that drives it, its SQL joins by their partition columns, so that a change in one
// of their partitions touches only those that see it. The proof is made in lib/sql/partition-joins.ts; no proof refuses nothing.
import { type JoinedInput, type PartitionJoin, THIS_PARTITION } from '../core/insight.ts';
import type { ColumnType } from '../core/schema.ts';
import { isJoinedBy, type PlanColumn } from '../sql/partition-joins.ts';
import type { SqlNode } from '../sql/sql-tree.ts';
import { emptyTable } from './bind-sql.ts';
import type { BoundInput } from './output-columns.ts';

/** `plan`: of the SQL that is run. `partitionBy`: partition columns of `over`. */
export function joinedInputs(
  plan: SqlNode,
  inputs: readonly BoundInput[],
  over: BoundInput | undefined,
  partitionBy: readonly string[],
): JoinedInput[] {
  if (over === undefined) return [];
  return inputs
    .filter((input) => input !== over)
    .flatMap((input) => {
      const by = provedOf(plan, input, over, pairsOf(input, over, partitionBy));
      return by.length === 0 ? [] : [{ table: input.table, by }];
    });
}

/** Each column of the input once: what is seen is only wider for it. */
function provedOf(
  plan: SqlNode,
  input: BoundInput,
  over: BoundInput,
  pairs: readonly PartitionJoin[],
): PartitionJoin[] {
  const proved: PartitionJoin[] = [];
  for (const pair of pairs) {
    if (proved.some(({ theirs }) => theirs === pair.theirs)) continue;
    const own = [over.table.name, THIS_PARTITION].map((name) => planColumn(name, pair.own));
    if (isJoinedBy(plan, planColumn(input.table.name, pair.theirs), own)) proved.push(pair);
  }
  return proved;
}

function planColumn(table: string, column: string): PlanColumn {
  return { table: emptyTable(table), column: column.toLowerCase() };
}

/** Columns whose values are equal just where their texts in the log are. Those of the same name come first. */
function pairsOf(input: BoundInput, over: BoundInput, partitionBy: readonly string[]): PartitionJoin[] {
  const pairs = partitionBy.flatMap((own) =>
    input.partitionColumns
      .filter((theirs) => isLike(typeOf(over, own), typeOf(input, theirs)))
      .map((theirs) => ({ own, theirs })),
  );
  const isNamesake = ({ own, theirs }: PartitionJoin) => own.toLowerCase() === theirs.toLowerCase();
  return [...pairs.filter(isNamesake), ...pairs.filter((pair) => !isNamesake(pair))];
}

function typeOf({ columns }: BoundInput, name: string): ColumnType | undefined {
  return columns.find((column) => column.name === name)?.type;
}

function isLike(one: ColumnType | undefined, other: ColumnType | undefined): boolean {
  const isWhole = (type: ColumnType | undefined) => type === 'integer' || type === 'long';
  if (isWhole(one)) return isWhole(other);
  return one === other && (one === 'string' || one === 'date' || one === 'boolean');
}
