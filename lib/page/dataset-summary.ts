// One dataset's line on the first screen, and its documents.
import type { DatasetSummary } from './documents.ts';
import type { Writing } from './writing.ts';

export async function datasetSummaries(_writing: Writing): Promise<DatasetSummary[]> {
  return [];
}
