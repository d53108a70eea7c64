// What identifies the rows of a SELECT's source: the tables, CTEs and subqueries in its FROM with their columns and keys,
// and what an expression means there. If that is unknown, the answer is undefined, which proves nothing.
import { isCutToOne } from './order-clauses.ts';
import { ORDER_FREE } from './order-sensitivity.ts';
import { outerColumns } from './outer-columns.ts';
import { hasGroups, isDistinct, isPlain, isUnnest, normalized, outputName } from './select-shape.ts';
import {
  columnNames,
  columnReference,
  definedCtes,
  expressions,
  functionName,
  isNode,
  lower,
  nodes,
  type SqlNode,
} from './sql-tree.ts';

/**
 * Columns in lower case, like all names here. `key`: unique and not null over its rows; undefined if there is none; without
 * columns: there is at most one row.
 */
export type Relation = {
  readonly columns: readonly string[] | undefined;
  readonly key: readonly string[] | undefined;
  /** Columns with the same value in all rows: the partition's values. */
  readonly constants?: readonly string[];
  /** The primaryKey of a table where rows of several files may agree in it, for messages: it is no key. */
  readonly fileKey?: readonly string[];
};

export type Scope = ReadonlyMap<string, Relation>;

type Leaf = Relation & { readonly alias: string };

/** Expressions that only use what their parts take from a row. */
const COMPOSED = new Set(
  'CONSTANT FUNCTION OPERATOR CAST CASE COMPARISON CONJUNCTION BETWEEN WINDOW LAMBDA'.split(' '),
);

/** The relations of a FROM whose rows form the SELECT's rows, and the columns merged by USING. */
export class Source {
  readonly leaves: readonly Leaf[];
  readonly #using = new Set<string>();
  readonly #aliases: ReadonlyMap<string, SqlNode>;
  readonly #items: readonly SqlNode[];
  readonly #scope: Scope;
  /** A FULL JOIN, which may add a row of each side. */
  #isFull = false;
  #entered: SqlNode | undefined;

