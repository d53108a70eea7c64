// GROUP BY ALL groups by every item without an aggregate. The same in the words that the proof knows: GROUP BY 1, 2. Pure.
import { replaced } from './remedies.ts';
import { isUnnest } from './select-shape.ts';
import { allNodes, expressions, functionName, nodes, type SqlNode } from './sql-tree.ts';

/**
 * The statement with the places of the items in each GROUP BY ALL for which these are certain. Of a macro that calls an aggregate the
 * item counts as one more that is grouped by, which proves less. `aggregates`: DuckDB's, in lower case.
 */
export function withExplicitGroups(statement: unknown, aggregates: ReadonlySet<string>): unknown {
  if (![...allNodes(statement)].some(groupsByAll)) return statement;
  return replaced(statement, (original, node) => {
    if (!groupsByAll(original)) return undefined;
    const places = groupedPlaces(nodes(node.select_list), aggregates);
    if (places === undefined || places.length === 0) return undefined;
    return {
      ...node,
      aggregate_handling: 'STANDARD_HANDLING',
      group_expressions: places.map(placeNode),
      group_sets: [places.map((_, i) => i)],
    };
  });
}

function groupsByAll({ type, aggregate_handling: handling }: SqlNode): boolean {
  return type === 'SELECT_NODE' && handling === 'FORCE_AGGREGATES';
}

/** From 1; undefined if an item may stand for several, or is not sure to be of one row. */
function groupedPlaces(
  items: readonly SqlNode[],
  aggregates: ReadonlySet<string>,
): readonly number[] | undefined {
  const parts = items.map((item) => [...expressions(item)]);
  const isOdd = (part: SqlNode) => /^(STAR|WINDOW|SUBQUERY)$/.test(String(part.class)) || isUnnest(part);
  if (parts.flat().some(isOdd)) return undefined;
  const isAggregate = (part: SqlNode) => aggregates.has(functionName(part) ?? '');
  return parts.flatMap((own, i) => (own.some(isAggregate) ? [] : [i + 1]));
}

function placeNode(place: number): SqlNode {
  const value = { type: { id: 'INTEGER', type_info: null }, is_null: false, value: place };
  return { class: 'CONSTANT', type: 'VALUE_CONSTANT', alias: '', query_location: 0, value };
}
