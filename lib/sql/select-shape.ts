// What a SELECT is made of, whatever its tables hold: groups, DISTINCT, the names of its columns. Pure.
import {
  columnNames,
  expressions,
  functionName,
  isNode,
  lower,
  nodes,
  offsetOf,
  type SqlNode,
} from './sql-tree.ts';

/** SELECT DISTINCT, but not DISTINCT ON. */
export function isDistinct(query: SqlNode): boolean {
  return nodes(query.modifiers).some(
    ({ type, distinct_on_targets: targets }) => type === 'DISTINCT_MODIFIER' && nodes(targets).length === 0,
  );
}

/** True for GROUP BY in any form, GROUP BY ALL included. */
export function hasGroups(select: SqlNode): boolean {
  return nodes(select.group_expressions).length > 0 || select.aggregate_handling === 'FORCE_AGGREGATES';
}

export function outputName(item: SqlNode): string | undefined {
  if (typeof item.alias === 'string' && item.alias !== '') return lower(item.alias);
  return columnNames(item)?.at(-1);
}

/** Of a column without a name, which no SQL can say. */
export function madeUpName(place: number): string {
  return `\u0000${place}`;
}

export function isMadeUp(name: string): boolean {
  return name.startsWith('\u0000');
}

export function isPlain(star: SqlNode): boolean {
  return [star.exclude_list, star.replace_list, star.rename_list, star.qualified_exclude_list].every(
    (list) => !Array.isArray(list) || list.length === 0,
  );
}

/** The SELECT's items that its results come from, one each; undefined where a star or the like makes several of one. */
export function resultItems(statement: unknown, count: number): readonly SqlNode[] | undefined {
  let query = isNode(statement) ? statement.node : undefined;
  while (isNode(query) && query.type === 'SET_OPERATION_NODE') query = query.left;
  const items = isNode(query) ? nodes(query.select_list) : [];
  const isStar = [...expressions(items)].some((part) => part.class === 'STAR');
  return isStar || items.length !== count ? undefined : items;
}

/** The position of an expression's first part that has one. */
export function firstOffset(expression: SqlNode): number | undefined {
  const offsets = [...expressions(expression)].flatMap((part) => offsetOf(part) ?? []);
  return offsets.length === 0 ? undefined : Math.min(...offsets);
}

/** The zone that is named in the expression by AT TIME ZONE. */
export function zoneIn(expression: SqlNode): string | undefined {
  for (const part of expressions(expression)) {
    const [zone] = functionName(part) === 'timezone' ? nodes(part.children) : [];
    const value = zone?.class === 'CONSTANT' && isNode(zone.value) ? zone.value.value : undefined;
    if (typeof value === 'string') return value;
  }
  return undefined;
}

/** True if it turns a row into several. */
export function isUnnest(expression: SqlNode): boolean {
  return /^(unnest|unlist|generate_subscripts|regexp_split_to_table)$/.test(lower(expression.function_name));
}

const LISTS =
  /^(list(_(value|sort|reverse_sort|distinct|filter|transform|apply|concat|slice|reverse|zip))?|array_agg|array_(sort|distinct|filter|transform|concat|slice)|range|generate_series|(string|str)_split(_regex)?|split|string_to_array|regexp_(extract_all|split_to_array)|map_(keys|values|entries)|flatten)$/;

function isList(expression: SqlNode): boolean {
  if (expression.class === 'CAST') return isNode(expression.cast_type) && expression.cast_type.id === 'LIST';
  return (
    LISTS.test(functionName(expression) ?? '') ||
    /^ARRAY_(CONSTRUCTOR|SLICE)$/.test(String(expression.type)) ||
    expression.subquery_type === 'ARRAY'
  );
}

/** True if a SELECT's item may be several columns: a star, or the fields of a struct. */
export function isSeveral(item: SqlNode): boolean {
  return [...expressions(item)].some((part) => part.class === 'STAR' || mayBeFields(part));
}

/** True for the unnest() of what may be a struct, each field of which is a column. */
export function mayBeFields(call: SqlNode): boolean {
  const [unnested, ...more] = nodes(call.children);
  return (
    /^(unnest|unlist)$/.test(functionName(call) ?? '') && !(unnested && more.length === 0 && isList(unnested))
  );
}

/** The expression's own text: equal for expressions that are written identically. */
export function normalized(expression: SqlNode): string {
  return JSON.stringify(expression, (name, value: unknown) => {
    if (name === 'query_location' || name === 'alias') return undefined;
    return name === 'column_names' && Array.isArray(value) ? value.map(lower) : value;
  });
}
