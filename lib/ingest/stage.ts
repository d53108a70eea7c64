// Converts one source file's present version and uploads its data files and its report; no commit names the files yet.
// Safe to repeat: it leaves new files and the same report. ingest-table.ts decides what the table does with them.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '../core/contract.ts';
import { TryAgainError } from '../errors.ts';
import type { Effects } from '../lake/effects.ts';
import { isMarker } from '../lake/markers.ts';
import type { LiveShares } from '../lake/shares.ts';
import type { ObjectVersion } from '../ports.ts';
import { ConversionLimiter } from './conversion-limiter.ts';
import { convertElsewhere } from './large-source.ts';
import { publish, publishMarker, type Target } from './publish.ts';
import { convertWithin, type Space } from './room.ts';
import { settledBefore } from './settled.ts';
import { sizeViolation, sourceLimit, unpackedBytes } from './size-limit.ts';
import type { Staged } from './staged.ts';
import { Stopwatch } from './stopwatch.ts';

/** Stages the version in landing: its earlier outcome, or that of a conversion now. `live`: the table's files. Throws TryAgainError if the source changes while it is read. */
export async function stage(
  effects: Effects,
  dataset: Dataset,
  table: string,
  source: string,
  live: LiveShares,
): Promise<Staged> {
  const version = await effects.landing.head(source);
  if (version === undefined) return { version, replaces: true, adds: [] };
  const staged =
    (await settledBefore(effects, dataset, version, live)) ??
    (await convertVersion({ effects, dataset, table, live }, version, new ConversionLimiter()));
  if (staged && sameVersion(version, await effects.landing.head(source))) return staged;
  throw changing(source);
}

export function changing(source: string): TryAgainError {
  return new TryAgainError(`${source} changes while it is read: retried once it stops changing`);
}

export function sameVersion(a: ObjectVersion | undefined, b: ObjectVersion | undefined): boolean {
  return a?.etag === b?.etag && a?.lastModifiedMs === b?.lastModifiedMs;
}

/**
 * Undefined if landing no longer holds the version. A file that is read in place may still have changed meanwhile: look at
 * landing again before using the result.
 */
export async function convertVersion(
  target: Target,
  version: ObjectVersion,
  limiter: ConversionLimiter,
): Promise<Staged | undefined> {
  const { effects, dataset } = target;
  if (isMarker(dataset, version.key)) return publishMarker(target, version);
  const limit = await sourceLimit(effects);
  const tooLarge = sizeViolation(version, limit);
  if (tooLarge && effects.jobs) return convertElsewhere(target, effects.jobs, version, tooLarge);
  if (tooLarge) {
    const refused = { outcome: 'rejected' as const, violation: tooLarge };
    return publish(target, version, refused, new Stopwatch(effects.clock));
  }
  return limiter.convert(version, (room) =>
    convertFile(target, version, { room, limit, bytes: unpackedBytes(version) }),
  );
}

/** Undefined if landing no longer holds the version. Throws NeedsRoomError if all of the room may be enough. */
async function convertFile(
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
