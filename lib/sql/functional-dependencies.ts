// Which columns of a FROM decide others: what rows that agree in some columns must also agree in, and whether they can be two rows.
import type { FullJoin, Joins } from './joins.ts';
import { columnIdent, type Ident, type Keys, type Leaf } from './relation.ts';

/** All that rows of the FROM agree in if they agree in these keys. */
export function closed(joins: Joins, keys: Keys): Keys {
  const all = new Set([...keys.all, ...joins.constants]);
  const exact = new Set([...keys.exact, ...joins.constants]);
  const add = (idents: Iterable<Ident>) => {
    for (const ident of idents) {
      all.add(ident);
      exact.add(ident);
    }
  };
  for (let before = -1; before !== all.size + exact.size; ) {
    before = all.size + exact.size;
    add([...all].filter((ident) => joins.kinds.has(ident)));
    for (const [left, right] of joins.equalities) if (all.has(left) || all.has(right)) add([left, right]);
    for (const { by, of } of joins.lookups) if (by.every((ident) => exact.has(ident))) add(of);
    for (const leaf of joins.leaves)
      if (leaf.isFixed && isSameRow(leaf, all, joins))
        add((leaf.columns ?? []).map((column) => columnIdent(leaf, column)));
  }
  return { all, exact };
}

/** True if rows that agree in `all` have the same row of the relation, or none of it. */
function isSameRow(leaf: Leaf, all: ReadonlySet<Ident>, joins: Joins): boolean {
  if (!leaf.key?.every((column) => all.has(columnIdent(leaf, column)))) return false;
  return !joins.optional.has(leaf) || leaf.key.some((column) => isSeen(leaf, column, all, joins));
}

/** Rows that agree in it all have a row of the relation, or none has. */
function isSeen(leaf: Leaf, column: string, all: ReadonlySet<Ident>, joins: Joins): boolean {
  const ident = columnIdent(leaf, column);
  return joins.required.has(ident) && all.has(ident);
}

/** True if no two rows agree in all of `all`, which must be closed. */
export function identifies(joins: Joins, all: ReadonlySet<Ident>): boolean {
  const isTold = (leaf: Leaf) =>
    leaf.key?.every((column) => leaf.constants?.includes(column) || all.has(columnIdent(leaf, column)));
  return joins.leaves.every(isTold) && joins.fulls.every((full) => isSideSeen(full, all, joins));
}

/** Else a row of one side alone may agree with one of the other alone, both being NULL in all keys. */
function isSideSeen({ left, right }: FullJoin, all: ReadonlySet<Ident>, joins: Joins): boolean {
  return [left, right].some((side) =>
    side.some((leaf) => leaf.columns?.some((column) => isSeen(leaf, column, all, joins))),
  );
}
