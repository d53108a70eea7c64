// Which tables a query reads, from DuckDB's own parse tree (json_serialize_sql), and which calls in it may read
// anything. A tree is understood if every node is of a known kind; an unknown node may read any table.
import { isNode, lower, offsetOf, type SqlNode, type SqlProblem } from './sql-tree.ts';

export type QueryReads = {
  /** How often each name occurs in the position of a table, in lower case, including names of CTEs. */
  readonly named: ReadonlyMap<string, number>;
  /** True if only `named` is read. */
  readonly isUnderstood: boolean;
  /** Table functions that could do more than read. */
  readonly problems: readonly SqlProblem[];
};

const EXPRESSIONS = new Set(
  `BETWEEN CASE CAST COLLATE COLUMN_REF COMPARISON CONJUNCTION CONSTANT DEFAULT FUNCTION LAMBDA LAMBDA_REF OPERATOR PARAMETER
  POSITIONAL_REFERENCE STAR SUBQUERY WINDOW`.split(/\s+/),
);
const QUERIES = 'SELECT_NODE SET_OPERATION_NODE RECURSIVE_CTE_NODE CTE_NODE';
const TABLES = 'BASE_TABLE SUBQUERY JOIN TABLE_FUNCTION EXPRESSION_LIST EMPTY PIVOT SHOW_REF';
const CLAUSES = `ORDER_MODIFIER LIMIT_MODIFIER LIMIT_PERCENT_MODIFIER DISTINCT_MODIFIER ORDER_DEFAULT ASCENDING DESCENDING`;
const KINDS = new Set(`${QUERIES} ${TABLES} ${CLAUSES}`.split(' '));

/** They create rows only from their arguments. */
const MAKERS = new Set(
  `unnest range generate_series repeat repeat_row json_each json_tree test_all_types test_vector_types icu_calendar_names
  pg_timezone_names`.split(/\s+/),
);
/** They read files: DuckDB only lets them access the lake. */
const FILE_READERS = /^(read_\w+|parquet_\w+|sniff_csv|glob)$/;
/** They read a table given by name, or list the tables. */
const TABLE_READERS =
  /^(query_table|histogram|histogram_values|summary|seq_scan|duckdb_\w+|pragma_(?!.*(enable|disable))\w+|which_secret)$/;

/** `statement`: one statement of the tree. */
export function queryReads(statement: unknown): QueryReads {
  const walk = new Walk();
  walk.visit(statement);
  return walk;
}

class Walk implements QueryReads {
  readonly named = new Map<string, number>();
  readonly problems: SqlProblem[] = [];
  isUnderstood = true;

  visit(value: unknown): void {
    if (Array.isArray(value)) for (const item of value) this.visit(item);
    if (!isNode(value) || isType(value) || isConstantValue(value)) return;
    if (!isKnown(value)) this.isUnderstood = false;
    if (value.class === 'CONSTANT') return;
    if (value.type === 'BASE_TABLE') this.#table(value);
    else if (value.type === 'TABLE_FUNCTION') this.#tableFunction(value);
    // Without a query it lists the tables.
    else if (value.type === 'SHOW_REF' && !isNode(value.query)) this.isUnderstood = false;
    for (const child of Object.values(value)) this.visit(child);
  }

  #table({ table_name: table, schema_name: schema, catalog_name: catalog, at_clause: at }: SqlNode): void {
    const name = lower(table);
    this.named.set(name, (this.named.get(name) ?? 0) + 1);
    // With a schema it may be one that lists the tables, and so may DuckDB's own views.
    const isBare = [schema, catalog].every((part) => part === '') && at === null;
    if (!isBare || /^(duckdb|pg|sqlite|pragma)_/.test(name)) this.isUnderstood = false;
  }

  #tableFunction({ function: call }: SqlNode): void {
    const name = isNode(call) ? lower(call.function_name) : '';
    if (MAKERS.has(name) || FILE_READERS.test(name)) return;
    this.isUnderstood = false;
    if (!TABLE_READERS.test(name))
      this.problems.push({ problem: refusal(name), offset: isNode(call) ? offsetOf(call) : undefined });
  }
}

function isKnown({ class: expression, type }: SqlNode): boolean {
  if (expression !== undefined) return EXPRESSIONS.has(String(expression));
  return type === undefined || KINDS.has(String(type));
}

/** As in a cast: `{id, type_info}`. */
function isType(value: SqlNode): boolean {
  return Object.keys(value).every((key) => key === 'id' || key === 'type_info');
}

/** `{type, is_null, value}` */
function isConstantValue(value: SqlNode): boolean {
  return typeof value.is_null === 'boolean' && isNode(value.type) && isType(value.type);
}

function refusal(name: string): string {
  return name === 'query' || name === 'json_execute_serialized_sql'
    ? `${name}() runs SQL built from text, so it is unknown what it reads: write the SQL itself`
    : `the table function ${name} is unknown or does more than read: remove it`;
}
