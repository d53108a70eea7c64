// The relations of a FROM, and what its joins say of their columns: which are equal, which are looked up by others, which may be
// filled with NULLs. What the relations are, the caller says.
import { columnIdent, type Ident, type Kind, type Leaf } from './relation.ts';
import { columnNames, expressions, isNode, lower, nodes, type SqlNode } from './sql-tree.ts';

/** A bare name that USING gives to columns of several relations. */
type Merged = { readonly name: string; readonly ident: Ident; readonly leaves: ReadonlySet<Leaf> };

/** Outer joins: rows that are identical in `by` are so in `of`. */
export type Lookup = { readonly by: readonly Ident[]; readonly of: readonly Ident[] };

/** A FULL JOIN: the relations that each side has a row of wherever it has one. */
export type FullJoin = { readonly left: readonly Leaf[]; readonly right: readonly Leaf[] };

type Sides = { readonly left: readonly Leaf[]; readonly right: readonly Leaf[] };

export class Joins {
  readonly leaves: Leaf[] = [];
  /** An outer join may fill them with NULLs. */
  readonly optional = new Set<Leaf>();
  readonly equalities: (readonly [Ident, Ident])[] = [];
  readonly lookups: Lookup[] = [];
  readonly fulls: FullJoin[] = [];
  readonly kinds = new Map<Ident, Kind>();
  /** The same in all rows. */
  readonly constants = new Set<Ident>();
  /** Never NULL where their relation has a row. */
  readonly required = new Set<Ident>();
  /** Never NULL. */
  readonly filled = new Set<Ident>();
  #merged: Merged[] = [];
  #isNatural = false;
  readonly #leafOf: (from: SqlNode, before: readonly Leaf[]) => Leaf;

  /** `leafOf`: the relation of a FROM that is no join; `before`: those to the left of it. */
  constructor(from: unknown, where: unknown, leafOf: (from: SqlNode, before: readonly Leaf[]) => Leaf) {
    this.#leafOf = leafOf;
    if (isNode(from)) this.#from(from);
    this.#holds(where, this.leaves, this.filled, true);
    for (const leaf of this.leaves)
      if (!this.optional.has(leaf))
        for (const column of leaf.constants ?? []) this.constants.add(columnIdent(leaf, column));
  }

  /** Whether all of its bare names are columns of one relation each. */
  get mergesColumns(): boolean {
    return this.#isNatural || this.#merged.length > 0;
  }

  /** True if the column is NULL in no row. */
  isFilled(ident: Ident): boolean {
    if (this.filled.has(ident)) return true;
    const isThere = (leaf: Leaf) => !this.optional.has(leaf) && ident.startsWith(columnIdent(leaf, ''));
    return this.required.has(ident) && this.leaves.some(isThere);
  }

  #from(from: SqlNode): readonly Leaf[] {
    if (from.type === 'EMPTY') return [];
    if (from.type !== 'JOIN' || !isNode(from.left) || !isNode(from.right)) return [this.#leaf(from)];
    const left = this.#from(from.left);
    // Semi and anti joins return nothing of their right side.
    if (from.join_type === 'SEMI' || from.join_type === 'ANTI') return left;
    const right = this.#from(from.right);
    this.#join(from, { left, right });
    return [...left, ...right];
  }

