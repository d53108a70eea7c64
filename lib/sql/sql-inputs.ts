// Which tables and functions a SELECT reads, from DuckDB's own parse tree (json_serialize_sql), and what an insight must not
// do: read files or DuckDB's state, or give different results on the same rows.
import { isNode, lower, type SqlNode as Node, offsetOf, type SqlProblem } from './sql-tree.ts';

export type SqlInputs = {
  /** Base tables that no CTE in scope defines, as written, each once, in the order of the text's tree. */
  readonly tables: readonly string[];
  /** The first position of each. */
  readonly offsets: ReadonlyMap<string, number | undefined>;
  /** Scalar, aggregate and window functions, in lower case. */
  readonly functions: readonly string[];
  readonly tableFunctions: readonly string[];
  readonly problems: readonly SqlProblem[];
};

/** They depend on their arguments alone. */
const TABLE_FUNCTIONS = new Set(['unnest', 'range', 'generate_series', 'json_each', 'json_tree']);

const OF_FILES = /^(read_|glob$|parquet_|sniff_|delta_|iceberg_)|scan/;

/** Keywords that are functions without parentheses; the parser treats them as columns. */
const KEYWORDS = new Set(
  `current_date current_time current_timestamp localtime localtimestamp current_catalog current_schema current_user
  current_role session_user`.split(/\s+/),
);

/**
 * Functions that DuckDB classifies as consistent (or, as macros, not at all) but that are not: their result depends on the
 * day, machine or number of threads. The caller adds those that duckdb_functions() reports.
 */
const UNSTABLE = new Set(
  `ago current_localtime current_localtimestamp current_setting getenv getvariable get_block_size version vector_type
  format_type current_catalog current_user current_role session_user user approx_quantile reservoir_quantile`.split(
    /\s+/,
  ),
);
const UNSTABLE_FAMILY = /^(pg_|inet_|duckdb_|pragma_)|_privilege$/;

/**
 * `serialized`: the parsed JSON of json_serialize_sql for one SELECT. `unstable`: the lower-case names that
 * duckdb_functions() lists with a stability other than CONSISTENT.
 */
export function sqlInputs(serialized: unknown, unstable: ReadonlySet<string>): SqlInputs {
  const walk = new Walk(unstable);
  walk.visit(serialized, new Set());
  return {
    tables: [...walk.tables.keys()],
    offsets: walk.tables,
    functions: [...walk.functions],
    tableFunctions: [...walk.tableFunctions],
    problems: walk.problems,
  };
}

/** What a person most likely wants of it that stays the same. */
function steadyRemedy(name: string, node: Node): string {
  const values = Array.isArray(node.children) ? (node.children as unknown[]) : [];
  if (name === 'approx_quantile' || name === 'reservoir_quantile') return 'Write quantile_cont(x, 0.5)';
  if (name === 'age' && values.length === 1) return 'Say from which time on: age(x, y)';
  if (/^(random|gen_random_uuid|uuid|uuidv\d)$/.test(name))
    return 'Remove it; a value of its own for each row is md5(CAST(x AS VARCHAR)), x being what the rows are told apart by';
  if (
    /^(now|today|current_(date|time|timestamp|localtime.*)|localtime|localtimestamp|get_current_.*|transaction_timestamp)$/.test(
      name,
    )
  )
    return 'Remove it, or count from the newest row: (SELECT max(x) FROM t)';
  return 'Remove it';
}

/** Lower-case names of the CTEs in scope. */
type Scope = ReadonlySet<string>;

class Walk {
  readonly tables = new Map<string, number | undefined>();
  readonly functions = new Set<string>();
  readonly tableFunctions = new Set<string>();
  readonly problems: SqlProblem[] = [];
  readonly #unstable: ReadonlySet<string>;
  constructor(unstable: ReadonlySet<string>) {
    this.#unstable = unstable;
  }

  visit(value: unknown, scope: Scope): void {
    if (Array.isArray(value)) for (const item of value) this.visit(item, scope);
    else if (isNode(value) && value.class !== 'CONSTANT') this.#visitNode(value, scope);
  }

