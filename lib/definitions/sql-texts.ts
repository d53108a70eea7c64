// DuckDB's own translation between SQL texts and parse trees.
import { canonicalJson } from '../core/definition-hash.ts';
import { SqlError, type SqlSession } from '../ports.ts';
import { literal } from '../sql/quoting.ts';
import { allNodes, isNode, nodes, parseTree, type SqlNode, selectOf } from '../sql/sql-tree.ts';

const NO_TABLE = { type: 'EMPTY', alias: '', sample: null, query_location: 0 };

/** An expression as DuckDB writes it, with quotes where they are needed; `…` for one that is not certain to be written as it was. */
export async function textOf(session: SqlSession, expression: SqlNode): Promise<string> {
  if (isRounded(expression)) return '…';
  const select = selectOf([{ ...expression, alias: '' }], NO_TABLE);
  const sql = await sqlOf(session, { node: select, named_param_map: [] });
  return (sql ?? 'SELECT …')
    .replace(/^SELECT /, '')
    .replace(/^"(\w+)"\(/, '$1(')
    .replaceAll('  ', ' ');
}

function isRounded(tree: unknown): boolean {
  const values = [...allNodes(tree)].flatMap((node) => Object.entries(node));
  return values.some(([name, value]) => name !== 'query_location' && isUnsafe(value));
}

/** A number that JSON cannot hold exactly enough for DuckDB. */
function isUnsafe(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
}

/** The text of a statement's tree; undefined where DuckDB has none. */
export async function sqlOf(session: SqlSession, statement: unknown): Promise<string | undefined> {
  const tree = JSON.stringify({ error: false, statements: [statement] }, (key, value: unknown) => {
    if (key === 'query_location') return 0;
    // Its value does not matter where the statement is only planned.
    return isUnsafe(value) ? 0 : value;
  });
  try {
    const [row] = await session.rows<{ sql: string }>(`SELECT json_deserialize_sql(${literal(tree)}) AS sql`);
    return row?.sql;
  } catch (error) {
    if (error instanceof SqlError && error.kind !== 'resource') return undefined;
    throw error;
  }
}

/**
 * The text that is read as the statement's very tree; undefined where DuckDB writes none. It may be run in the place of the text that
 * the tree is of.
 */
export async function faithfulSql(session: SqlSession, statement: unknown): Promise<string | undefined> {
  if (isRounded(statement)) return undefined;
  const sql = await sqlOf(session, statement);
  if (sql === undefined) return undefined;
  const [row] = await session.rows<{ tree: string }>(`SELECT json_serialize_sql(${literal(sql)}) AS tree`);
  const again = parseTree(row?.tree ?? '{}');
  const [read] = isNode(again) ? nodes(again.statements) : [];
  return canonicalJson(withoutPlaces(read)) === canonicalJson(withoutPlaces(statement)) ? sql : undefined;
}

function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (!isNode(value)) return value;
  const parts = Object.entries(value).filter(([name]) => name !== 'query_location');
  return Object.fromEntries(parts.map(([name, child]) => [name, withoutPlaces(child)]));
}

/** The tree of an expression; undefined where the text is none. */
export async function expressionOf(session: SqlSession, sql: string): Promise<SqlNode | undefined> {
  const [row] = await session.rows<{ tree: string }>(
    `SELECT json_serialize_sql(${literal(`SELECT ${sql}`)}) AS tree`,
  );
  const tree = parseTree(row?.tree ?? '{}');
  const [statement] = isNode(tree) ? nodes(tree.statements) : [];
  return isNode(statement?.node) ? nodes(statement.node.select_list)[0] : undefined;
}
