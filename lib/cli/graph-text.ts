// The graph of a lake as a Mermaid flowchart. Pure.
import type { Graph, GraphEdge, GraphNode } from '../core/graph.ts';

const ARROWS: Readonly<Record<Exclude<GraphEdge['kind'], 'joined'>, string>> = {
  over: '==>',
  side: '-->',
  audit: '-. audit .->',
};

/** Lines without line ends; names of tables are letters, digits and `_`, so nothing needs escaping. */
export function mermaidLines({ nodes, edges }: Graph): string[] {
  return [
    'flowchart LR',
    '  %% ==> drives it, partition by partition; -- by … --> is joined by these columns; --> is read as a whole; -. audit .-> is looked up by an audit',
    ...nodes.map((node) => `  ${id(node.name)}${shape(node)}`),
    ...edges.map((edge) => `  ${id(edge.from)} ${arrow(edge)} ${id(edge.to)}`),
  ];
}

/** In quotes: a column may have any name. */
function arrow({ kind, by = [] }: GraphEdge): string {
  return kind === 'joined' ? `-- "by ${by.join(', ').replaceAll('"', '#quot;')}" -->` : ARROWS[kind];
}

/** Some names, such as `end`, are reserved words in Mermaid. */
function id(name: string): string {
  return `t_${name}`;
}

function shape({ name, kind, mode, partitionBy }: GraphNode): string {
  const words = [
    ...(kind === 'history' ? ['all versions'] : []),
    ...(mode === undefined || mode === 'append' ? [] : [mode]),
    partitionBy.length === 0 ? 'one partition' : `by ${partitionBy.join(', ')}`,
  ];
  const label = `"${name}<br>${words.join(', ')}"`;
  return kind === 'insight' ? `[${label}]` : `[(${label})]`;
}
