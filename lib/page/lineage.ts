// Which table reads which, with the place of each in a layout of the whole and its state.
import { Graph, layout } from '@dagrejs/dagre';
import { tableColumns } from '../core/contract.ts';
import { type GraphNode, lakeGraph } from '../core/graph.ts';
import type { DatasetSummary, InsightSummary, Lineage, LineageNode } from './documents.ts';
import { shownDerivations } from './shown-table.ts';
import type { Writing } from './writing.ts';

export function lineageOf(
  { effects: { catalog } }: Pick<Writing, 'effects'>,
  datasets: readonly DatasetSummary[],
  insights: readonly InsightSummary[],
): Lineage {
  const { nodes, edges } = lakeGraph(catalog);
  const summaries = new Map([...datasets, ...insights].map((summary) => [summary.name, summary]));
  const columns = new Map([
    ...catalog.datasets.map((dataset) => [dataset.name, tableColumns(dataset)] as const),
    ...shownDerivations(catalog).map(
      ({ derivation }) => [derivation.target.name, derivation.columns] as const,
    ),
  ]);
  const places = placesOf(nodes, edges);
  return {
    nodes: nodes.map(({ name, kind, description }): LineageNode => {
      const summary = summaries.get(name);
      return {
        name,
        kind,
        description: description ?? summary?.description ?? null,
        state: summary?.state ?? 'fault',
        rows: summary?.rows ?? 0,
        columns: columns.get(name)?.map((column) => column.name) ?? [],
        ...(places.get(name) ?? { rank: 0, order: 0 }),
      };
    }),
    edges: edges.map(({ from, to, kind }) => ({ from, to, kind })),
  };
}

type Place = Pick<LineageNode, 'rank' | 'order'>;

/** Audits' look-ups do not place a table: it may stand on either side of what it looks up. */
function placesOf(nodes: readonly GraphNode[], edges: Lineage['edges']): ReadonlyMap<string, Place> {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR' });
  graph.setDefaultEdgeLabel(() => ({}));
  // By names of its own: the layout keeps some in plain objects, where a table called constructor would be another thing.
  const ids = new Map(nodes.map(({ name }, i) => [name, `n${i}`]));
  const idOf = (name: string) => ids.get(name) ?? '';
  for (const { name } of nodes) graph.setNode(idOf(name), { width: 1, height: 1 });
  for (const { from, to, kind } of edges) if (kind !== 'audit') graph.setEdge(idOf(from), idOf(to));
  layout(graph);
  const columns = new Map<number, { name: string; y: number }[]>();
  for (const { name } of nodes) {
    const { x = 0, y = 0 } = graph.node(idOf(name));
    columns.set(x, [...(columns.get(x) ?? []), { name, y }]);
  }
  const ranks = [...columns].sort(([a], [b]) => a - b);
  return new Map(
    ranks.flatMap(([, own], rank) =>
      own.sort((a, b) => a.y - b.y).map(({ name }, order) => [name, { rank, order }] as const),
    ),
  );
}
