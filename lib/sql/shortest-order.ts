// The fewest terms that an ORDER BY lacks: what it may be given, and which of that is enough.
import { groupingSets } from './grouping.ts';
import { sqlText } from './order-clauses.ts';
import { columnIdent } from './relation.ts';
import { hasGroups, isDistinct, isSeveral } from './select-shape.ts';
import type { Source } from './source.ts';
import { COLUMNS_STAR, columnNames, columnReference, nodes, type SqlNode } from './sql-tree.ts';

/** A term as in the tree, and as its author writes it. */
export type Term = { readonly node: SqlNode; readonly text: string };

/** Of so many terms all pairs are tried. */
const MAX_FOR_PAIRS = 30;

/** All columns of the tables. */
const WHOLE: Term = {
  node: COLUMNS_STAR,
  text: 'COLUMNS(*)',
};

/** What an ORDER BY of the SELECT may name, the simplest first. */
export function additions(select: SqlNode, source: Source): Term[] {
  const list = nodes(select.select_list);
  const items = list.map((node, i) => ({ node, text: itemText(list, i) }));
  const isColumn = ({ node }: Term) => columnNames(node) !== undefined;
  const plain = items.filter(isColumn);
  const computed = items.filter((term) => !isColumn(term) && term.node.class !== 'STAR');
  if (isDistinct(select)) return [...plain, ...computed];
  const whole = items.some(({ node }) => node.class === 'STAR') ? [WHOLE] : [];
  if (!hasGroups(select)) return [...plain, ...keyColumns(source), ...computed, ...whole];
  const groups = nodes(select.group_expressions).map((group) => {
    const meant = source.selected(group, 'group');
    const place = meant ? list.indexOf(meant) : -1;
    return meant && place >= 0
      ? { node: meant, text: itemText(list, place) }
      : { node: group, text: sqlText(group) };
  });
  return [...groups, ...marks(select, groups), ...computed];
}

/** `GROUPING(a, b)` tells the sets of ROLLUP apart. */
function marks(select: SqlNode, groups: readonly Term[]): Term[] {
  if (groupingSets(select).length < 2) return [];
  const node = {
    class: 'OPERATOR',
    type: 'GROUPING_FUNCTION',
    alias: '',
    query_location: 0,
    children: groups.map((group) => group.node),
  };
  return [{ node, text: `GROUPING(${groups.map(({ text }) => text).join(', ')})` }];
}

function keyColumns(source: Source): Term[] {
  return source.leaves.flatMap((leaf) =>
    (leaf.key ?? []).flatMap((column) => {
      const bare = columnReference([column]);
      const isClear = source.ident(bare, 'order') === columnIdent(leaf, column);
      const full = columnReference([leaf.alias, column]);
      if (isClear) return [{ node: bare, text: column }];
      return leaf.alias === '' ? [] : [{ node: full, text: `${leaf.alias}.${column}` }];
    }),
  );
}

/** An expression without a name is ordered by its place, which a star before it makes another one. */
function itemText(list: readonly SqlNode[], place: number): string {
  const item = list[place] ?? {};
  const isNamed = columnNames(item) !== undefined || (typeof item.alias === 'string' && item.alias !== '');
  return isNamed || list.slice(0, place).some(isSeveral) ? sqlText(item) : String(place + 1);
}

/** The fewest terms that are enough; undefined if all together do not. */
export function shortest<T>(
  terms: readonly T[],
  areEnough: (added: readonly T[]) => boolean,
): readonly T[] | undefined {
  const one = terms.find((term) => areEnough([term]));
  if (one) return [one];
  if (!areEnough(terms)) return undefined;
  for (const [i, first] of terms.length > MAX_FOR_PAIRS ? [] : terms.entries())
    for (const second of terms.slice(i + 1)) if (areEnough([first, second])) return [first, second];
  let kept = terms;
  for (const term of terms.toReversed()) {
    const fewer = kept.filter((other) => other !== term);
    if (areEnough(fewer)) kept = fewer;
  }
  return kept;
}
