// What the lake holds of one dataset, from its table's log, the reports and what landing holds of it. Writes nothing.

import type { Dataset } from '../core/contract.ts';
import { tablePrefix } from '../core/insight.ts';
import { recordCount } from '../delta/stats.ts';
import { mayShareKeys } from '../ingest/key-ranges.ts';
import type { Report } from '../ingest/report.ts';
import { isKept, standingsOf, waitingOf } from '../lake/deliveries.ts';
import type { Effects } from '../lake/effects.ts';
import { type Overdue, overdueOf } from '../lake/overdue.ts';
import type { LiveShares } from '../lake/shares.ts';
import type { Origin } from '../lake/tags.ts';
import { isUnseen } from '../lake/unseen.ts';
import type { Settled, Settling } from '../maintain/settling.ts';
import type { Unseen } from '../ports.ts';
import type { DatasetFiles } from './dataset-files.ts';
import { type DeliveryRemarks, standingRemarks } from './delivery-remarks.ts';

export type SettledFile = {
  readonly source: string;
  readonly outcome: Report['outcome'];
  readonly settled: Settled;
};

export type DatasetStatus = DeliveryRemarks & {
  readonly dataset: string;
  readonly package: string;
  /** Source files that the table stands on. */
  readonly files: number;
  readonly rows: number;
  readonly quarantinedRows: number;
  /** Those of files that nobody settled. */
  readonly openQuarantinedRows: number;
  /** Records that the contract skips. */
  readonly skippedRows: number;
  /** In landing, refused as a whole in their present version, and not settled. */
  readonly rejected: readonly Report[];
  /** Files that are refused, or have quarantined rows, and need no more work. */
  readonly settled: readonly SettledFile[];
  /** In landing, and not in the lake yet in their present version. */
  readonly waiting: number;
  /** In the lake, and not in landing any more, though the contract does not keep them. */
  readonly vanished: readonly string[];
  /** Expected files that have not come; null if the contract expects none. */
  readonly overdue: Overdue | null;
  /** The latest LastModified of a source file, ISO 8601. */
  readonly lastArrival: string | null;
  /** Null where the table was not made yet. */
  readonly version: number | null;
  /** See mayShareKeys. */
  readonly mayShareKeys: boolean;
  /** Deliveries that do not count yet, the oldest first. */
  readonly waitingDeliveries: readonly WaitingDelivery[];
};

export type WaitingDelivery = {
  /** What its files' keys say by the captures that tell deliveries apart. */
  readonly delivery: Readonly<Record<string, string>>;
  readonly files: number;
  /** The first LastModified of its files, ISO 8601. */
  readonly since: string;
  /** Keys or globs of the markers that are not there. */
  readonly missing: readonly string[];
  /** Its files that were refused as a whole. */
  readonly refused: readonly string[];
};

export async function datasetStatus(
  effects: Effects,
  dataset: Dataset,
  found: DatasetFiles,
  unseen: readonly Unseen[],
  settling: Settling,
): Promise<DatasetStatus> {
  const table = await effects.tables.latest(tablePrefix({ kind: 'tables', name: dataset.name }));
  const { sources, present, live, waiting, refused, empty } = found;
  const counted = countsOf(found);
  const { rejected, openQuarantinedRows, settled } = await openAndSettled(
    effects,
    dataset,
    { live, origins: counted.origins, refused, empty },
    settling,
  );
  return {
    dataset: dataset.name,
    package: dataset.package,
    files: counted.files,
    rows: recordCount(table?.files.values() ?? []),
    quarantinedRows: counted.quarantinedRows,
    skippedRows: counted.skippedRows,
    openQuarantinedRows,
    rejected,
    settled,
    waiting: waiting.size,
    vanished: sources
      .filter((file) => file.present === undefined && !isKept(dataset, file.shares))
      .map(({ source }) => source)
      .filter((source) => !effects.catalog.asideOf(source) && !isUnseen(unseen, source)),
    overdue: overdueOf(dataset, effects.clock(), present.keys(), live.keys()),
    lastArrival: isoOrNull(counted.lastArrivalMs),
    version: table?.version ?? null,
    ...standingRemarks(dataset, found),
    mayShareKeys: mayShareKeys(dataset, live),
    waitingDeliveries: waitingDeliveries(dataset, live),
  };
}

/** Of the sources with rows, and of those that were accepted without any. `origins`: those with refused rows. */
function countsOf({ sources, empty }: DatasetFiles) {
  const counts = { files: 0, quarantinedRows: 0, skippedRows: 0, lastArrivalMs: Number.NEGATIVE_INFINITY };
  const count = (quarantined: number, skipped: number, lastModifiedMs: number) => {
    counts.files += 1;
    counts.quarantinedRows += quarantined;
    counts.skippedRows += skipped;
    // Another program's tags may hold no time.
    if (lastModifiedMs > counts.lastArrivalMs) counts.lastArrivalMs = lastModifiedMs;
  };
  const origins: Origin[] = [];
  for (const { origin } of sources) {
    if (origin === undefined) continue;
    count(origin.quarantinedRows, origin.skippedRows, origin.lastModifiedMs);
    if (origin.quarantinedRows > 0) origins.push(origin);
  }
  for (const { quarantined, skipped = 0, lastModified } of empty)
    count(quarantined, skipped, Date.parse(lastModified));
  return { ...counts, origins };
}

function isoOrNull(ms: number): string | null {
  return ms === Number.NEGATIVE_INFINITY ? null : new Date(ms).toISOString();
}

/** `live`: in its landing table. */
export function waitingDeliveries(dataset: Dataset, live: LiveShares): WaitingDelivery[] {
  if (dataset.delivery === undefined) return [];
  return waitingOf(standingsOf(dataset, [...live.values()].flat())).map(
    ({ by, sources, sinceMs, missing, refused }) => ({
      delivery: by,
      files: sources.length,
      since: new Date(sinceMs).toISOString(),
      missing,
      refused,
    }),
  );
}

/** `origins`: those with refused rows. `empty`: accepted files without accepted rows, which have no data file. */
async function openAndSettled(
  { lake }: Effects,
  dataset: Dataset,
  found: {
    readonly live: LiveShares;
    readonly origins: readonly Origin[];
    readonly refused: readonly Report[];
    readonly empty: readonly Report[];
  },
  settling: Settling,
): Promise<Pick<DatasetStatus, 'rejected' | 'openQuarantinedRows' | 'settled'>> {
  const rejected: Report[] = [];
  const settled: SettledFile[] = [];
  let openQuarantinedRows = 0;
  for (const report of [...found.refused, ...found.empty.filter(({ quarantined }) => quarantined > 0)]) {
    const closed = (await settling.settled(dataset, found.live, report)).settled;
    if (closed) settled.push({ source: report.source, outcome: report.outcome, settled: closed });
    else if (report.outcome === 'rejected') rejected.push(report);
    else openQuarantinedRows += report.quarantined;
  }
  for (const origin of found.origins) {
    const closed = await settling.settledRows(lake, dataset, origin);
    if (closed) settled.push({ source: origin.source, outcome: 'accepted', settled: closed.settled });
    else openQuarantinedRows += origin.quarantinedRows;
  }
  return { rejected, openQuarantinedRows, settled };
}
