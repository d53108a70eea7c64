// The rows that a SELECT is made from: what its expressions mean there, what they take from a row, and what tells two rows apart.
import type { ColumnFacts } from './expression-facts.ts';
import { closed, identifies } from './functional-dependencies.ts';
import type { Joins } from './joins.ts';
import { outerColumns } from './outer-columns.ts';
import { columnIdent, type Ident, type Keys, type Leaf } from './relation.ts';
import { isPlain, isSeveral, normalized } from './select-shape.ts';
import { columnNames, columnReference, expressions, isNode, lower, nodes, type SqlNode } from './sql-tree.ts';

/** What REPLACE and RENAME of an item's stars give a name to. */
function namedByStars(item: SqlNode): (readonly [string, SqlNode])[] {
  return [...expressions(item)]
    .filter((part) => part.class === 'STAR')
    .flatMap(({ replace_list: replaced, rename_list: renamed }) => [
      ...nodes(replaced).flatMap(({ key, value }) => (isNode(value) ? [[lower(key), value] as const] : [])),
      ...nodes(renamed).flatMap(({ key, value }) => {
        const names = isNode(key) ? [key.table, key.column].filter((name) => name !== '').map(String) : [];
        return [[lower(value), columnReference(names)] as const];
      }),
    ]);
}

/** Expressions that only use what their parts take from a row. */
const COMPOSED = new Set(
  'CONSTANT FUNCTION OPERATOR CAST CASE COMPARISON CONJUNCTION BETWEEN WINDOW LAMBDA'.split(' '),
);

/** Where a name stands: a bare one is first a column and then an alias, except in ORDER BY; a number is a place only in the last two. */
export type Clause = 'row' | 'group' | 'order';

export class Source {
  readonly joins: Joins;
  readonly #aliases: ReadonlyMap<string, SqlNode>;
  readonly #items: readonly SqlNode[];
  readonly #isOwn: (select: SqlNode, column: SqlNode) => boolean;
  #entered: SqlNode | undefined;

