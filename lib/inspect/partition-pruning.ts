// Finds the data files that a query can need, from its conditions on partition columns; the others are not fetched. DuckDB
// evaluates the conditions on a table of partition values; in doubt (an unknown node in the query's tree, a table named twice),
// all files are kept.

import { sqlType } from '../core/schema.ts';
import type { Add, Metadata } from '../delta/actions.ts';
import { parseSchema } from '../delta/schema.ts';
import { partitionId, partitionOf } from '../lake/partition.ts';
import { SqlError, type SqlSession } from '../ports.ts';
import { queryReads } from '../sql/query-reads.ts';
import { identifier, literal } from '../sql/quoting.ts';
import { columnNames, definedCtes, isNode, lower, nodes, parseTree, type SqlNode } from '../sql/sql-tree.ts';

const PARTITIONS = '_sluice_partitions';

export async function neededFiles(
  session: SqlSession,
  sql: string,
  table: string,
  metadata: Metadata,
  files: readonly Add[],
): Promise<readonly Add[]> {
  if (metadata.partitionColumns.length === 0 || files.length < 2) return files;
  try {
    const demands = partitionDemands(await parse(session, sql), table, metadata.partitionColumns);
    return demands === undefined ? files : await matchingFiles(session, metadata, demands, files);
  } catch (error) {
    // What is wrong with the query is said when it runs.
    if (error instanceof SqlError && error.kind !== 'resource') return files;
    throw error;
  }
}

async function parse(session: SqlSession, sql: string): Promise<unknown> {
  const [row] = await session.rows<{ tree: string }>(`SELECT json_serialize_sql(${literal(sql)}) AS tree`);
  return parseTree(row?.tree ?? '{}');
}

type Demands = { readonly alias: string; readonly conditions: readonly SqlNode[] };

/** The conditions that every row must meet and that the partition alone decides; undefined where there are none. */
function partitionDemands(
  tree: unknown,
  name: string,
  partitionColumns: readonly string[],
): Demands | undefined {
  const { isUnderstood, named } = queryReads(tree);
  // Where it is read twice, the other place may want other files.
  if (!isUnderstood || named.get(name.toLowerCase()) !== 1) return undefined;
  const all = [...everyNode(tree)];
  const use = all.find((node) => node.type === 'BASE_TABLE' && lower(node.table_name) === name.toLowerCase());
  // A CTE of the same name is another table.
  const isHidden = all.some((node) => definedCtes(node).some((cte) => cte.name === name.toLowerCase()));
  if (use === undefined || isHidden || !isPlain(use)) return undefined;
  const select = all.find((node) => node.type === 'SELECT_NODE' && node.from_table === use);
  if (select === undefined || select.sample !== null) return undefined;
  const alias = String(use.alias === '' ? use.table_name : use.alias);
  const columns = new Set(partitionColumns.map(lower));
  const isOwn = (names: readonly string[]) =>
    names.length === 1
      ? columns.has(names[0] ?? '')
      : names.length === 2 && names[0] === alias.toLowerCase() && columns.has(names[1] ?? '');
  const conditions = conjuncts(select.where_clause).filter((node) => isDecided(node, isOwn));
  return conditions.length === 0 ? undefined : { alias, conditions };
}

function* everyNode(value: unknown): Generator<SqlNode> {
  if (Array.isArray(value)) for (const item of value) yield* everyNode(item);
  if (!isNode(value)) return;
  yield value;
  for (const child of Object.values(value)) yield* everyNode(child);
}

/** Neither sampled nor with columns renamed nor at another time. */
function isPlain({ sample, column_name_alias: renamed, at_clause: at }: SqlNode): boolean {
  return sample === null && at === null && Array.isArray(renamed) && renamed.length === 0;
}

function conjuncts(where: unknown): SqlNode[] {
  if (!isNode(where)) return [];
  return where.type === 'CONJUNCTION_AND' ? nodes(where.children).flatMap(conjuncts) : [where];
}

const PLAIN_CLASSES = new Set(['CONJUNCTION', 'COMPARISON', 'OPERATOR', 'BETWEEN', 'CAST']);

/** No functions: what they give may differ between two statements. */
function isDecided(node: SqlNode, isOwn: (names: readonly string[]) => boolean): boolean {
  if (node.class === 'CONSTANT') return isNode(node.value) && isExact(node.value);
  const names = columnNames(node);
  if (names !== undefined) return isOwn(names);
  if (!PLAIN_CLASSES.has(String(node.class))) return false;
  const operands = Object.values(node).flatMap((value) =>
    Array.isArray(value) ? nodes(value) : isNode(value) ? [value] : [],
  );
  return operands.filter((operand) => 'class' in operand).every((operand) => isDecided(operand, isOwn));
}

/** A number that JSON took no digit of, and no text that means another day tomorrow. */
function isExact({ value, is_null: isNull }: SqlNode): boolean {
  if (typeof value === 'string') return !/^\s*(now|today|tomorrow|yesterday)\s*$/i.test(value);
  return (
    isNull === true ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER)
  );
}

async function matchingFiles(
  session: SqlSession,
  { schemaString, partitionColumns }: Metadata,
  { alias, conditions }: Demands,
  files: readonly Add[],
): Promise<readonly Add[]> {
  const byPartition = new Map<string, Add[]>();
  for (const add of files) {
    const id = partitionId(partitionOf(add.partitionValues, partitionColumns));
    byPartition.set(id, [...(byPartition.get(id) ?? []), add]);
  }
  const partitions = [...byPartition.values()];
  const columns = parseSchema(schemaString);
  const typeOf = (name: string) => sqlType(columns.find((column) => column.name === name)?.type ?? 'string');
  const rows = partitions.map(
    ([add], nth) =>
      `(${nth}, ${partitionColumns.map((name) => `CAST(${literal(add?.partitionValues[name] ?? null)} AS ${typeOf(name)})`).join(', ')})`,
  );
  const names = ['_sluice_nth', ...partitionColumns].map(identifier);
  await session.run(
    `CREATE OR REPLACE TEMP TABLE ${PARTITIONS} AS SELECT * FROM (VALUES ${rows.join(', ')}) t(${names.join(', ')})`,
  );
  const wanted = await session.rows<{ _sluice_nth: number }>(await whereSql(session, alias, conditions));
  await session.run(`DROP TABLE ${PARTITIONS}`);
  return wanted.flatMap(({ _sluice_nth: nth }) => partitions[nth] ?? []);
}

/** The engine writes the conditions as SQL again, from its own tree. */
async function whereSql(session: SqlSession, alias: string, conditions: readonly SqlNode[]): Promise<string> {
  const sql = `SELECT _sluice_nth FROM ${PARTITIONS} AS ${identifier(alias)} WHERE true`;
  const tree = (await parse(session, sql)) as { statements: { node: Record<string, unknown> }[] };
  const [statement] = tree.statements;
  if (statement)
    statement.node.where_clause = {
      class: 'CONJUNCTION',
      type: 'CONJUNCTION_AND',
      alias: '',
      query_location: 0,
      children: conditions,
    };
  // Places are 64 bits wide, more than JSON's numbers hold; nobody asks for them here.
  const text = JSON.stringify(tree, (key, value: unknown) => (key === 'query_location' ? 0 : value));
  const [row] = await session.rows<{ sql: string }>(`SELECT json_deserialize_sql(${literal(text)}) AS sql`);
  return row?.sql ?? sql;
}
