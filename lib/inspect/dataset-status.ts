// What the lake holds of one dataset, from its table's log, the reports and what landing holds of it. Writes nothing.

import { landingTable } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { tablePrefix } from '../core/insight.ts';
import type { Snapshot } from '../delta/snapshot.ts';
import { recordCount } from '../delta/stats.ts';
import type { LiveFiles } from '../ingest/duplicates.ts';
import { mayShareKeys } from '../ingest/key-ranges.ts';
import type { Report } from '../ingest/report.ts';
import { isLive, settledBefore } from '../ingest/settled.ts';
import { isKept, standingsOf, waitingOf } from '../lake/deliveries.ts';
import type { Effects } from '../lake/effects.ts';
import { type Overdue, overdueOf } from '../lake/overdue.ts';
import { filesBySource, type Origin, readOrigin, roleOf } from '../lake/tags.ts';
import { isUnseen } from '../lake/unseen.ts';
import type { Settled, Settling } from '../maintain/settling.ts';
import type { ObjectVersion, Unseen } from '../ports.ts';
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

/** What one dataset has in landing and in the lake, file by file. */
export type FoundFiles = {
  /** In landing, by key and in the order of the keys. */
  readonly present: ReadonlyMap<string, ObjectVersion>;
  /** The data files of its landing table. */
  readonly live: LiveFiles;
  /** Keys whose present version was not read yet. */
  readonly waiting: ReadonlySet<string>;
  /** Refused as a whole in their present version, settled or not. */
  readonly refused: readonly Report[];
  /** Accepted without accepted rows, so that they have no data file. */
  readonly empty: readonly Report[];
};

export async function findFiles(
  effects: Effects,
  dataset: Dataset,
  versions: readonly ObjectVersion[],
): Promise<FoundFiles> {
  const landed = await effects.tables.latest(tablePrefix(landingTable(dataset)));
  const live = filesBySource(landed?.files.values() ?? []);
  const refused: Report[] = [];
  const empty: Report[] = [];
  const waiting = new Set<string>();
  for (const version of versions) {
    // Most are, and this is known at once.
    if (isLive(dataset, live.get(version.key) ?? [], version)) continue;
    const found = await settledBefore(effects, dataset, version, live);
    if (found === undefined) waiting.add(version.key);
    else if (found.report?.outcome === 'rejected') refused.push(found.report);
    else if (found.report) empty.push(found.report);
  }
  const present = new Map(versions.map((version) => [version.key, version]));
  return { present, live, waiting, refused, empty };
}

export async function datasetStatus(
  effects: Effects,
  dataset: Dataset,
  { present, live, waiting, refused, empty }: FoundFiles,
  unseen: readonly Unseen[],
  settling: Settling,
): Promise<DatasetStatus> {
  const landed = await effects.tables.latest(tablePrefix(landingTable(dataset)));
  const table = await effects.tables.latest(tablePrefix({ kind: 'tables', name: dataset.name }));
  const origins = originsOf(live);
  const { rejected, openQuarantinedRows, settled } = await openAndSettled(
    effects,
    dataset,
    { live, origins, refused, empty },
    settling,
  );
  return {
    dataset: dataset.name,
    package: dataset.package,
    files: origins.length + empty.length,
    rows: recordCount(table?.files.values() ?? []),
    quarantinedRows:
      sum(origins.map((origin) => origin.quarantinedRows)) + sum(empty.map((report) => report.quarantined)),
    skippedRows:
      sum(origins.map((origin) => origin.skippedRows)) + sum(empty.map(({ skipped = 0 }) => skipped)),
    openQuarantinedRows,
    rejected,
    settled,
    waiting: waiting.size,
    vanished: [...live.keys()]
      .filter((source) => !present.has(source) && !isKept(dataset, live.get(source) ?? []))
      .filter((source) => !effects.catalog.asideOf(source) && !isUnseen(unseen, source))
      .sort(),
    overdue: overdueOf(dataset, effects.clock(), present.keys(), live.keys()),
    lastArrival: lastArrival(origins, empty),
    version: table?.version ?? null,
    ...standingRemarks(dataset, live, empty),
    mayShareKeys: mayShareKeys(dataset, live),
    waitingDeliveries: waitingDeliveries(dataset, landed),
  };
}

export function waitingDeliveries(dataset: Dataset, landed: Snapshot | undefined): WaitingDelivery[] {
  if (dataset.delivery === undefined || landed === undefined) return [];
  return waitingOf(standingsOf(dataset, landed.files.values())).map(
    ({ by, sources, sinceMs, missing, refused }) => ({
      delivery: by,
      files: sources.length,
      since: new Date(sinceMs).toISOString(),
      missing,
      refused,
    }),
  );
}

/** `empty`: accepted files without accepted rows, which have no data file. */
async function openAndSettled(
  { lake }: Effects,
  dataset: Dataset,
  found: {
    readonly live: LiveFiles;
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
  for (const origin of found.origins.filter(({ quarantinedRows }) => quarantinedRows > 0)) {
    const closed = await settling.settledRows(lake, dataset, origin);
    if (closed) settled.push({ source: origin.source, outcome: 'accepted', settled: closed.settled });
    else openQuarantinedRows += origin.quarantinedRows;
  }
  return { rejected, openQuarantinedRows, settled };
}

/** Of the sources with rows, or that were accepted without any. */
function originsOf(live: LiveFiles): Origin[] {
  const origins: Origin[] = [];
  for (const adds of live.values()) {
    const add = adds[0];
    const origin = add && roleOf(add) === undefined ? readOrigin(add) : undefined;
    if (origin) origins.push(origin);
  }
  return origins;
}

/** Another program's tags may hold no time. */
function lastArrival(origins: readonly Origin[], empty: readonly Report[]): string | null {
  let latest = Number.NEGATIVE_INFINITY;
  for (const { lastModifiedMs } of origins) if (lastModifiedMs > latest) latest = lastModifiedMs;
  for (const { lastModified } of empty) latest = Math.max(latest, Date.parse(lastModified));
  return latest === Number.NEGATIVE_INFINITY ? null : new Date(latest).toISOString();
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
