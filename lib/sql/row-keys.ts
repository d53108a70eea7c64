// Compares rows that agree in the keys of an order: whether an expression is identical in them, or distinguishes them.
import type { Source } from './key-inference.ts';
import type { SqlNode } from './sql-tree.ts';

/** The keys of an order, as idents: rows that agree in `all` have equal keys, those that agree in `exact` identical ones. */
export type Keys = { readonly all: ReadonlySet<string>; readonly exact: ReadonlySet<string> };

/** True if the expression is identical in rows that agree in the keys. `isOwn`: it is certain to be of the source's rows. */
export function isDecided(expression: SqlNode, keys: Keys, source: Source, isOwn: boolean): boolean {
  if (keys.exact.has(source.ident(expression))) return true;
  const meant = source.selected(expression, 'row') ?? expression;
  return source.beyond(meant, keys.exact).length === 0 || (isOwn && source.isIdentifiedBy(keys.all));
}

/** True if groups that differ in the expression also differ in the keys. */
export function isToldApart(group: SqlNode, keys: Keys, source: Source): boolean {
  if (keys.all.has(source.ident(group, 'group'))) return true;
  const meant = source.selected(group, 'group') ?? group;
  return source.beyond(meant, keys.exact).length === 0 || source.isIdentifiedBy(keys.all);
}
