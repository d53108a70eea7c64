// What rows have in common that agree in the keys of an order: whether they are alike in an expression, or told apart by it.
import type { Source } from './key-inference.ts';
import type { SqlNode } from './sql-tree.ts';

/** By what rows are ordered, as idents: rows that agree in `all` are equal there, those that agree in `exact` are alike. */
export type Keys = { readonly all: ReadonlySet<string>; readonly exact: ReadonlySet<string> };

/** True where rows that agree in the keys are alike in the expression. */
export function isDecided(expression: SqlNode, keys: Keys, source: Source): boolean {
  if (keys.exact.has(source.ident(expression))) return true;
  const meant = source.selected(expression, 'row') ?? expression;
  return source.beyond(meant, keys.exact).length === 0 || source.isIdentifiedBy(keys.all);
}

/** True where groups that differ in the expression differ in the keys. */
export function isToldApart(group: SqlNode, keys: Keys, source: Source): boolean {
  if (keys.all.has(source.ident(group, 'group'))) return true;
  const meant = source.selected(group, 'group') ?? group;
  return source.beyond(meant, keys.exact).length === 0 || source.isIdentifiedBy(keys.all);
}
