// What no order decides, or the engine may not end, wherever it stands in a SELECT, and what to write instead. Pure.
import { isDistinct, mayBeFields } from './select-shape.ts';
import { expressions, nodes, type SqlNode } from './sql-tree.ts';

const KEEPS_THE_RIGHT = /^(RIGHT|FULL)$/;

/** What is wrong with the node itself; undefined if nothing is. */
export function refusedShape(node: SqlNode): string | undefined {
  if (node.class === 'POSITIONAL_REFERENCE')
    return `#${node.index} refers to a column by position: write its name`;
  if (node.class === 'COLLATE')
    return 'COLLATE makes different texts equal, and any of them may be kept: compare lower(x)';
  if (node.type === 'RECURSIVE_CTE_NODE' && nodes(node.key_targets).length > 0)
    return 'USING KEY keeps an arbitrary one of several rows: remove it';
  if (node.type === 'JOIN' && node.ref_type === 'POSITIONAL')
    return 'a POSITIONAL JOIN pairs rows by their order, but tables have no order: join ON columns';
  if (node.type === 'JOIN' && node.ref_type === 'ASOF' && KEEPS_THE_RIGHT.test(String(node.join_type)))
    return 'DuckDB may not end an ASOF RIGHT or FULL JOIN where the left side has no rows: write ASOF LEFT JOIN, and add the rows of the right side that match none by UNION ALL';
  // DuckDB compares the first field alone, and keeps any of the rows that agree in it.
  if (node.type === 'SELECT_NODE' && isDistinct(node) && [...expressions(node.select_list)].some(mayBeFields))
    return 'SELECT DISTINCT compares only the first of the columns that unnest() makes of a struct: unnest in a subquery, SELECT DISTINCT * FROM (SELECT unnest(x) FROM …)';
  return undefined;
}
