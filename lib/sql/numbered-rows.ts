// row_number() as a key: no two rows agree in what it is partitioned by and in the number. Pure.
import { conjuncts } from './joins.ts';
import type { Ident } from './relation.ts';
import { normalized } from './select-shape.ts';
import type { Source } from './source.ts';
import { functionName, isNode, nodes, type SqlNode } from './sql-tree.ts';

/**
 * True if no two rows of the SELECT agree in `all`: what one of its row_number() is partitioned by, and the number, unless QUALIFY
 * keeps one number alone. `all` must be closed.
 */
export function areNumbered(select: SqlNode, all: ReadonlySet<Ident>, source: Source): boolean {
  const kept = conjuncts(select.qualify).flatMap((part) => keptNumbers(part, source));
  const isTold = (number: SqlNode) => kept.some((one) => normalized(one) === normalized(number));
  return [...nodes(select.select_list), ...kept]
    .filter(isRowNumber)
    .some(
      (number) =>
        nodes(number.partitions).every((by) => all.has(source.ident(by))) &&
        (isTold(number) || all.has(source.ident(number))),
    );
}

function isRowNumber(expression: SqlNode): boolean {
  return expression.class === 'WINDOW' && functionName(expression) === 'row_number';
}

/** `row_number() OVER (…) = 1`, or its alias. */
function keptNumbers({ type, left, right }: SqlNode, source: Source): SqlNode[] {
  if (type !== 'COMPARE_EQUAL' || !isNode(left) || !isNode(right)) return [];
  const [number, literal] = left.class === 'CONSTANT' ? [right, left] : [left, right];
  const meant = source.selected(number, 'row') ?? number;
  return literal.class === 'CONSTANT' && isRowNumber(meant) ? [meant] : [];
}
