// Refuses to withdraw most of what the lake has, because a wrong landing is the usual cause.
import { landingTable } from '../core/built-in.ts';
import { tablePrefix } from '../core/insight.ts';
import { UsageError } from '../errors.ts';
import type { Effects } from '../lake/effects.ts';
import { landedShares } from '../lake/live-shares.ts';
import type { Reconciliation, Selection } from '../maintain/reconcile.ts';

/** Throws UsageError. A dataset with a single file may lose it, but not together with most of the lake. */
export async function refuseMassWithdrawal(
  effects: Effects,
  selection: Selection,
  found: Reconciliation,
): Promise<void> {
  const { vanished } = found;
  if (vanished.length === 0) return;
  const live = await liveCounts(effects, selection, found);
  const gone = new Map<string, number>();
  for (const { dataset } of vanished) gone.set(dataset, (gone.get(dataset) ?? 0) + 1);
  const shares = [...gone].map(([dataset, files]) => ({ dataset, files, of: live.get(dataset) ?? files }));
  const total = [...live.values()].reduce((sum, files) => sum + files, 0);
  const refused =
    vanished.length * 2 > total ? shares : shares.filter(({ files, of }) => of > 1 && files * 2 > of);
  if (refused.length === 0) return;
  const lines = refused.map(({ dataset, files, of }) => `  ${dataset}: ${files} of ${of} source files`);
  throw new UsageError([
    '--prune would withdraw most of what these datasets have:',
    ...lines,
    `A wrong landing is the usual cause (it is ${effects.landing.location}; --landing and sluice.yaml set it). If the files are really gone, add --yes.`,
  ]);
}

/** Live sources by dataset. */
async function liveCounts(
  { catalog, tables }: Effects,
  { dataset: only }: Selection,
  { held, failed }: Reconciliation,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const dataset of catalog.datasets) {
    const isRead =
      !held.includes(dataset.name) &&
      failed.every(({ table }) => table !== tablePrefix(landingTable(dataset)));
    if (isRead && (only === undefined || only === dataset.name))
      counts.set(dataset.name, (await landedShares(tables, dataset)).size);
  }
  return counts;
}
