// Deletes a table's data files that no reader within the retention can ask for, and checkpoints that newer ones stand for.
//
// Why no live, retained or in-flight file can be among them:
// - Live are the files of the newest snapshot. Retained is what some version within the retention shows: such a file is
//   live, or an entry written since then removed it. Entries are never deleted, so they are asked, not the tombstones,
//   which checkpoints drop after a time of their own.
// - In flight is a file that is uploaded and not committed yet. No clock says how long that takes: a laptop may sleep for
//   a week between the two. So vacuum lists first and then commits a fence: an entry that changes no data but raises the
//   transaction FENCE. Whoever uploaded before it and commits after it finds the version taken, reads the log again, sees
//   the fence raised and uploads again (ingest-table.ts), or computes anew because the table moved (refresh.ts). What is uploaded
//   after the fence is not in the list, and what was committed between the snapshot and the fence stands in the entries
//   up to the fence, which are read before anything is deleted. Data files' names are never used again.
// - Ages are by the store's clock against this process's: a wrong clock makes the retention longer or shorter, and does
//   nothing to live and in-flight files. Where an entry is missing, nothing of the table is deleted.
import { CliError, CorruptionError } from '../errors.ts';
import type { Clock, ObjectStore, ObjectVersion } from '../ports.ts';
import type { CommitInfo } from './actions.ts';
import { readCheckpointHint } from './checkpoint-hint.ts';
import { commitInfoOf, ENGINE } from './commit-id.ts';
import { entryKey, logPrefix, logVersion } from './log-keys.ts';
import { objectKey } from './partitions.ts';
import { commitTimeMs, type Entry, type Snapshot, txnVersion } from './snapshot.ts';
import type { DeltaTables } from './tables.ts';

export type VacuumEffects = {
  readonly lake: ObjectStore;
  readonly tables: DeltaTables;
  readonly clock: Clock;
};

export type VacuumOptions = {
  /** How long what was removed can still be read, and what was never committed is left alone. */
  readonly retentionMs: number;
  /** Deletes and commits nothing. */
  readonly dryRun?: boolean;
  /** Asked between two batches; the rest is left to the next run. */
  readonly outOfTime?: () => boolean;
  /** Told of each batch that goes, or would go, before it does. */
  readonly found?: (objects: readonly ObjectVersion[]) => void;
};

/** `finished`: false where time ran out. */
export type Swept = { readonly files: number; readonly bytes: number; readonly finished: boolean };

export const DEFAULT_RETENTION_MS = 7 * 24 * 3600 * 1000;
/** Longer than any function runs (15 minutes) and any reader reads. */
export const MIN_RETENTION_MS = 3600 * 1000;

const FENCE = 'sluice:vacuum';
const FENCE_OPERATION = 'VACUUM START';
const LISTED_AT_ONCE = 10_000;
const REMOVED_AT_ONCE = 1000;
const ENTRIES_AT_ONCE = 100;
/** A page of S3's. */
const LISTED_BETWEEN_LOOKS = 1000;
/** Of old checkpoints one in so many versions stays, so that no version is further than that from one. */
const KEPT_CHECKPOINTS = 1000;

/** Throws CliError. */
export function requireRetention(retentionMs: number): void {
  if (retentionMs >= MIN_RETENTION_MS) return;
  throw new CliError(
    `a retention of ${retentionMs / 1000} s is too short: files that are being read or written now would go. The least is an hour (0.042 days)`,
  );
}

/** Rises with each vacuum that deletes. A data file that was uploaded under another one must not be committed. */
export function vacuumFence(snapshot: Snapshot | undefined): number {
  return (snapshot && txnVersion(snapshot, FENCE)) ?? 0;
}

/** No vacuum among the entries was after a file that the store dates to this time or later. */
export function sweptBeforeMs(entries: readonly Entry[]): number {
  return entries
    .map(({ actions }) => commitInfoOf(actions))
    .map((info) => (info?.operation === FENCE_OPERATION ? sweptByMs(info) : Number.NEGATIVE_INFINITY))
    .reduce((latest, ms) => Math.max(latest, ms), Number.NEGATIVE_INFINITY);
}

/** Of another program's vacuum nothing is known but when it was, at best: it may have taken whatever was not committed. */
function sweptByMs(info: CommitInfo): number {
  const retentionMs = Number(info.operationParameters?.retentionMillis);
  const timeMs = commitTimeMs(info) ?? Number.POSITIVE_INFINITY;
  return info.engineInfo === ENGINE && Number.isFinite(retentionMs) ? timeMs - retentionMs : timeMs;
}

/** Safe at any moment, beside writers, readers and other vacuums. Throws CorruptionError on a log that has gaps. */
export async function vacuumTable(
  effects: VacuumEffects,
  prefix: string,
  options: VacuumOptions,
): Promise<Swept> {
  const swept = { files: 0, bytes: 0, finished: true };
  for (let after: string | undefined, more = true; more; ) {
    if (options.outOfTime?.()) return { ...swept, finished: false };
    const round = await vacuumRound(effects, prefix, options, after);
    for (const { sizeBytes } of round.gone) {
      swept.files += 1;
      swept.bytes += sizeBytes;
    }
    [after, more] = [round.listedTo, round.listedTo !== undefined];
  }
  return swept;
}

/** `listedTo`: the key after which the next round begins; undefined at the end. */
type Round = { readonly gone: readonly ObjectVersion[]; readonly listedTo: string | undefined };