  /** `isOwn`: whether a column is certainly of the FROM of a SELECT within the expressions. */
  constructor(joins: Joins, items: unknown, isOwn: (select: SqlNode, column: SqlNode) => boolean) {
    this.joins = joins;
    this.#isOwn = isOwn;
    this.#items = nodes(items);
    this.#aliases = new Map([
      ...this.#items.flatMap(namedByStars),
      ...this.#items.filter((item) => item.alias !== '').map((item) => [lower(item.alias), item] as const),
    ]);
  }

  get leaves(): readonly Leaf[] {
    return this.joins.leaves;
  }

  /** Equal texts for expressions that are equal in each row. */
  ident(expression: SqlNode, clause: Clause = 'row'): Ident {
    return this.#ownIdent(this.selected(expression, clause) ?? expression);
  }

  /** The SELECT's item that an alias or a position refers to; a node of its own where that is not certain. */
  selected(expression: SqlNode, clause: Clause): SqlNode | undefined {
    const [name = '', ...more] = columnNames(expression) ?? [];
    if (name !== '' && more.length === 0 && (clause === 'order' || this.#hasNo(name))) {
      const item = this.#aliases.get(name);
      return item && isSeveral(item) ? { class: 'PLACE', name } : item;
    }
    const place = isNode(expression.value) ? expression.value.value : undefined;
    const isPlace = clause !== 'row' && expression.class === 'CONSTANT' && typeof place === 'number';
    return isPlace ? (this.#itemAt(place) ?? { class: 'PLACE', place }) : undefined;
  }

  /** From 1, the columns of stars counted; undefined where it is not certain which it is. */
  #itemAt(place: number): SqlNode | undefined {
    let before = 0;
    for (const item of this.#items) {
      const items = item.class === 'STAR' ? this.columnsOfStar(item) : isSeveral(item) ? undefined : [item];
      if (items === undefined) return undefined;
      if (place <= before + items.length) return items[place - before - 1];
      before += items.length;
    }
    return undefined;
  }

  /** The columns that `*` or `t.*` of a SELECT's list stands for; undefined where that is not certain. */
  columnsOfStar(star: SqlNode): SqlNode[] | undefined {
    if (!isPlain(star) || isNode(star.expr) || star.columns === true || this.joins.mergesColumns)
      return undefined;
    const of = lower(star.relation_name ?? '');
    const own = of === '' ? this.leaves : this.leaves.filter(({ alias }) => alias === of);
    if (own.length === 0 || own.some(({ columns }) => columns === undefined)) return undefined;
    return own.flatMap(({ id, columns }) => (columns ?? []).map((name) => columnReference([id, name])));
  }

  #ownIdent(expression: SqlNode): Ident {
    const [first = '', second, ...more] = columnNames(expression) ?? [];
    if (first !== '' && second === undefined) return this.#ownerOf(first);
    const owner = this.leaves.find(({ alias, id }) => alias === first || id === first);
    return second !== undefined && more.length === 0 && owner
      ? columnIdent(owner, second)
      : normalized(expression);
  }

  #hasNo(column: string): boolean {
    return this.leaves.every(({ columns }) => columns !== undefined && !columns.includes(column));
  }

  #ownerOf(column: string): Ident {
    const merged = this.joins.merged(column);
    if (merged) return merged.ident;
    const owners = this.leaves.filter(({ columns }) => columns === undefined || columns.includes(column));
    const [owner] = owners;
    return owner && owners.length === 1 ? columnIdent(owner, column) : column;
  }

  /** The relation that a bare name means as a whole, each row as a struct. */
  wholeRow(expression: SqlNode): Leaf | undefined {
    const [name = '', ...more] = columnNames(expression) ?? [];
    // A subquery without an alias has no name.
    if (name === '' || more.length > 0 || !this.#hasNo(name) || this.#aliases.has(name)) return undefined;
    return this.leaves.find(({ alias, columns }) => alias === name && columns !== undefined);
  }

  /** What is known of its columns. */
  get facts(): ColumnFacts {
    return {
      isFilled: (column) => this.joins.isFilled(this.ident(column)),
      kindOf: (column) => this.joins.kinds.get(this.ident(column)),
    };
  }

  /** The literals of which a column has one in all rows. */
  tagsOf(expression: SqlNode): ReadonlySet<string> | undefined {
    const ident = this.ident(expression);
    const own = this.leaves.find((leaf) =>
      leaf.columns?.some((column) => columnIdent(leaf, column) === ident),
    );
    return own && !this.joins.optional.has(own)
      ? own.tags?.get(ident.slice(columnIdent(own, '').length))
      : undefined;
  }

  /** All that rows agree in if they agree in these keys. */
  closed(keys: Keys): Keys {
    return closed(this.joins, keys);
  }

  /** True if no two rows agree in all of `idents`, which must be closed. */
  isIdentifiedBy(idents: ReadonlySet<Ident>): boolean {
    return identifies(this.joins, idents);
  }

  /** True if the column is certainly one of these relations', and not of a surrounding query's. */
  hasOwn(column: SqlNode): boolean {
    const [first = '', second] = columnNames(column) ?? [];
    if (second === undefined)
      return (
        this.joins.merged(first) !== undefined || this.leaves.some(({ columns }) => columns?.includes(first))
      );
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
  beyond(value: unknown, idents: ReadonlySet<Ident>): string[] {
    const missing: string[] = [];
    for (const part of expressions(value)) {
      if (part.class === 'SUBQUERY') {
        const outer = outerColumns(part, this.#isOwn);
        if (!outer?.every((column) => this.#agrees(column, idents))) missing.push('a subquery');
      } else if (part.class === 'STAR') missing.push(...this.#columnsBeyond(idents));
      // It tells the sets of ROLLUP apart, in which its column may have one value.
      else if (part.type === 'GROUPING_FUNCTION') {
        if (!idents.has(this.ident(part))) missing.push('GROUPING(…)');
      } else if (part.class === 'COLUMN_REF') {
        if (!this.#agrees(part, idents)) missing.push((columnNames(part) ?? []).join('.'));
      } else if (!COMPOSED.has(String(part.class))) missing.push('what it computes');
    }
    return [...new Set(missing)];
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

  /** All columns, as terms of an ORDER BY; [] if those of one relation are not known. */
  columnTerms(): SqlNode[] {
    if (this.leaves.some(({ columns }) => columns === undefined)) return [];
    return this.leaves.flatMap((own) =>
      (own.columns ?? []).map((column) => {
        const bare = columnReference([column]);
        const isClear = own.alias === '' || this.ident(bare, 'order') === columnIdent(own, column);
        return isClear ? bare : columnReference([own.alias, column]);
      }),
    );
  }

  /** The idents of all known columns. */
  columnIdents(): Ident[] {
    return this.leaves.flatMap((leaf) => (leaf.columns ?? []).map((column) => columnIdent(leaf, column)));
  }

  #columnsBeyond(idents: ReadonlySet<Ident>): string[] {
    return this.leaves.flatMap((own) => {
      if (own.columns === undefined) return [`the columns of ${own.alias === '' ? 'a subquery' : own.alias}`];
      return own.columns.filter((column) => !idents.has(columnIdent(own, column)));
    });
  }

  #agrees(column: SqlNode, idents: ReadonlySet<Ident>): boolean {
    if (idents.has(this.ident(column))) return true;
    const item = this.selected(column, 'row');
    return item !== undefined && this.#itemAgrees(item, idents);
  }

  #itemAgrees(item: SqlNode, idents: ReadonlySet<Ident>): boolean {
    const before = this.#entered;
    // An alias within its own item, or within one that it refers to, is an unknown name.
    if (before !== undefined) return false;
    this.#entered = item;
    const missing = this.beyond(item, idents);
    this.#entered = before;
    return missing.length === 0;
  }
}
