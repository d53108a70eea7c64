// The groups that a SELECT makes of its rows: what they group by, in which sets, and whether two of them agree in what is known.
import { isNeverNull } from './expression-facts.ts';
import type { Ident, Keys } from './relation.ts';
import { normalized } from './select-shape.ts';
import type { Source } from './source.ts';
import { expressions, nodes, type SqlNode } from './sql-tree.ts';

/** ROLLUP, CUBE and GROUPING SETS have several sets, each with the positions of what it groups by; else there is one. */
export function groupingSets(select: SqlNode): readonly (readonly number[])[] {
  const sets = Array.isArray(select.group_sets) ? (select.group_sets as unknown[]) : [];
  return sets.map((set) => (Array.isArray(set) ? set.map(Number) : []));
}

/** True if what it groups by is NULL in some of its rows, so that these do not agree where its source's rows do. */
export function isSplit(select: SqlNode): boolean {
  return groupingSets(select).length > 1;
}

/** True if an expression that is grouped by may be NULL in one of two rows that agree in `idents`, although its columns agree. */
export function leavesOutExpressions(select: SqlNode, idents: ReadonlySet<Ident>, source: Source): boolean {
  const isLeftOut = (group: SqlNode) => {
    const meant = source.selected(group, 'group') ?? group;
    return meant.class !== 'COLUMN_REF' && !idents.has(source.ident(group, 'group'));
  };
  return isSplit(select) && nodes(select.group_expressions).some(isLeftOut);
}

/** What a SELECT groups by, one row per combination; undefined if it does not group, or in several ways (ROLLUP). */
export function groupIdents(select: SqlNode, source: Source): ReadonlySet<Ident> | undefined {
  const groups = nodes(select.group_expressions);
  if (groupingSets(select).length !== 1) return undefined;
  return new Set(groups.map((group) => source.ident(group, 'group')));
}

/** True if groups that differ in the expression also differ in the keys, which must be closed. */
export function isToldApart(group: SqlNode, keys: Keys, source: Source): boolean {
  if (keys.all.has(source.ident(group, 'group'))) return true;
  const meant = source.selected(group, 'group') ?? group;
  return source.beyond(meant, keys.exact).length === 0 || source.isIdentifiedBy(keys.all);
}

/** True if no two rows of a SELECT that groups agree in the keys. `asked`: the expressions that the keys were made of. */
export function areGroupsToldApart(
  select: SqlNode,
  keys: Keys,
  source: Source,
  asked: readonly SqlNode[],
): boolean {
  const groups = nodes(select.group_expressions);
  const sets = groupingSets(select);
  if (groups.length === 0) return false;
  if (sets.length === 1) {
    const all = source.closed(keys);
    return groups.every((group) => isToldApart(group, all, source));
  }
  const idents = groups.map((group) => source.ident(group, 'group'));
  // What is grouped by twice is NULL in other sets under each of its places.
  if (new Set(idents).size < idents.length) return false;
  const calls = expressions([asked, select.select_list]);
  const marked = new Set(
    [...calls]
      .filter((call) => call.type === 'GROUPING_FUNCTION' && keys.all.has(normalized(call)))
      .flatMap((call) => nodes(call.children).map((child) => source.ident(child, 'group'))),
  );
  const facts = source.facts;
  // NULL in the rows of the sets that do not have it, and in no others.
  const isSign = (i: number) => {
    const [group, ident] = [groups[i], idents[i] ?? ''];
    const meant = group && (source.selected(group, 'group') ?? group);
    return marked.has(ident) || (keys.all.has(ident) && meant !== undefined && isNeverNull(meant, facts));
  };
  const areTold = (set: readonly number[], other: readonly number[]) =>
    [...set.filter((i) => !other.includes(i)), ...other.filter((i) => !set.includes(i))].some(isSign);
  if (!sets.every((set, i) => sets.slice(i + 1).every((other) => areTold(set, other)))) return false;
  return sets.every((set) => {
    const own = new Set(set.map((i) => idents[i] ?? '').filter((ident) => keys.all.has(ident)));
    const within = source.closed({
      all: own,
      exact: new Set([...own].filter((ident) => keys.exact.has(ident))),
    });
    return set.every((i) => isToldApart(groups[i] ?? {}, within, source));
  });
}
