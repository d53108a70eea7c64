// Brings one source file's present version into the lake as data files that no commit names yet, with its report.
// Repeating it is harmless: it leaves new files and the same report. ingest.ts decides what the table does with them.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '../core/contract.ts';
import type { Add } from '../delta/actions.ts';
import { TryAgainError } from '../errors.ts';
import type { Effects } from '../lake/effects.ts';
import { madeFrom, readOrigin } from '../lake/tags.ts';
import type { ObjectVersion } from '../ports.ts';
import { ConversionLimiter } from './conversion-limiter.ts';
import { isRepetitionOf, type LiveFiles } from './duplicates.ts';
import { publish, type Target } from './publish.ts';
import { refusesAll } from './rejection-limits.ts';
import { type Report, readReport } from './report.ts';
import { convertWithin, type Space } from './room.ts';
import { sizeViolation, sourceLimit, stillWantsRoom, unpackedBytes } from './size-limit.ts';
import type { Staged } from './staged.ts';
import { Stopwatch } from './stopwatch.ts';

const MAX_ROUNDS = 5;

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

/** The version that landing holds when it is read to its end. `live`: the table's files. */
export async function stage(
  effects: Effects,
  dataset: Dataset,
  table: string,
  source: string,
  live: LiveFiles,
): Promise<Staged> {
  const target = { effects, dataset, table, live };
  let version = await effects.landing.head(source);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const staged = await stageVersion(target, version, new ConversionLimiter());
    const after = await effects.landing.head(source);
    if (staged && sameVersion(version, after)) return staged;
    version = after;
  }
  throw changing(source);
}

export function changing(source: string): TryAgainError {
  return new TryAgainError(`${source} changes while it is read: it is tried again when it has come to rest`);
}

export function sameVersion(a: ObjectVersion | undefined, b: ObjectVersion | undefined): boolean {
  return a?.etag === b?.etag && a?.lastModifiedMs === b?.lastModifiedMs;
}

/**
 * Undefined where landing does not hold the version any more. Where a file is read in place it may still have changed meanwhile:
 * look at landing again before anything is made of it. `version`: undefined where the source is gone.
 */
export async function stageVersion(
  target: Target,
  version: ObjectVersion | undefined,
  limiter: ConversionLimiter,
): Promise<Staged | undefined> {
  const { effects, dataset, live } = target;
  if (version === undefined) return { version, replaces: true, adds: [] };
  const settled = await settledBefore(effects, dataset, version, live);
  if (settled) return settled;
  const limit = await sourceLimit(effects);
  const tooLarge = sizeViolation(version, limit);
  if (tooLarge) {
    const refused = { outcome: 'rejected' as const, violation: tooLarge };
    return publish(target, version, refused, new Stopwatch(effects.clock));
  }
  return limiter.convert(version, (room) =>
    convertVersion(target, version, { room, limit, bytes: unpackedBytes(version) }),
  );
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

/** Undefined where landing does not hold the version any more. Throws NeedsRoomError where it may do with all of the room. */
async function convertVersion(
  target: Target,
  version: ObjectVersion,
  space: Space,
): Promise<Staged | undefined> {
  const { effects, dataset } = target;
  const stopwatch = new Stopwatch(effects.clock);
  const file = await stopwatch.time('download', () => effects.landing.download(version.key, version.etag));
  if (file === undefined) return undefined;
  const folder = await mkdtemp(join(effects.scratch, 'ingest-'));
  try {
    const source = { dataset, key: version.key, path: file.path, scratch: folder };
    const converted = await convertWithin(effects.sql, space, source, stopwatch);
    return await publish(target, version, converted, stopwatch);
  } finally {
    await file.release();
    await rm(folder, { recursive: true, force: true });
  }
}
