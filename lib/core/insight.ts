// A parsed and bound insight: plain data. parse-insight.ts and bind-insight.ts create it.
import type { Dataset } from './contract.ts';
import type { Column } from './schema.ts';
import type { Window } from './window.ts';

/** The lake's folders of Delta tables. */
export const TABLE_KINDS = ['tables', 'arrivals', 'insights'] as const;

/** A Delta table of the lake. */
export type TableRef = { readonly kind: (typeof TABLE_KINDS)[number]; readonly name: string };

/** `error`: a partition that fails is not published. `warn`: it is published, with a warning. */
export type Severity = 'error' | 'warn';

/**
 * A check on a partition's rows before they are published: `sql` is a SELECT that returns the offending rows. It reads `this`,
 * the partition's rows, and may read the views relatedView and BEFORE of audit-views.ts.
 */
export type Audit = {
  readonly name: string;
  readonly severity: Severity;
  readonly sql: string;
  /** As of a Derivation. */
  readonly exactSql?: string;
  /** The table or insight that it looks up as a whole, besides `this`. */
  readonly related?: TableRef;
};

/** What its author wants to see drawn; what is absent is chosen from the columns: see lib/page/chart-spec.ts. */
export type ChartWords = {
  readonly kind?: 'line' | 'bar';
  readonly x?: readonly string[];
  /** Numeric columns. */
  readonly y?: readonly string[];
  /** False: all in one colour. */
  readonly colour?: string | false;
};

/**
 * An input besides `over` that the SQL reads only under joins by partition columns: of its rows a partition sees those alone in
 * whose partition columns `theirs` it has its own values of `own`, or with a window those of a partition that it sees.
 */
export type JoinedInput = {
  readonly table: TableRef;
  readonly by: readonly PartitionJoin[];
};

/** `own`: the derivation's partition column; `theirs`: the input's, of the same type. */
export type PartitionJoin = { readonly own: string; readonly theirs: string };

/** A table that is computed from other tables: an insight's SQL file, or the built-in rule of an upsert or replace dataset. */
export type Derivation = {
  readonly target: TableRef;
  /** The SQL file or the contract, for messages. */
  readonly file: string;
  readonly description?: string;
  /** Its first rows are shown by `sluice start`. */
  readonly headline?: boolean;
  /** False: nothing is drawn. */
  readonly chart?: ChartWords | false;
  /** One SELECT without a semicolon; it refers to the inputs by name. */
  readonly sql: string;
  /** What is run in the place of `sql`: the same with exact formulas for its statistics, see exact-sql.ts. */
  readonly exactSql?: string;
  readonly inputs: readonly TableRef[];
  /** The input whose partitions drive this one; undefined for an unpartitioned derivation of several inputs. */
  readonly over?: TableRef;
  /** A prefix of `over`'s partition columns (all, some or none). */
  readonly partitionBy: readonly string[];
  /** The neighbours that the SQL sees of `over`; absent: the rows of its own partition alone. */
  readonly window?: Window;
  /** Proved of the SQL when it is bound, and so no part of the hash; all other inputs are read as a whole. */
  readonly joined?: readonly JoinedInput[];
  /**
   * Columns of `over`: computed apart for rows that differ in one of them, the rows are those of the whole. Proved of the SQL when it
   * is bound, and so no part of the hash. Absent where nothing is proved.
   */
  readonly dividedBy?: readonly string[];
  /** The SQL reads THIS_PARTITION. */
  readonly readsPartition?: true;
  readonly key: readonly string[];
  readonly audits: readonly Audit[];
  /** The columns of the SELECT, partition columns first. */
  readonly columns: readonly Column[];
  /** Columns of DOUBLE that take the first of several equal values: the canonical one of them is published. */
  readonly canonical?: readonly string[];
  /** Columns of DOUBLE that may contain -0.0, or NaN of either sign, depending on the rows but not on their order. */
  readonly varied?: readonly string[];
  /** Columns whose values the SELECT returns in a type that Delta lacks: they are cast to these types. */
  readonly cast?: readonly Pick<Column, 'name' | 'type'>[];
  /** The replace dataset from whose arrivals it takes the newest deliveries: see deliveries.ts. */
  readonly delivered?: Dataset;
  /** SHA-256 (16 hex digits) of the SQL, the columns' names and types, and all front matter that affects rows. */
  readonly hash: string;
};

/** The SQL of an insight or an audit that is run, while its author's is shown. */
export function sqlToRun({ sql, exactSql = sql }: Pick<Derivation, 'sql' | 'exactSql'>): string {
  return exactSql;
}

/** The relation of one row with the partition columns' values of the partition that is computed. */
export const THIS_PARTITION = 'this_partition';

export function tablePrefix(table: TableRef): string {
  return `${table.kind}/${table.name}`;
}

export function sameTable(a: TableRef, b: TableRef): boolean {
  return a.kind === b.kind && a.name === b.name;
}

/** How the SQL joins the input to its partitions; undefined for `over`, and for an input that is read as a whole. */
export function joinedBy({ joined = [] }: Derivation, table: TableRef): readonly PartitionJoin[] | undefined {
  return joined.find((one) => sameTable(one.table, table))?.by;
}

/** The tables that its audits look up, each once. `severity`: only those of these audits. */
export function relatedTables({ audits }: Derivation, severity?: Severity): TableRef[] {
  const tables = audits.flatMap((audit) =>
    audit.related && (severity === undefined || audit.severity === severity) ? [audit.related] : [],
  );
  return tables.filter((table, i) => tables.findIndex((other) => sameTable(other, table)) === i);
}
