// Which table reads which: datasets, their histories and insights as nodes, inputs and audit look-ups as edges. Pure.
import { historyName } from './built-in.ts';
import type { Catalog } from './catalog.ts';
import { type Derivation, joinedBy, relatedTables, sameTable, type TableRef } from './insight.ts';

export type GraphNode = {
  readonly name: string;
  readonly kind: 'dataset' | 'history' | 'insight';
  /** The package of a dataset or of its history. An insight's file is also in a package, but may read tables of any. */
  readonly package?: string;
  readonly mode?: string;
  readonly description?: string;
  /** Where it is defined. */
  readonly file: string;
  /** Partition columns; [] for one partition. */
  readonly partitionBy: readonly string[];
};

/**
 * `over`: a change touches only the changed partitions. `joined`: read by partition, a change touches only the partitions that
 * see it. `side`: read as a whole, a change touches every partition. `audit`: an audit looks it up, and a change repeats that audit.
 */
export type GraphEdge = {
  readonly from: string;
  readonly to: string;
  readonly kind: 'over' | 'joined' | 'side' | 'audit';
  /** Of `joined`: the insight's partition columns by which it is joined. */
  readonly by?: readonly string[];
};

export type Graph = { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] };

/** Insights come after everything they read. */
export function lakeGraph(catalog: Catalog): Graph {
  const insights = catalog.derivations.filter(({ target }) => target.kind === 'insights');
  const described = ({ description }: { readonly description?: string }) =>
    description === undefined ? {} : { description };
  const histories = catalog.datasets.filter(({ history }) => history);
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
      ...histories.map((dataset) => ({
        name: historyName(dataset.name),
        kind: 'history' as const,
        package: dataset.package,
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
    edges: [
      // Both are computed from the same rows; a reader of the graph looks for the dataset's name.
      ...histories.map(({ name }) => ({ from: name, to: historyName(name), kind: 'over' as const })),
      ...insights.flatMap(edgesOf),
    ],
  };
}

function edgesOf(insight: Derivation): GraphEdge[] {
  const edge = (from: { readonly name: string }, kind: GraphEdge['kind']) => ({
    from: from.name,
    to: insight.target.name,
    kind,
  });
  const ofInput = (input: TableRef): GraphEdge => {
    if (insight.over && sameTable(insight.over, input)) return edge(input, 'over');
    const by = joinedBy(insight, input);
    if (by === undefined) return edge(input, 'side');
    return { ...edge(input, 'joined'), by: [...new Set(by.map(({ own }) => own))] };
  };
  return [...insight.inputs.map(ofInput), ...relatedTables(insight).map((table) => edge(table, 'audit'))];
}
