// Expected files that have not come, over all datasets, from a comparison of landing with the lake and from the logs.
import { landingTable } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { tablePrefix } from '../core/insight.ts';
import type { Effects } from '../lake/effects.ts';
import { landedShares } from '../lake/live-shares.ts';
import { type Arrivals, arrivalsOf } from '../lake/overdue.ts';
import type { Unseen } from '../ports.ts';
import type { Reconciliation } from './reconcile.ts';

/**
 * By dataset, of those that expect files. One of which it cannot be said what has come is left out: its table is not looked at, or
 * landing is not examined to its end, or a part of landing that may hold its files cannot be listed. Throws CorruptionError where a table
 * cannot be read.
 */
export async function overdueFiles(
  effects: Effects,
  found: Reconciliation,
): Promise<ReadonlyMap<Dataset, Arrivals>> {
  const now = effects.clock();
  const arrivals = new Map<Dataset, Arrivals>();
  const expecting = effects.catalog.datasets.filter((dataset) => dataset.expect && isKnown(dataset, found));
  if (expecting.length === 0) return arrivals;
  const without = withoutRows(effects, found);
  for (const dataset of expecting) {
    const live = await landedShares(effects.tables, dataset);
    const come = arrivalsOf(dataset, [...live.keys(), ...(without.get(dataset) ?? [])], now);
    if (come) arrivals.set(dataset, come);
  }
  return arrivals;
}

/** By dataset, keys in landing that have no data file. What was refused has come, too. */
function withoutRows(
  { catalog }: Effects,
  { ingest, rejected, empty }: Reconciliation,
): ReadonlyMap<Dataset, string[]> {
  const keys = new Map<Dataset, string[]>();
  for (const { source } of [...ingest, ...rejected, ...empty]) {
    const [dataset] = catalog.claims(source);
    if (dataset === undefined) continue;
    const known = keys.get(dataset) ?? [];
    keys.set(dataset, known);
    known.push(source);
  }
  return keys;
}

function isKnown(dataset: Dataset, { held, failed, unexamined, unseen }: Reconciliation): boolean {
  const table = tablePrefix(landingTable(dataset));
  return (
    unexamined === 0 &&
    !held.includes(dataset.name) &&
    failed.every((failure) => failure.table !== table) &&
    unseen.every((part) => !mayHoldFilesOf(dataset, part))
  );
}

/** Compares what the path begins with, before its first wildcard. */
function mayHoldFilesOf({ path }: Dataset, { key }: Unseen): boolean {
  const fixed = /^[^*?{[]*/.exec(path)?.[0] ?? '';
  return fixed.startsWith(key) || key.startsWith(fixed);
}
