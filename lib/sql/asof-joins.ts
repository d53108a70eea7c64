// Whether an ASOF JOIN finds one row of its right side: rows that tie there are taken as they come. Pure.
import { sourceOf } from './key-inference.ts';
import { columnIdent, type Scope } from './relation.ts';
import { expressions, lower, type SqlNode } from './sql-tree.ts';

/** What is wrong with it, and what to write; undefined where its condition names a whole key of the right side. */
export function asofTies(join: SqlNode, scope: Scope): string | undefined {
  const both = sourceOf({ from_table: join, select_list: [] }, scope);
  const right = sourceOf({ from_table: join.right, select_list: [] }, scope);
  const using = (Array.isArray(join.using_columns) ? join.using_columns : []).map(lower);
  const named = [...expressions(join.condition)].map((expression) => both.ident(expression));
  const columns = right.leaves.flatMap((leaf) => using.map((column) => columnIdent(leaf, column)));
  if (right.isIdentifiedBy(new Set([...named, ...columns]))) return undefined;
  const ofRight = right.leaves.flatMap((leaf) =>
    (leaf.columns ?? []).filter((column) => named.includes(columnIdent(leaf, column))),
  );
  const compared = [...using, ...ofRight].join(', ');
  const grouped = compared === '' ? '' : `: (SELECT ${compared}, … FROM … GROUP BY ${compared})`;
  const also = right.fileKeyRemark();
  return `an ASOF JOIN takes an arbitrary one of the tied rows on the right side: use a whole key of the right side in its condition, of an upsert dataset or of an insight, or join a subquery that is grouped by what is compared${grouped}${also === undefined ? '' : `. ${also}`}`;
}