  #leaf(from: SqlNode): Leaf {
    const leaf = this.#leafOf(from, this.leaves);
    this.leaves.push(leaf);
    for (const [column, kind] of leaf.kinds ?? []) this.kinds.set(columnIdent(leaf, column), kind);
    for (const column of leaf.required ?? []) this.required.add(columnIdent(leaf, column));
    return leaf;
  }

  #join(join: SqlNode, sides: Sides): void {
    const kind = String(join.join_type);
    const both = [...sides.left, ...sides.right];
    const using = (Array.isArray(join.using_columns) ? join.using_columns : []).map(lower);
    this.#isNatural ||= join.ref_type === 'NATURAL';
    const pairs = using.map((name) => this.#pair(name, sides));
    if (kind === 'INNER') {
      this.#holds(join.condition, both, this.required, false);
      for (const [left, right] of pairs) {
        this.#equal(left, right);
        for (const ident of [left, right]) if (ident) this.required.add(ident);
      }
    }
    if (kind === 'LEFT' || kind === 'RIGHT') this.#lookup(join, sides, pairs);
    this.#merge(using, pairs, kind, both);
    const there = (leaves: readonly Leaf[]) => leaves.filter((leaf) => !this.optional.has(leaf));
    if (kind === 'INNER') return;
    if (kind !== 'LEFT' && kind !== 'RIGHT')
      this.fulls.push({ left: there(sides.left), right: there(sides.right) });
    if (kind !== 'RIGHT') for (const leaf of sides.right) this.optional.add(leaf);
    if (kind !== 'LEFT') for (const leaf of sides.left) this.optional.add(leaf);
  }

  #pair(name: string, { left, right }: Sides): readonly [Ident | undefined, Ident | undefined] {
    return [this.resolve([name], left), this.resolve([name], right)];
  }

  /** Names that cannot be told are kept, so that they mean nothing. */
  #merge(
    using: readonly string[],
    pairs: readonly (readonly [Ident | undefined, Ident | undefined])[],
    kind: string,
    both: readonly Leaf[],
  ): void {
    const names = using.map((name, i) => {
      const [left, right] = pairs[i] ?? [];
      const ident = kind === 'RIGHT' ? right : kind === 'INNER' || kind === 'LEFT' ? left : `\u0000${name}`;
      return { name, ident: ident ?? `\u0000?${name}`, leaves: new Set(both) };
    });
    if (kind === 'FULL' && pairs.every((pair) => this.#areAlike(...pair)))
      this.#mergeFull(
        names.map(({ ident }) => ident),
        pairs as readonly (readonly [Ident, Ident])[],
      );
    const isNew = ({ name, leaves }: Merged) =>
      !using.includes(name) || ![...leaves].every((leaf) => both.includes(leaf));
    this.#merged = [...this.#merged.filter(isNew), ...names];
  }

  /** Of rows that agree in what is merged, both sides are there, or the same one alone: but NULL matches nothing. */
  #mergeFull(merged: readonly Ident[], pairs: readonly (readonly [Ident, Ident])[]): void {
    for (const [i, ident] of merged.entries()) {
      const kind = this.kinds.get(pairs[i]?.[0] ?? '');
      if (kind) this.kinds.set(ident, kind);
    }
    const parts = pairs.flat();
    this.lookups.push({ by: parts, of: merged });
    const isFilled = (pair: readonly Ident[]) => pair.some((ident) => this.required.has(ident));
    if (pairs.every(isFilled)) this.lookups.push({ by: merged, of: parts });
  }

  /** What a condition says of all rows; `isWhere`: also of columns that are constant. */
  #holds(condition: unknown, leaves: readonly Leaf[], filled: Set<Ident>, isWhere: boolean): void {
    for (const part of conjuncts(condition)) {
      const idents = [part.left, part.right].map((side) => this.#columnOf(side, leaves));
      const [left, right] = idents;
      if (
        part.class === 'COMPARISON' &&
        /^COMPARE_(EQUAL|(LESS|GREATER)THAN(OREQUALTO)?)$/.test(String(part.type))
      )
        for (const ident of idents) if (ident) filled.add(ident);
      if (part.type === 'OPERATOR_IS_NOT_NULL') {
        const ident = this.#columnOf(nodes(part.children)[0], leaves);
        if (ident) filled.add(ident);
      }
      if (part.type !== 'COMPARE_EQUAL') continue;
      this.#equal(left, right);
      if (!isWhere) continue;
      if (left && this.#isLiteralOf(part.right, left)) this.constants.add(left);
      if (right && this.#isLiteralOf(part.left, right)) this.constants.add(right);
    }
  }

  #equal(left: Ident | undefined, right: Ident | undefined): void {
    if (left && right && this.#areAlike(left, right)) this.equalities.push([left, right]);
  }

  #areAlike(left: Ident | undefined, right: Ident | undefined): boolean {
    const kind = left && this.kinds.get(left);
    return kind !== undefined && right !== undefined && kind === this.kinds.get(right);
  }

  /** A whole number that equals a column of them, or a text that equals one of texts, has one value in it. */
  #isLiteralOf(value: unknown, column: Ident): boolean {
    if (!isNode(value) || value.class !== 'CONSTANT' || !isNode(value.value)) return false;
    const { type } = value.value;
    const id = isNode(type) ? String(type.id) : '';
    const kind = this.kinds.get(column);
    return (kind === 'integer' && /^(INTEGER|BIGINT)$/.test(id)) || (kind === 'text' && id === 'VARCHAR');
  }

  /** Whether there is a match depends on what the condition names of the outer side, which then says the compared columns. */
  #lookup(
    join: SqlNode,
    sides: Sides,
    pairs: readonly (readonly [Ident | undefined, Ident | undefined])[],
  ): void {
    const [outer, inner] = join.join_type === 'LEFT' ? [sides.left, sides.right] : [sides.right, sides.left];
    if (!inner.every(({ isFixed }) => isFixed)) return;
    const both = [...outer, ...inner];
    const found: (Ident | undefined)[] = [];
    for (const part of expressions(join.condition)) {
      if (part.class === 'SUBQUERY') return;
      if (part.class === 'COLUMN_REF') found.push(this.#columnOf(part, both));
    }
    const isOf = (leaves: readonly Leaf[]) => (ident: Ident) =>
      leaves.some((leaf) => leaf.columns?.some((column) => columnIdent(leaf, column) === ident));
    const equal = conjuncts(join.condition)
      .filter(({ type }) => type === 'COMPARE_EQUAL')
      .map(({ left, right }) => [this.#columnOf(left, both), this.#columnOf(right, both)] as const);
    const compared = [...equal, ...pairs].filter((pair) => this.#areAlike(...pair)) as (readonly [
      Ident,
      Ident,
    ])[];
    const of = compared
      .filter((pair) => pair.filter(isOf(inner)).length === 1)
      .flatMap((pair) => pair.filter(isOf(inner)));
    const named = [...found, ...pairs.flat()];
    if (named.includes(undefined)) return;
    const by = (named as Ident[]).filter((ident) => !isOf(inner)(ident));
    const whole = inner.flatMap((leaf) => {
      const isKeyed = leaf.key?.every(
        (column) => leaf.constants?.includes(column) || of.includes(columnIdent(leaf, column)),
      );
      return isKeyed && !this.optional.has(leaf) ? (leaf.columns ?? []).map((c) => columnIdent(leaf, c)) : [];
    });
    this.lookups.push({ by, of: [...of, ...whole] });
  }

  #columnOf(expression: unknown, leaves: readonly Leaf[]): Ident | undefined {
    const names = isNode(expression) ? columnNames(expression) : undefined;
    return names && this.resolve(names, leaves);
  }

  /** The one column of these relations that the name certainly means. */
  resolve(names: readonly string[], leaves: readonly Leaf[] = this.leaves): Ident | undefined {
    const [first = '', second] = names;
    if (second !== undefined) {
      const own = leaves.find(({ alias }) => alias === first);
      return own?.columns?.includes(second) ? columnIdent(own, second) : undefined;
    }
    const merged = this.merged(first, leaves);
    if (merged) return merged.ident;
    const owners = leaves.filter(({ columns }) => columns === undefined || columns.includes(first));
    const [owner] = owners;
    return owner && owners.length === 1 ? columnIdent(owner, first) : undefined;
  }

  /** There is one at most: of several the engine refuses the name. */
  merged(name: string, leaves: readonly Leaf[] = this.leaves): Merged | undefined {
    return this.#merged.find(
      (one) => one.name === name && [...one.leaves].every((leaf) => leaves.includes(leaf)),
    );
  }
}

/** The parts that are joined by AND. */
export function conjuncts(condition: unknown): SqlNode[] {
  if (!isNode(condition)) return [];
  return condition.type === 'CONJUNCTION_AND' ? nodes(condition.children).flatMap(conjuncts) : [condition];
}
