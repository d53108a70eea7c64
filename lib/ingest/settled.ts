// Whether a source file's version needs no conversion: its rows are live, or its report says what it came to and that still holds.
import type { Dataset } from '../core/contract.ts';
import type { Add } from '../delta/actions.ts';
import type { Effects } from '../lake/effects.ts';
import { madeFrom, readOrigin } from '../lake/tags.ts';
import type { ObjectVersion } from '../ports.ts';
import { isRepetitionOf, type LiveFiles } from './duplicates.ts';
import { refusesAll } from './rejection-limits.ts';
import { type Report, readReport } from './report.ts';
import { stillWantsRoom } from './size-limit.ts';
import type { Staged } from './staged.ts';

/** Where LastModified decides what a file counts for, it is a part of what the file is. */
export function lastModifiedCounts(dataset: Dataset): boolean {
  return dataset.mode !== 'append' || dataset.duplicates === 'reject';
}

export function isLive(dataset: Dataset, live: readonly Add[], version: ObjectVersion): boolean {
  const made = (add: Add) => {
    const origin = readOrigin(add);
    return (
      origin !== undefined &&
      madeFrom(origin, version, dataset.hash, lastModifiedCounts(dataset)) &&
      !refusesAll(dataset, origin.acceptedRows, origin.quarantinedRows)
    );
  };
  return live.length > 0 && live.every(made);
}

/** The outcome of an earlier conversion of this version, where it needs no other. `live`: the table's files, of all sources. */
export async function settledBefore(
  effects: Effects,
  dataset: Dataset,
  version: ObjectVersion,
  live: LiveFiles,
): Promise<Staged | undefined> {
  const own = live.get(version.key) ?? [];
  if (isLive(dataset, own, version)) return { version, replaces: false, adds: [] };
  const report = await readReport(effects.lake, dataset, version);
  if (report?.outcome === 'rejected')
    return (await stillStands(effects, dataset, live, version, report))
      ? { version, replaces: false, adds: [], report }
      : undefined;
  // A file without accepted rows leaves no data file: its report is the only witness.
  if (
    report?.accepted === 0 &&
    own.length === 0 &&
    leavesNoFile(dataset) &&
    !refusesAll(dataset, report.accepted, report.quarantined)
  )
    return { version, replaces: false, adds: [], report };
  return undefined;
}

/** Where an empty file has no partition to stand in; see splitByPartition. */
function leavesNoFile({ mode, partitionBy }: Dataset): boolean {
  return mode === 'append' || partitionBy.length > 0;
}

/** A refusal for want of room ends where there is more; one for another file's sake where that one does not count any more. */
async function stillStands(
  effects: Effects,
  dataset: Dataset,
  live: LiveFiles,
  version: ObjectVersion,
  { reason, text }: Report,
): Promise<boolean> {
  if (reason?.rule !== 'duplicate') return reason === undefined || stillWantsRoom(effects, reason);
  // Rows of an older version of it are still to be withdrawn.
  if (live.has(version.key)) return false;
  const arrival = { source: version.key, lastModifiedMs: version.lastModifiedMs };
  return isRepetitionOf(dataset, live, reason.value ?? '', arrival, text);
}