async function vacuumRound(
  effects: VacuumEffects,
  prefix: string,
  options: VacuumOptions,
  after: string | undefined,
): Promise<Round> {
  const { tables, lake, clock } = effects;
  const cutoffMs = clock().getTime() - options.retentionMs;
  const before = await tables.latest(prefix);
  if (before === undefined) return { gone: [], listedTo: undefined };
  const retained = new Set(Array.from(before.files.keys(), (path) => objectKey(prefix, path)));
  const firstRetained = await firstVersionSince(lake, prefix, before.version, cutoffMs);
  for await (const entry of entriesBetween(tables, prefix, firstRetained - 1, before.version))
    for (const key of namedBy(prefix, entry)) retained.add(key);

  const isOldCheckpoint = oldCheckpoints((await readCheckpointHint(lake, prefix)) ?? 0);
  const { listed, listedTo } = await listSome(lake, prefix, after, options, ({ key, lastModifiedMs }) => {
    if (lastModifiedMs >= cutoffMs) return false;
    return isDataFile(prefix, key) ? !retained.has(key) : isOldCheckpoint(key);
  });
  if (!options.dryRun && listed.some(({ key }) => isDataFile(prefix, key))) {
    const fenced = await raiseFence(effects, prefix, options.retentionMs);
    for await (const entry of entriesBetween(tables, prefix, before.version, fenced.version))
      for (const key of namedBy(prefix, entry)) retained.add(key);
  }
  const gone = listed.filter(({ key }) => !retained.has(key));
  await sweep(lake, gone, options);
  return { gone, listedTo };
}

/** What of the table is wanted, until that is enough at once or time runs out: then `listedTo` says how far it came. */
async function listSome(
  lake: ObjectStore,
  prefix: string,
  after: string | undefined,
  { outOfTime }: VacuumOptions,
  isWanted: (object: ObjectVersion) => boolean,
): Promise<{ readonly listed: readonly ObjectVersion[]; readonly listedTo: string | undefined }> {
  const listed: ObjectVersion[] = [];
  let seen = 0;
  for await (const object of lake.list(`${prefix}/`, after)) {
    if (isWanted(object)) listed.push(object);
    seen += 1;
    const isLate = seen % LISTED_BETWEEN_LOOKS === 0 && outOfTime?.() === true;
    if (isLate || listed.length === LISTED_AT_ONCE) return { listed, listedTo: object.key };
  }
  return { listed, listedTo: undefined };
}

/** Deletes the objects, or tells of them alone where it is a dry run. */
export async function sweep(
  lake: ObjectStore,
  objects: readonly ObjectVersion[],
  { dryRun, found }: VacuumOptions,
): Promise<void> {
  for (let start = 0; start < objects.length; start += REMOVED_AT_ONCE) {
    const batch = objects.slice(start, start + REMOVED_AT_ONCE);
    found?.(batch);
    if (!dryRun) await lake.remove(batch.map(({ key }) => key));
  }
}

async function raiseFence(
  { tables, clock }: VacuumEffects,
  prefix: string,
  retentionMs: number,
): Promise<Snapshot> {
  const { snapshot } = await tables.commit(prefix, async (latest) => ({
    actions: [{ txn: { appId: FENCE, version: vacuumFence(latest) + 1, lastUpdated: clock().getTime() } }],
    operation: FENCE_OPERATION,
    parameters: { retentionMillis: String(retentionMs) },
  }));
  if (snapshot === undefined) throw new CorruptionError(`the log of ${prefix} vanished during a vacuum`);
  return snapshot;
}

/** The first version whose entry was written at `sinceMs` or later, by the store's clock; `newest` + 1 where none was. */
export async function firstVersionSince(
  lake: ObjectStore,
  prefix: string,
  newest: number,
  sinceMs: number,
): Promise<number> {
  let [low, high] = [0, newest + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const entry = await lake.head(entryKey(prefix, middle));
    if (entry === undefined) throw missingEntry(prefix, middle, middle);
    if (entry.lastModifiedMs >= sinceMs) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The entries after version `after` up to and with `upTo`, a part at a time. */
export async function* entriesBetween(
  tables: DeltaTables,
  prefix: string,
  after: number,
  upTo: number,
): AsyncIterable<Entry> {
  for (let from = after; from < upTo; from += ENTRIES_AT_ONCE) {
    const to = Math.min(upTo, from + ENTRIES_AT_ONCE);
    const entries = await tables.entries(prefix, from, to);
    if (entries === undefined) throw missingEntry(prefix, from + 1, to);
    yield* entries;
  }
}

function missingEntry(prefix: string, from: number, to: number): CorruptionError {
  const versions = from === to ? `version ${from}` : `versions ${from} to ${to}`;
  return new CorruptionError(
    `${prefix}: nothing of it is swept, because the log has no entry of ${versions} any more: bring it back from a backup or an older object version`,
  );
}

function namedBy(prefix: string, entry: Entry): string[] {
  return entry.actions.flatMap((action) => {
    if ('add' in action) return [objectKey(prefix, action.add.path)];
    return 'remove' in action ? [objectKey(prefix, action.remove.path)] : [];
  });
}

function isDataFile(prefix: string, key: string): boolean {
  return key.endsWith('.parquet') && !key.startsWith(logPrefix(prefix));
}

function oldCheckpoints(newest: number): (key: string) => boolean {
  return (key) => {
    const found = logVersion(key);
    return found?.kind === 'checkpoint' && found.version < newest && found.version % KEPT_CHECKPOINTS !== 0;
  };
}