  constructor(select: SqlNode, scope: Scope) {
    this.#scope = scope;
    this.leaves = isNode(select.from_table) ? this.#leavesOf(select.from_table, scope) : [];
    this.#items = nodes(select.select_list);
    this.#aliases = new Map(
      this.#items.filter((item) => item.alias !== '').map((item) => [lower(item.alias), item]),
    );
  }

  #leavesOf(from: SqlNode, scope: Scope): Leaf[] {
    if (from.type === 'EMPTY') return [];
    if (from.type === 'JOIN' && isNode(from.left) && isNode(from.right)) {
      for (const name of Array.isArray(from.using_columns) ? from.using_columns : [])
        this.#using.add(lower(name));
      this.#isFull ||= from.join_type === 'FULL';
      // Semi and anti joins return nothing from their right side.
      const right = from.join_type === 'SEMI' || from.join_type === 'ANTI' ? [] : [from.right];
      return [from.left, ...right].flatMap((side) => this.#leavesOf(side, scope));
    }
    return [leaf(from, scope)];
  }

  /**
   * Equal texts for expressions that are equal in each row. A bare name is first a column and then an alias, except in ORDER BY;
   * a number is a column's position only in ORDER BY and GROUP BY.
   */
  ident(expression: SqlNode, clause: 'row' | 'group' | 'order' = 'row'): string {
    return this.#ownIdent(this.selected(expression, clause) ?? expression);
  }

  /** The SELECT's item that an alias or a position refers to. */
  selected(expression: SqlNode, clause: 'row' | 'group' | 'order'): SqlNode | undefined {
    const [name = '', ...more] = columnNames(expression) ?? [];
    if (name !== '' && more.length === 0 && (clause === 'order' || this.#hasNo(name)))
      return this.#aliases.get(name);
    const value = isNode(expression.value) ? expression.value.value : undefined;
    const isPlace = clause !== 'row' && expression.class === 'CONSTANT' && typeof value === 'number';
    return isPlace ? this.#items[value - 1] : undefined;
  }

  #ownIdent(expression: SqlNode): string {
    const [first = '', second, ...more] = columnNames(expression) ?? [];
    if (first !== '' && second === undefined) return this.#ownerOf(first);
    return second !== undefined && more.length === 0 && this.leaves.some(({ alias }) => alias === first)
      ? `${first}.${second}`
      : normalized(expression);
  }

  #hasNo(column: string): boolean {
    return this.leaves.every(({ columns }) => columns !== undefined && !columns.includes(column));
  }

  #ownerOf(column: string): string {
    if (this.#using.has(column)) return column;
    const owners = this.leaves.filter(({ columns }) => columns === undefined || columns.includes(column));
    const [owner] = owners;
    return owner && owners.length === 1 ? `${owner.alias}.${column}` : column;
  }

  /** True if no two rows agree in all of `idents`. */
  isIdentifiedBy(idents: ReadonlySet<string>): boolean {
    if (this.leaves.length === 0) return false;
    return this.leaves.every(
      (own) =>
        !(this.#isFull && isOneAtMost(own)) &&
        own.key?.every(
          (column) =>
            own.constants?.includes(column) ||
            idents.has(`${own.alias}.${column}`) ||
            (this.#using.has(column) && idents.has(column)),
        ) === true,
    );
  }

  /** True if the column is certainly one of these relations', and not of a surrounding query's. */
  hasOwn(column: SqlNode): boolean {
    const [first = '', second] = columnNames(column) ?? [];
    if (second === undefined)
      return this.#using.has(first) || this.leaves.some(({ columns }) => columns?.includes(first));
    return this.leaves.some(
      ({ alias, columns }) => alias === first && (columns === undefined || columns.includes(second)),
    );
  }

  /** True if the aggregate is certain to be over these relations' rows: it names no column, or one of theirs. */
  owns(aggregate: SqlNode): boolean {
    const parts = [...expressions(aggregate)];
    if (parts.some((part) => part.class === 'LAMBDA' || part.class === 'SUBQUERY')) return false;
    const columns = parts.filter((part) => part.class === 'COLUMN_REF');
    return columns.length === 0 || columns.some((column) => this.hasOwn(column));
  }

  /** What an expression takes from a row beyond `idents`, in words; [] if rows that agree in `idents` give the same result. */
  beyond(value: unknown, idents: ReadonlySet<string>): string[] {
    const missing: string[] = [];
    for (const part of expressions(value)) {
      if (part.class === 'SUBQUERY') {
        const outer = outerColumns(part, (select, column) => new Source(select, this.#scope).hasOwn(column));
        if (!outer?.every((column) => this.#agrees(column, idents))) missing.push('a subquery');
      } else if (part.class === 'STAR') missing.push(...this.#columnsBeyond(idents));
      else if (part.class === 'COLUMN_REF') {
        if (!this.#agrees(part, idents)) missing.push((columnNames(part) ?? []).join('.'));
      } else if (!COMPOSED.has(String(part.class))) missing.push('what it computes');
    }
    return [...new Set(missing)];
  }

  /** The idents of all known columns. */
  columnIdents(): string[] {
    return this.leaves.flatMap(({ alias, columns }) => (columns ?? []).map((column) => `${alias}.${column}`));
  }

  /** What is said of primary keys that are no keys; undefined if there are none. */
  fileKeyRemark(): string | undefined {
    const keys = this.leaves.flatMap(({ alias, fileKey }) =>
      fileKey === undefined ? [] : [`(${fileKey.join(', ')}) of ${alias}`],
    );
    return keys.length === 0
      ? undefined
      : `The primaryKey ${keys.join(', ')} is unique within a file only, so it is no key here; with "mode": "upsert" it would be one`;
  }

  /** The columns of the relations' keys, as terms of an ORDER BY; [] if one has no key. */
  keyTerms(): SqlNode[] {
    if (this.leaves.some(({ key }) => key === undefined)) return [];
    return this.leaves.flatMap((own) => (own.key ?? []).map((column) => this.#term(own, column)));
  }

  /** All columns, as terms of an ORDER BY; [] if those of one relation are not known. */
  columnTerms(): SqlNode[] {
    if (this.leaves.some(({ columns }) => columns === undefined)) return [];
    return this.leaves.flatMap((own) => (own.columns ?? []).map((column) => this.#term(own, column)));
  }

  /** Without the relation's name where that is certain to mean the same. */
  #term({ alias }: Leaf, column: string): SqlNode {
    const isBare =
      alias === '' || this.#using.has(column) || (this.leaves.length === 1 && !this.#aliases.has(column));
    return columnReference(isBare ? [column] : [alias, column]);
  }

  #columnsBeyond(idents: ReadonlySet<string>): string[] {
    return this.leaves.flatMap((own) => {
      if (own.columns === undefined) return [`the columns of ${own.alias === '' ? 'a subquery' : own.alias}`];
      return own.columns.filter((column) => !this.#has(own, column, idents));
    });
  }

  #agrees(column: SqlNode, idents: ReadonlySet<string>): boolean {
    const ident = this.ident(column);
    if (idents.has(ident)) return true;
    const item = this.selected(column, 'row');
    if (item && item !== this.#entered) return this.#itemAgrees(item, idents);
    const own = this.leaves.find(({ alias }) => ident.startsWith(`${alias}.`));
    return own !== undefined && this.#has(own, ident.slice(own.alias.length + 1), idents);
  }

  #itemAgrees(item: SqlNode, idents: ReadonlySet<string>): boolean {
    const before = this.#entered;
    // An alias within its own item, or within one that it refers to, is an unknown name.
    if (before !== undefined) return false;
    this.#entered = item;
    const missing = this.beyond(item, idents);
    this.#entered = before;
    return missing.length === 0;
  }

  #has(own: Leaf, column: string, idents: ReadonlySet<string>): boolean {
    // With several relations, an outer join may fill one with NULLs, so its constants are not constant any more.
    const isConstant = this.leaves.length === 1 && own.constants?.includes(column);
    return (
      isConstant || idents.has(`${own.alias}.${column}`) || (this.#using.has(column) && idents.has(column))
    );
  }
}

/** Whatever the values of its columns. */
function isOneAtMost({ key, constants }: Relation): boolean {
  return key?.every((column) => constants?.includes(column)) === true;
}

function leaf(from: SqlNode, scope: Scope): Leaf {
  const renamed = Array.isArray(from.column_name_alias) && from.column_name_alias.length > 0;
  const unknown = { columns: undefined, key: undefined };
  const known = (): Relation => {
    if (from.type === 'BASE_TABLE') return scope.get(lower(from.table_name)) ?? unknown;
    const query = from.type === 'SUBQUERY' && isNode(from.subquery) ? from.subquery.node : undefined;
    return isNode(query) ? relationOf(query, scope) : unknown;
  };
  const alias = lower(from.alias === '' || from.alias === undefined ? (from.table_name ?? '') : from.alias);
  return { ...(renamed ? unknown : known()), alias };
}

/** The result of a query: its columns if all have names, and its key if it has one by construction. */
export function relationOf(query: SqlNode, outer: Scope): Relation {
  if (query.type !== 'SELECT_NODE') return { columns: undefined, key: undefined };
  const source = new Source(query, withCtes(query, outer));
  const items = nodes(query.select_list);
  const [only] = source.leaves;
  if (
    items.length === 1 &&
    items[0]?.class === 'STAR' &&
    only &&
    source.leaves.length === 1 &&
    isPlain(items[0])
  )
    return { columns: only.columns, key: only.key, ...(only.constants ? { constants: only.constants } : {}) };
  const names = items.map(outputName);
  const isOne = isOneRow(query, source) || isCutToOne(query);
  if (names.includes(undefined)) return { columns: undefined, key: isOne ? [] : undefined };
  const columns = names as string[];
  return { columns, key: isOne ? [] : isDistinct(query) ? columns : keyOf(query, source, items, columns) };
}

/** True if a SELECT returns one row at most, whatever its tables' rows: it reads no table, or aggregates without groups. */
export function isOneRow(select: SqlNode, source: Source): boolean {
  const sets = Array.isArray(select.group_sets) ? select.group_sets : [];
  const items = [...expressions(select.select_list)];
  if (hasGroups(select) || sets.length > 0 || items.some(isUnnest)) return false;
  if (isNode(select.from_table) && select.from_table.type === 'EMPTY') return true;
  return [...items, ...expressions(select.having)].some(
    (part) => part.class === 'FUNCTION' && ORDER_FREE.has(functionName(part) ?? '') && source.owns(part),
  );
}

function keyOf(
  query: SqlNode,
  source: Source,
  items: readonly SqlNode[],
  columns: readonly string[],
): string[] | undefined {
  const idents = new Map(items.map((item, i) => [source.ident(item), columns[i] ?? '']));
  if (items.some((item) => [...expressions(item)].some(isUnnest))) return undefined;
  const grouped = groupIdents(query, source);
  if (grouped !== undefined) return onlyKnown([...grouped].map((ident) => idents.get(ident)));
  if (hasGroups(query)) return undefined;
  if (source.isIdentifiedBy(new Set())) return [];
  const [only] = source.leaves;
  if (only?.key === undefined || source.leaves.length !== 1) return undefined;
  const varying = only.key.filter((column) => !only.constants?.includes(column));
  return onlyKnown(varying.map((column) => idents.get(`${only.alias}.${column}`)));
}

/** What a SELECT groups by, one row per combination; undefined if it does not group, or in several ways (ROLLUP). */
export function groupIdents(select: SqlNode, source: Source): ReadonlySet<string> | undefined {
  const groups = nodes(select.group_expressions);
  const sets = Array.isArray(select.group_sets) ? select.group_sets : [];
  if (groups.length === 0 || sets.length !== 1) return undefined;
  return new Set(groups.map((group) => source.ident(group, 'group')));
}

export function withCtes(query: SqlNode, outer: Scope): Scope {
  const scope = new Map(outer);
  for (const { name, query: defined, aliases } of definedCtes(query))
    scope.set(name, aliases.length > 0 ? { columns: undefined, key: undefined } : relationOf(defined, scope));
  return scope;
}

function onlyKnown(names: readonly (string | undefined)[]): string[] | undefined {
  return names.includes(undefined) ? undefined : (names as string[]);
}
