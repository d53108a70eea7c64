// One insight's line on the first screen, and its documents.
import type { InsightSummary } from './documents.ts';
import type { Writing } from './writing.ts';

export async function insightSummaries(_writing: Writing): Promise<InsightSummary[]> {
  return [];
}
