// The part of the lineage that is shown: one table with its neighbours, and what the reader opened from there. Pure.
import type { Lineage, LineageEdge, LineageNode } from '../documents.ts';

export type Side = 'before' | 'after';
/** A step that the reader opened: the neighbours of a table on one side. */
export type Step = `${Side} ${string}`;

export type ShownNode = LineageNode & {
  readonly column: number;
  /** Counts boxes from the top; a half where a column has fewer than its neighbours. */
  readonly row: number;
  /** Neighbours that are not shown. */
  readonly more: Readonly<Record<Side, number>>;
};

export type LineagePart = {
  readonly nodes: readonly ShownNode[];
  readonly edges: readonly LineageEdge[];
  readonly columns: number;
  readonly rows: number;
};

/** `opened`: in any order; steps of tables that are not shown are left out. */
export function lineagePart(lineage: Lineage, name: string, opened: ReadonlySet<Step>): LineagePart {
  const names = reached(lineage, name, opened);
  const nodes = lineage.nodes.filter((node) => names.has(node.name));
  const ranks = [...new Set(nodes.map(({ rank }) => rank))].sort((a, b) => a - b);
  const columns = ranks.map((rank) =>
    nodes.filter((node) => node.rank === rank).sort((a, b) => a.order - b.order),
  );
  const rows = Math.max(0, ...columns.map(({ length }) => length));
  const moreOf = (node: LineageNode, side: Side) =>
    [...neighbours(lineage, node.name, side)].filter((other) => !names.has(other)).length;
  return {
    nodes: columns.flatMap((column, at) =>
      column.map((node, nth) => ({
        ...node,
        column: at,
        row: nth + (rows - column.length) / 2,
        more: { before: moreOf(node, 'before'), after: moreOf(node, 'after') },
      })),
    ),
    edges: lineage.edges.filter(({ from, to }) => names.has(from) && names.has(to)),
    columns: columns.length,
    rows,
  };
}

/** What the table is made from, or what is made from it, in one step. */
export function neighbours({ edges }: Lineage, name: string, side: Side): ReadonlySet<string> {
  return new Set(
    edges.flatMap(({ from, to }) =>
      side === 'before' ? (to === name ? from : []) : from === name ? to : [],
    ),
  );
}

function reached(lineage: Lineage, name: string, opened: ReadonlySet<Step>): ReadonlySet<string> {
  const names = new Set([name]);
  for (const side of SIDES) for (const other of neighbours(lineage, name, side)) names.add(other);
  for (let size = 0; size < names.size; ) {
    size = names.size;
    for (const known of [...names])
      for (const side of SIDES)
        if (opened.has(`${side} ${known}`))
          for (const other of neighbours(lineage, known, side)) names.add(other);
  }
  return names;
}

const SIDES = ['before', 'after'] as const;
