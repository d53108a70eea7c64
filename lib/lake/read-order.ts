// In which order a look at a whole lake reads it while others write, so that it shows no fault that is not there: what was
// computed before what it was computed from, and tables before landing.
import { type Catalog, landingTable } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import type { TableRef } from '../core/insight.ts';
import type { DeltaTables } from '../delta/tables.ts';
import { landedShares } from './live-shares.ts';

/**
 * The defined tables, those that others are computed from last. Read in this order, no table lacks a version that one read
 * before was computed from.
 */
export function downstreamFirst({ derivations, datasets }: Catalog): TableRef[] {
  return [...derivations.map(({ target }) => target).reverse(), ...datasets.map(landingTable)];
}

/**
 * Of sources that a listing of landing lacks, those whose rows still count: what was deleted may have been withdrawn since its
 * table was read. Reads the table again, if there is one to ask about. Throws CorruptionError.
 */
export async function notWithdrawn(
  tables: DeltaTables,
  dataset: Dataset,
  sources: readonly string[],
): Promise<string[]> {
  if (sources.length === 0) return [];
  const live = await landedShares(tables, dataset);
  return sources.filter((source) => live.has(source));
}