  #visitNode(node: Node, scope: Scope): void {
    this.#judge(node, scope);
    const { cte_map: ctes, ...rest } = node;
    const inner = this.#define(ctes, scope);
    const { right, ...others } = rest;
    this.#visitChildren(others, inner);
    const itself = node.type === 'RECURSIVE_CTE_NODE' ? [lower(node.cte_name)] : [];
    this.visit(right, new Set([...inner, ...itself]));
  }

  #visitChildren(node: Node, scope: Scope): void {
    if (node.type === 'TABLE_FUNCTION' && isNode(node.function)) this.visit(node.function.children, scope);
    else for (const child of Object.values(node)) this.visit(child, scope);
  }

  /** A CTE sees those before it, not itself: within its own definition its name means a table. */
  #define(ctes: unknown, scope: Scope): Scope {
    const entries = isNode(ctes) && Array.isArray(ctes.map) ? (ctes.map as unknown[]) : [];
    const seen = new Set(scope);
    for (const entry of entries.filter(isNode)) {
      this.visit(entry.value, new Set(seen));
      seen.add(lower(entry.key));
    }
    return seen;
  }

  #judge(node: Node, scope: Scope): void {
    if (node.type === 'BASE_TABLE') this.#table(node, scope);
    else if (node.type === 'TABLE_FUNCTION' && isNode(node.function)) this.#tableFunction(node.function);
    else if (node.class === 'FUNCTION' || node.class === 'WINDOW') this.#function(node);
    else if (node.class === 'PARAMETER')
      this.#refuse(node, 'a parameter ($1, ?) has no value here: write the value');
    else if (node.type === 'SHOW_REF')
      this.#refuse(node, 'DESCRIBE, SHOW and SUMMARIZE do not return rows of data: remove them');
    else if (node.class === 'COLUMN_REF') this.#column(node);
    if (isNode(node.sample))
      this.#refuse(
        node,
        "a sample is different every time: remove it, or keep the rows whose hash begins alike, one in sixteen of them: WHERE md5(CAST(x AS VARCHAR)) < '1', x being what the rows are told apart by",
      );
    if (isNode(node.at_clause)) this.#refuse(node, 'AT (time travel) is not supported: remove it');
  }

  #table(node: Node, scope: Scope): void {
    const name = String(node.table_name);
    const qualified = [node.catalog_name, node.schema_name].filter(
      (part) => typeof part === 'string' && part !== '',
    );
    if (qualified.length > 0)
      this.#refuse(node, `${[...qualified, name].join('.')} is qualified: write only the table's name`);
    else if (!scope.has(lower(name)) && !this.tables.has(name)) this.tables.set(name, offsetOf(node));
  }

  #tableFunction(node: Node): void {
    const name = lower(node.function_name);
    this.tableFunctions.add(name);
    if (!TABLE_FUNCTIONS.has(name))
      this.#refuse(
        node,
        OF_FILES.test(name)
          ? `the table function ${name} reads files: describe them as a dataset, and read its table by name`
          : `the table function ${name} reads more than its arguments: read tables and insights by name; of such functions there are ${[...TABLE_FUNCTIONS].join(', ')}`,
      );
  }

  #function(node: Node): void {
    const name = lower(node.function_name);
    this.functions.add(name);
    const sinceToday = name === 'age' && Array.isArray(node.children) && node.children.length === 1;
    if (this.#unstable.has(name) || UNSTABLE.has(name) || UNSTABLE_FAMILY.test(name) || sinceToday)
      this.#refuse(
        node,
        `${name}() is not deterministic: the same rows must give the same result. ${steadyRemedy(name, node)}`,
      );
    else this.#method(node, name);
  }

  /** `x.upper()` has its column where the name of a schema stands: whatever walks the tree sees no column. */
  #method(node: Node, name: string): void {
    const before = [node.catalog, node.schema].filter((part) => typeof part === 'string' && part !== '');
    const of = before.join('.');
    // The parser itself puts `main` before some functions.
    if (of !== '' && of !== 'main')
      this.#refuse(node, `${of}.${name}(…) is the call of a column's method: write ${name}(${of}, …)`);
  }

  #column(node: Node): void {
    const names = Array.isArray(node.column_names) ? node.column_names : [];
    if (names.length !== 1 || !KEYWORDS.has(lower(names[0]))) return;
    const name = lower(names[0]);
    this.#refuse(
      node,
      `${name} is not deterministic: the same rows must give the same result. ${steadyRemedy(name, node)}; if it is a column, write its table's name before it`,
    );
  }

  #refuse(node: Node, problem: string): void {
    this.problems.push({ problem, offset: offsetOf(node) });
  }
}
