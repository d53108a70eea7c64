// DuckDB's parse tree of an SQL text (json_serialize_sql) as plain nodes, and functions to walk it. The tree has no published
// schema: unknown parts are skipped here, and refused by callers that must be sure.

/** An object of the tree. `type` is the kind of node, `class` the kind of expression; `query_location` counts bytes. */
export type SqlNode = Readonly<Record<string, unknown>>;

/** `offset`: the position in the SQL, in bytes; undefined if DuckDB gives none. */
export type SqlProblem = { readonly problem: string; readonly offset: number | undefined };

export function isNode(value: unknown): value is SqlNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function nodes(value: unknown): SqlNode[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

export function lower(name: unknown): string {
  return String(name).toLowerCase();
}

/** DuckDB writes 2^64 - 1 for an unknown position. */
export function offsetOf(node: SqlNode): number | undefined {
  const offset = node.query_location;
  return Number.isSafeInteger(offset) ? (offset as number) : undefined;
}

/** Every node of a tree or a plan, the outer ones first. */
export function* allNodes(value: unknown): Generator<SqlNode> {
  const waiting = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (isNode(next)) yield next;
    const inner = Object.values(next);
    for (let i = inner.length - 1; i >= 0; i--) waiting.push(inner[i]);
  }
}

/** The expressions of a SELECT's part, outermost first; a subquery is returned, but not entered. */
export function expressions(value: unknown): readonly SqlNode[] {
  const found: SqlNode[] = [];
  collectExpressions(value, found);
  return found;
}

/** The proofs walk the same trees over and over: a generator within generators takes several times as long. */
function collectExpressions(value: unknown, found: SqlNode[]): void {
  if (Array.isArray(value)) for (const item of value) collectExpressions(item, found);
  if (!isNode(value)) return;
  if (typeof value.class === 'string') found.push(value);
  if (value.class === 'SUBQUERY') collectExpressions(value.child, found);
  else if (value.class !== 'CONSTANT')
    for (const child of Object.values(value)) collectExpressions(child, found);
}

/** `columns` of `a.b` as written, in lower case: `['a', 'b']`; undefined for another expression. */
export function columnNames(node: SqlNode): readonly string[] | undefined {
  return node.class === 'COLUMN_REF' && Array.isArray(node.column_names)
    ? node.column_names.map(lower)
    : undefined;
}

/** All names that a statement gives to something, as written. */
export function aliases(value: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (Array.isArray(value)) for (const item of value) aliases(item, found);
  if (!isNode(value)) return found;
  if (typeof value.alias === 'string' && value.alias !== '') found.add(value.alias);
  for (const child of Object.values(value)) aliases(child, found);
  return found;
}

export function columnReference(names: readonly string[]): SqlNode {
  return { class: 'COLUMN_REF', type: 'COLUMN_REF', alias: '', query_location: 0, column_names: names };
}

/** `COLUMNS(*)`, and `ALL` as the only term of an ORDER BY. */
export const COLUMNS_STAR: SqlNode = {
  class: 'STAR',
  type: 'STAR',
  alias: '',
  query_location: 0,
  relation_name: '',
  exclude_list: [],
  replace_list: [],
  columns: true,
  expr: null,
  qualified_exclude_list: [],
  rename_list: [],
};

export function functionName(node: SqlNode): string | undefined {
  return node.class === 'FUNCTION' || node.class === 'WINDOW' ? lower(node.function_name) : undefined;
}

/** The CTEs that a query node defines, in order. */
export function definedCtes(
  node: SqlNode,
): { readonly name: string; readonly query: SqlNode; readonly aliases: readonly unknown[] }[] {
  const map = isNode(node.cte_map) ? nodes(node.cte_map.map) : [];
  return map.flatMap(({ key, value }) => {
    const query = isNode(value) && isNode(value.query) ? value.query.node : undefined;
    if (!isNode(value) || !isNode(query)) return [];
    return [{ name: lower(key), query, aliases: Array.isArray(value.aliases) ? value.aliases : [] }];
  });
}

/** DuckDB writes infinities and NaN in a form that JSON does not have. */
export function parseTree(text: string): unknown {
  const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:Infinity|NaN|inf|nan)\b/gi;
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse(text.replace(tokens, (token) => (token.startsWith('"') ? token : 'null')));
  }
}

/** `SELECT list FROM from`. */
export function selectOf(list: readonly SqlNode[], from: SqlNode): SqlNode {
  return {
    type: 'SELECT_NODE',
    modifiers: [],
    cte_map: { map: [] },
    select_list: list,
    from_table: from,
    where_clause: null,
    group_expressions: [],
    group_sets: [],
    aggregate_handling: 'STANDARD_HANDLING',
    having: null,
    sample: null,
    qualify: null,
  };
}
