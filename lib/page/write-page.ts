// Writes the page over a lake: every document that changed since it was last written, and the index that names them. Reads
// the lake and never changes a table.
import { tablePrefix } from '../core/insight.ts';
import { bothOf } from '../in-parallel.ts';
import type { FilesByDataset } from '../inspect/dataset-files.ts';
import { surveyLake } from '../inspect/lake-status.ts';
import { TableLogs } from '../inspect/read-table-log.ts';
import type { Effects } from '../lake/effects.ts';
import type { LandingSight } from '../lake/landing-census.ts';
import { downstreamFirst } from '../lake/read-order.ts';
import type { ObjectStore } from '../ports.ts';
import { datasetSummaries } from './dataset-summary.ts';
import { describedColumns } from './described-columns.ts';
import { FORMAT } from './documents.ts';
import { insightSummaries } from './insight-summary.ts';
import { lineageOf } from './lineage.ts';
import { type PageAssets, Site, type Written } from './site.ts';
import { faultsOf, summaryOf } from './summary.ts';

export type PageOptions = {
  readonly assets: PageAssets;
  /** Options that commands on the page need: see IndexDocument. */
  readonly options: string;
  /** False where landing is not at hand, as for a lake whose folder of files is elsewhere. Default: true. */
  readonly hasLanding?: boolean;
  /** Asked before each document: true ends the writing with OutOfTimeError. Default: never. */
  readonly outOfTime?: () => boolean;
  /** Whoever writes again keeps them. Default: all are read. */
  readonly logs?: TableLogs;
  /** The same. */
  readonly files?: FilesByDataset;
  /** What the last look at landing saw, where somebody watches it. Default: it is looked at now. */
  readonly seen?: LandingSight | undefined;
};

/** `store`, `prefix`: where the page's files go. */
export async function writePage(
  effects: Effects,
  store: ObjectStore,
  prefix: string,
  {
    assets,
    options,
    hasLanding = true,
    outOfTime = () => false,
    logs = new TableLogs(effects.tables),
    files: known = new Map(),
    seen,
  }: PageOptions,
): Promise<Written> {
  const site = await Site.open(store, prefix, effects.clock, { assets, outOfTime });
  const { status, files } = await surveyLake(effects, seen, known);
  const writing = { effects, site, logs, status, files, hasLanding, options };
  await readLogs(effects, logs);
  // Insights wait for the disk and the engine while datasets are told from memory.
  const [insights, datasets] = await bothOf(insightSummaries(writing), datasetSummaries(writing));
  const failures = [...status.failures, ...datasets.failures, ...insights.failures];
  const index = {
    format: FORMAT,
    lake: effects.lake.location,
    landing: effects.landing.location,
    writtenAt: effects.clock().toISOString(),
    options,
    summary: summaryOf(writing),
    faults: faultsOf({ ...writing, status: { ...status, failures } }),
    datasets: datasets.summaries,
    insights: insights.summaries,
    lineage: lineageOf(writing, datasets.summaries, insights.summaries),
    columns: await describedColumns(writing),
  };
  return site.finish(index);
}

/** So that no receipt misses a version. What cannot be read is told where its documents are made. */
async function readLogs({ catalog }: Effects, logs: TableLogs): Promise<void> {
  for (const table of downstreamFirst(catalog)) await logs.find(tablePrefix(table)).catch(() => undefined);
}
