import type { Dataset } from '../core/contract.ts';
import { inParallel } from '../in-parallel.ts';
import type { IngestRequest } from '../ingest/ingest.ts';
import { type Report, readReport } from '../ingest/report.ts';
import { settledBefore } from '../ingest/settled.ts';
import type { Effects } from '../lake/effects.ts';
import { takeCensus, versionsByDataset } from '../lake/landing-census.ts';
import { landedShares } from '../lake/live-shares.ts';

/**
 * Of files that stand refused for another one's sake, those whose reason is gone since: that one was withdrawn, replaced or
 * refused itself. To be called when what reconcile found is done, again until there are none.
 */
export async function reopened(
  effects: Effects,
  rejected: readonly Pick<Report, 'source' | 'dataset' | 'reason'>[],
): Promise<IngestRequest[]> {
  const requests: IngestRequest[] = [];
  for (const dataset of effects.catalog.datasets) {
    const own = rejected.filter(
      (report) => report.dataset === dataset.name && report.reason?.rule === 'duplicate',
    );
    if (own.length === 0) continue;
    const live = await landedShares(effects.tables, dataset);
    await inParallel(own, async ({ source }) => {
      const version = await effects.landing.head(source);
      if (version && (await settledBefore(effects, dataset, version, live)) === undefined)
        requests.push({ source });
    });
  }
  return requests;
}

/** Of present files of the dataset that were refused for another one's sake, whether that still stands or not. */
export async function duplicateReports(effects: Effects, dataset: Dataset): Promise<Report[]> {
  const live = await landedShares(effects.tables, dataset);
  const { objects } = await takeCensus(effects);
  const present = versionsByDataset(objects, 'claimed', 'contested', 'aside').get(dataset) ?? [];
  const open = present.filter(({ key }) => !live.has(key));
  const reports: Report[] = [];
  await inParallel(open, async (version) => {
    const report = await readReport(effects.lake, dataset, version);
    if (report?.reason?.rule === 'duplicate') reports.push(report);
  });
  return reports;
}
