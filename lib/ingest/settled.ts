// Whether a source file's version needs no conversion: its rows are live, or its report has an outcome that is still valid.
import type { Dataset } from '../core/contract.ts';
import type { Effects } from '../lake/effects.ts';
import { filesOfMarker, isMarker } from '../lake/markers.ts';
import type { LiveShares, Share } from '../lake/shares.ts';
import { madeFrom, readOrigin, roleOf } from '../lake/tags.ts';
import type { ObjectVersion } from '../ports.ts';
import { isRepetitionOf } from './duplicates.ts';
import { refusesAll } from './rejection-limits.ts';
import { type Report, readReport } from './report.ts';
import { stillWantsRoom } from './size-limit.ts';
import type { Staged } from './staged.ts';

/** If LastModified decides which file counts, it is part of the version's identity. */
export function lastModifiedCounts(dataset: Dataset): boolean {
  return dataset.mode !== 'append' || dataset.duplicates === 'reject';
}

export function isLive(dataset: Dataset, live: readonly Share[], version: ObjectVersion): boolean {
  // A change of the contract may make a marker of a data file, or the other way round.
  const role = isMarker(dataset, version.key) ? 'marker' : undefined;
  for (const share of live) {
    const origin = readOrigin(share);
    const isMade =
      origin !== undefined &&
      roleOf(share) === role &&
      madeFrom(origin, version, dataset.hash, lastModifiedCounts(dataset)) &&
      !refusesAll(dataset, origin.acceptedRows, origin.quarantinedRows);
    if (!isMade) return false;
  }
  return live.length > 0;
}

/** Where the table has the version's rows already. `live`, here and below: the table's rows, of all sources. */
export function stagedLive(dataset: Dataset, version: ObjectVersion, live: LiveShares): Staged | undefined {
  const own = live.get(version.key) ?? [];
  return isLive(dataset, own, version) ? { version, replaces: false, adds: [] } : undefined;
}

/** The outcome of an earlier conversion of this version, if no other is needed. */
export async function settledBefore(
  effects: Effects,
  dataset: Dataset,
  version: ObjectVersion,
  live: LiveShares,
): Promise<Staged | undefined> {
  const standing = stagedLive(dataset, version, live);
  if (standing) return standing;
  const own = live.get(version.key) ?? [];
  const report = await reportOf(effects, dataset, version);
  if (isMarker(dataset, version.key)) {
    const isRefused = report?.outcome === 'rejected' && filesOfMarker(dataset, version.key) === undefined;
    return isRefused ? { version, replaces: false, adds: [], report } : undefined;
  }
  if (report?.outcome === 'rejected')
    return (await stillStands(effects, dataset, live, version, report))
      ? { version, replaces: false, adds: [], report }
      : undefined;
  // A file without accepted rows has no data file: its report is the only record.
  if (
    report?.accepted === 0 &&
    own.length === 0 &&
    leavesNoFile(dataset) &&
    !refusesAll(dataset, report.accepted, report.quarantined)
  )
    return { version, replaces: false, adds: [], report };
  return undefined;
}

/** A change of the contract may make data of a marker, or a marker of data, under one hash: then the report is about nothing. */
async function reportOf(
  effects: Effects,
  dataset: Dataset,
  version: ObjectVersion,
): Promise<Report | undefined> {
  const report = await readReport(effects.lake, dataset, version);
  const isAboutMarker = report?.readAs === 'marker';
  return isAboutMarker === isMarker(dataset, version.key) ? report : undefined;
}

/** If an empty file has no partition; see splitByPartition. */
function leavesNoFile({ mode, partitionBy, scope }: Dataset): boolean {
  const keyMayGive = mode === 'replace' && scope?.from !== 'rows';
  return mode === 'append' || (partitionBy.length > 0 && !keyMayGive);
}

/** A refused file without rows of an older version is in the log, so that its delivery does not count without it. */
function holdsItsDelivery(dataset: Dataset, own: readonly Share[], version: ObjectVersion): boolean {
  if (dataset.delivery === undefined || own.some((share) => roleOf(share) === undefined)) return true;
  const isIts = (share: Share) => {
    const origin = readOrigin(share);
    return origin !== undefined && madeFrom(origin, version, dataset.hash, true);
  };
  return own.length > 0 && own.every(isIts);
}

/** A refusal for lack of room ends when there is more; one because of another file ends when that file no longer counts. */
async function stillStands(
  effects: Effects,
  dataset: Dataset,
  live: LiveShares,
  version: ObjectVersion,
  { reason, text }: Report,
): Promise<boolean> {
  if (!holdsItsDelivery(dataset, live.get(version.key) ?? [], version)) return false;
  if (reason?.rule !== 'duplicate') return reason === undefined || stillWantsRoom(effects, version, reason);
  // Rows of its older version must still be withdrawn.
  if (live.has(version.key)) return false;
  const arrival = { source: version.key, lastModifiedMs: version.lastModifiedMs };
  return isRepetitionOf(dataset, live, reason.value ?? '', arrival, text);
}
