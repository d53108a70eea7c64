// Brings one source file's present version into the lake as data files that no commit names yet, with its report.
// Repeating it is harmless: it leaves new files and the same report. ingest.ts decides what the table does with them.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '../core/contract.ts';
import { quarantineKey } from '../core/layout.ts';
import { CONTENT, madeFrom, originTags, readOrigin } from '../core/tags.ts';
import type { Add } from '../delta/actions.ts';
import { dataFilePath, objectKey } from '../delta/partitions.ts';
import type { Effects } from '../effects.ts';
import { TryAgainError } from '../errors.ts';
import type { ObjectVersion } from '../ports.ts';
import { contentHash } from './content-hash.ts';
import type { Converted, Refused } from './convert.ts';
import { type Findings, type Report, readReport, sourceVersion, writeReport } from './report.ts';
import { convertWithin, type Space } from './room.ts';
import { SideBySide } from './side-by-side.ts';
import { sizeViolation, sourceLimit, stillStands, unpackedBytes } from './size-limit.ts';
import { Stopwatch } from './stopwatch.ts';

export type Staged = {
  /** What landing held; undefined where the source is gone. */
  readonly version: ObjectVersion | undefined;
  /** False where the table keeps what it has: the version was refused as a whole, or is there already. */
  readonly replaces: boolean;
  readonly adds: readonly Add[];
  readonly report?: Report;
};

const MAX_ROUNDS = 5;

export function lastModifiedCounts(dataset: Dataset): boolean {
  return dataset.mode !== 'append';
}

export function isLive(dataset: Dataset, live: readonly Add[], version: ObjectVersion): boolean {
  const made = (add: Add) => {
    const origin = readOrigin(add);
    return origin !== undefined && madeFrom(origin, version, dataset.hash, lastModifiedCounts(dataset));
  };
  return live.length > 0 && live.every(made);
}

/** `live`: the table's files that came from this source. */
export async function stage(
  effects: Effects,
  dataset: Dataset,
  table: string,
  source: string,
  live: readonly Add[],
  sideBySide = new SideBySide(),
): Promise<Staged> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const version = await effects.landing.head(source);
    if (version === undefined) return { version, replaces: true, adds: [] };
    const settled = await settledBefore(effects, dataset, version, live);
    if (settled) return settled;
    const limit = await sourceLimit(effects);
    const tooLarge = sizeViolation(version, limit);
    if (tooLarge) {
      const refused = { outcome: 'rejected' as const, violation: tooLarge };
      return publish(effects, dataset, table, version, refused, new Stopwatch(effects.clock));
    }
    const staged = await sideBySide.convert(version, (room) =>
      convertVersion(effects, dataset, table, version, { room, limit, bytes: unpackedBytes(version) }),
    );
    if (staged) return staged;
  }
  throw new TryAgainError(`${source} changes while it is read: it is tried again when it has come to rest`);
}

/** Where this version needs no conversion any more: what became of it. */
export async function settledBefore(
  effects: Effects,
  dataset: Dataset,
  version: ObjectVersion,
  live: readonly Add[],
): Promise<Staged | undefined> {
  if (isLive(dataset, live, version)) return { version, replaces: false, adds: [] };
  const report = await readReport(effects.lake, dataset, version);
  if (report?.outcome === 'rejected')
    return report.reason === undefined || (await stillStands(effects, report.reason))
      ? { version, replaces: false, adds: [], report }
      : undefined;
  // A file without accepted rows leaves no data file: its report is the only witness.
  if (report?.accepted === 0 && live.length === 0 && dataset.mode === 'append')
    return { version, replaces: false, adds: [], report };
  return undefined;
}

/** Undefined where the source changed while it was read. Throws NeedsRoomError where it may do with all of the room. */
async function convertVersion(
  effects: Effects,
  dataset: Dataset,
  table: string,
  version: ObjectVersion,
  space: Space,
): Promise<Staged | undefined> {
  const stopwatch = new Stopwatch(effects.clock);
  const file = await stopwatch.time('download', () => effects.landing.download(version.key, version.etag));
  if (file === undefined) return undefined;
  const folder = await mkdtemp(join(effects.scratch, 'ingest-'));
  try {
    const source = { dataset, key: version.key, path: file.path, scratch: folder };
    const converted = await convertWithin(effects.sql, space, source, stopwatch);
    const after = await effects.landing.head(version.key);
    if (after?.etag !== version.etag || after.lastModifiedMs !== version.lastModifiedMs) return undefined;
    return await publish(effects, dataset, table, version, converted, stopwatch);
  } finally {
    await file.release();
    await rm(folder, { recursive: true, force: true });
  }
}

async function publish(
  effects: Effects,
  dataset: Dataset,
  table: string,
  version: ObjectVersion,
  converted: Converted | Refused,
  stopwatch: Stopwatch,
): Promise<Staged> {
  const key = quarantineKey(dataset.name, sourceVersion(dataset, version));
  const adds = await stopwatch.time('upload', async () => {
    if (converted.quarantine) await effects.lake.upload(converted.quarantine.path, key);
    return converted.outcome === 'accepted'
      ? uploadDataFiles(effects, dataset, table, version, converted)
      : [];
  });
  const report: Report = {
    source: version.key,
    dataset: dataset.name,
    etag: version.etag,
    lastModified: new Date(version.lastModifiedMs).toISOString(),
    sizeBytes: version.sizeBytes,
    contract: dataset.hash,
    ...findings(converted, key),
    ms: stopwatch.elapsedMs,
    timings: stopwatch.timings,
  };
  await writeReport(effects.lake, dataset, version, report);
  return { version, replaces: converted.outcome === 'accepted', adds, report };
}

function findings(converted: Converted | Refused, quarantineKey: string): Findings {
  const { quarantine } = converted;
  return {
    outcome: converted.outcome,
    ...(converted.outcome === 'rejected' ? { reason: converted.violation } : {}),
    rows: converted.rows ?? 0,
    accepted: converted.outcome === 'accepted' ? converted.acceptedRows : 0,
    quarantined: quarantine?.rows ?? 0,
    violations: quarantine?.counts ?? [],
    examples: quarantine?.examples ?? [],
    ignoredColumns: converted.outcome === 'accepted' ? converted.ignoredColumns : [],
    ...(quarantine ? { quarantine: quarantineKey } : {}),
    ...(quarantine?.header === undefined ? {} : { header: quarantine.header }),
  };
}

async function uploadDataFiles(
  effects: Effects,
  dataset: Dataset,
  table: string,
  version: ObjectVersion,
  converted: Converted,
): Promise<Add[]> {
  const tags = originTags({
    source: version.key,
    etag: version.etag,
    lastModifiedMs: version.lastModifiedMs,
    contract: dataset.hash,
    acceptedRows: converted.acceptedRows,
    quarantinedRows: converted.rows - converted.acceptedRows,
  });
  const adds: Add[] = [];
  for (const file of converted.dataFiles) {
    const path = dataFilePath(
      dataset.partitionBy.map((p) => p.name),
      file.partition,
      `${effects.newId()}.parquet`,
    );
    const content = await contentHash(file.path);
    const { sizeBytes } = await effects.lake.upload(file.path, objectKey(table, path));
    adds.push({
      path,
      partitionValues: file.partition,
      size: sizeBytes,
      modificationTime: effects.clock().getTime(),
      dataChange: true,
      stats: file.stats,
      tags: { ...tags, [CONTENT]: content },
    });
  }
  return adds;
}
