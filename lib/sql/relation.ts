// What is known of the rows of a table, a CTE or a subquery. All names are in lower case; what is unknown is absent, which
// proves nothing.
import type { SqlNode } from './sql-tree.ts';

/**
 * Exact types that are alike: values of one kind are compared without being rounded, and equal ones are identical. `integer` for
 * all whole numbers, `text`, `date`, `timestamp`, `boolean`, `decimal(18,2)`.
 */
export type Kind = string;

/** `key`: no two rows agree in all of its columns; undefined if there is none; without columns: there is at most one row. */
export type Relation = {
  readonly columns: readonly string[] | undefined;
  readonly key: readonly string[] | undefined;
  /** Columns with the same value in all rows: the partition's values, or what WHERE says. */
  readonly constants?: readonly string[];
  /** The primaryKey of a table where rows of several files may agree in it, for messages: it is no key. */
  readonly fileKey?: readonly string[];
  /** Columns that are never NULL. */
  readonly required?: ReadonlySet<string>;
  /** Columns of exact types; DOUBLE has no kind. */
  readonly kinds?: ReadonlyMap<string, Kind>;
  /** Columns that have one of a few literals: which. */
  readonly tags?: ReadonlyMap<string, ReadonlySet<string>>;
};

export type Scope = ReadonlyMap<string, Relation>;

export const UNKNOWN: Relation = { columns: undefined, key: undefined };

/** A relation in a FROM. */
export type Leaf = Relation & {
  readonly alias: string;
  /** Before its columns in idents: the alias, if it has one. */
  readonly id: string;
  /** The same rows for all rows of the relations before it: not LATERAL. */
  readonly isFixed: boolean;
};

/** Equal texts for what is equal in each row: see Source.ident. */
export type Ident = string;

/** The keys of an order: rows that agree in `all` have equal keys, those that agree in `exact` identical ones. */
export type Keys = { readonly all: ReadonlySet<Ident>; readonly exact: ReadonlySet<Ident> };

export function columnIdent(leaf: Leaf, column: string): Ident {
  return `${leaf.id}\u0000${column}`;
}

/** The ident, as a tag, of a literal text or number; undefined for another expression. Those of one kind are told apart by it. */
export function tagOf(expression: SqlNode): string | undefined {
  if (expression.class !== 'CONSTANT') return undefined;
  const { value, type } = (expression.value ?? {}) as { value?: unknown; type?: { id?: unknown } };
  const id = String(type?.id);
  if (id === 'VARCHAR' && typeof value === 'string') return `text ${value}`;
  return typeof value === 'number' ? `number ${value}` : undefined;
}
