// Which table reads which: datasets and insights as nodes, inputs and audit look-ups as edges. Pure.
import type { Catalog } from './catalog.ts';
import { relatedTables, sameTable } from './insight.ts';

export type GraphNode = {
  readonly name: string;
  readonly kind: 'dataset' | 'insight';
  /** The package of a dataset. An insight's file is also in a package, but may read tables of any. */
  readonly package?: string;
  readonly mode?: string;
  readonly description?: string;
  /** Where it is defined. */
  readonly file: string;
  /** Partition columns; [] for one partition. */
  readonly partitionBy: readonly string[];
};

/**
 * `over`: a change touches only the changed partitions. `side`: read as a whole, a change touches every partition. `audit`:
 * an audit looks it up, and a change repeats that audit.
 */
export type GraphEdge = {
  readonly from: string;
  readonly to: string;
  readonly kind: 'over' | 'side' | 'audit';
};

export type Graph = { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] };

/** Insights come after everything they read. */
export function lakeGraph(catalog: Catalog): Graph {
  const insights = catalog.derivations.filter(({ target }) => target.kind === 'insights');
  const described = ({ description }: { readonly description?: string }) =>
    description === undefined ? {} : { description };
  return {
    nodes: [
      ...catalog.datasets.map((dataset) => ({
        name: dataset.name,
        kind: 'dataset' as const,
        package: dataset.package,
        mode: dataset.mode,
        ...described(dataset),
        file: dataset.file,
        partitionBy: dataset.partitionBy.map(({ name }) => name),
      })),
      ...insights.map((insight) => ({
        name: insight.target.name,
        kind: 'insight' as const,
        ...described(insight),
        file: insight.file,
        partitionBy: insight.partitionBy,
      })),
    ],
    edges: insights.flatMap((insight) => {
      const edge = (from: { readonly name: string }, kind: GraphEdge['kind']) => ({
        from: from.name,
        to: insight.target.name,
        kind,
      });
      return [
        ...insight.inputs.map((input) =>
          edge(input, insight.over && sameTable(insight.over, input) ? 'over' : 'side'),
        ),
        ...relatedTables(insight).map((table) => edge(table, 'audit')),
      ];
    }),
  };
}
