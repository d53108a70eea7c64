// Which table reads which, with the place of each in a layout of the whole and its state.
import type { DatasetSummary, InsightSummary, Lineage } from './documents.ts';
import type { Writing } from './writing.ts';

export function lineageOf(
  _writing: Writing,
  _datasets: readonly DatasetSummary[],
  _insights: readonly InsightSummary[],
): Lineage {
  return { nodes: [], edges: [] };
}
