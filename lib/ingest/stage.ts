// Brings one source file's present version into the lake as data files that no commit names yet, with its report.
// Repeating it is harmless: it leaves new files and the same report. ingest.ts decides what the table does with them.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { contentHash } from '../content-hash.ts';
import type { Dataset } from '../core/contract.ts';
import { quarantineKey } from '../core/layout.ts';
import { madeFrom, originTags, readOrigin } from '../core/tags.ts';
import type { Add } from '../delta/actions.ts';
import type { Effects } from '../effects.ts';
import { TryAgainError } from '../errors.ts';
import type { ObjectVersion } from '../ports.ts';
import { publishDataFile } from '../publish-data-file.ts';
import { type Converted, convertSource, type Refused } from './convert.ts';
import { refusesAll } from './rejection-limits.ts';
import {
  digestOf,
  type Facts,
  type Findings,
  type Report,
  readReport,
  sourceVersion,
  writeReport,
} from './report.ts';
import { SideBySide } from './side-by-side.ts';
import { sizeViolation, unpackedBytes } from './size-limit.ts';
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
/** A file up to this size is converted by one thread in less time than several need to share it. */
const LIGHT_BYTES = 1024 * 1024;

export function lastModifiedCounts(dataset: Dataset): boolean {
  return dataset.mode !== 'append';
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
    const tooLarge = sizeViolation(version, effects.maxSourceBytes);
    if (tooLarge) {
      const refused = { outcome: 'rejected' as const, violation: tooLarge };
      return publish(effects, dataset, table, version, refused, new Stopwatch(effects.clock));
    }
    const staged = await sideBySide.convert(version, () => convertVersion(effects, dataset, table, version));
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
    return stillStands(effects, version, report) ? { version, replaces: false, adds: [], report } : undefined;
  // A file without accepted rows leaves no data file: its report is the only witness.
  if (
    report?.accepted === 0 &&
    live.length === 0 &&
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

/** A refusal for the size alone ends where the limit is raised, or where another process has none. */
function stillStands(effects: Effects, version: ObjectVersion, report: Report): boolean {
  return report.reason?.rule !== 'too-large' || sizeViolation(version, effects.maxSourceBytes) !== undefined;
}

/** Undefined where the source changed while it was read. */
async function convertVersion(
  effects: Effects,
  dataset: Dataset,
  table: string,
  version: ObjectVersion,
): Promise<Staged | undefined> {
  const stopwatch = new Stopwatch(effects.clock);
  const file = await stopwatch.time('download', () => effects.landing.download(version.key, version.etag));
  if (file === undefined) return undefined;
  const folder = await mkdtemp(join(effects.scratch, 'ingest-'));
  try {
    const source = { dataset, key: version.key, path: file.path, scratch: folder };
    const load = unpackedBytes(version) <= LIGHT_BYTES ? 'light' : 'full';
    const converted = await effects.sql.session((session) => convertSource(session, source, stopwatch), load);
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
  const { quarantine } = converted;
  const facts: Facts = {
    source: version.key,
    dataset: dataset.name,
    etag: version.etag,
    lastModified: new Date(version.lastModifiedMs).toISOString(),
    sizeBytes: version.sizeBytes,
    contract: dataset.hash,
    ...(await findings(converted, key)),
  };
  // The same bytes may get another time without being another version.
  const factsDigest = digestOf({ ...facts, lastModified: undefined });
  const adds = await stopwatch.time('upload', async () => {
    if (quarantine) await effects.lake.upload(quarantine.path, key);
    return converted.outcome === 'accepted'
      ? uploadDataFiles(effects, dataset, table, version, converted, factsDigest)
      : [];
  });
  const report: Report = {
    ...facts,
    facts: factsDigest,
    ms: stopwatch.elapsedMs,
    timings: stopwatch.timings,
  };
  await writeReport(effects.lake, dataset, version, report);
  return { version, replaces: converted.outcome === 'accepted', adds, report };
}

async function findings(converted: Converted | Refused, quarantineKey: string): Promise<Findings> {
  const { quarantine } = converted;
  const stored = quarantine && {
    quarantine: quarantineKey,
    quarantineContent: await contentHash(quarantine.path),
  };
  return {
    outcome: converted.outcome,
    ...(converted.outcome === 'rejected' ? { reason: converted.violation } : {}),
    rows: converted.rows ?? 0,
    accepted: converted.outcome === 'accepted' ? converted.acceptedRows : 0,
    quarantined: quarantine?.rows ?? 0,
    violations: quarantine?.counts ?? [],
    examples: quarantine?.examples ?? [],
    ignoredColumns: converted.outcome === 'accepted' ? converted.ignoredColumns : [],
    ...stored,
    ...(quarantine?.header === undefined ? {} : { header: quarantine.header }),
  };
}

async function uploadDataFiles(
  effects: Effects,
  dataset: Dataset,
  table: string,
  version: ObjectVersion,
  converted: Converted,
  report: string,
): Promise<Add[]> {
  const tags = originTags({
    source: version.key,
    etag: version.etag,
    lastModifiedMs: version.lastModifiedMs,
    contract: dataset.hash,
    acceptedRows: converted.acceptedRows,
    quarantinedRows: converted.rows - converted.acceptedRows,
    report,
  });
  const columns = dataset.partitionBy.map(({ name }) => name);
  const adds: Add[] = [];
  for (const { path, partition: partitionValues, stats } of converted.dataFiles)
    adds.push(await publishDataFile(effects, table, columns, { path, partitionValues, stats, tags }));
  return adds;
}
