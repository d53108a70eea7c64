// Deletes a table's data files that no version within the retention shows, and superseded checkpoints. Never deletes:
// - live files (newest snapshot) and retained files (removed by an entry within the retention; entries are never deleted).
// - what somebody else keeps (`uncommitted`): files of jobs that are under way, which are committed whatever the fence is.
// - files uploaded but not committed yet, however old: vacuum lists the files, then commits a fence, an entry that only raises
//   the transaction FENCE. A writer that uploaded before the fence loses the commit race, sees the raised fence and uploads
//   again (ingest-table.ts) or computes again (refresh.ts). Files uploaded after the fence are not in the list; files
//   committed before it are in the entries up to the fence, which are read before anything is deleted.
// A wrong clock only changes the retention. If a log entry is missing, nothing of the table is deleted.
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
  /** How long removed files stay readable, and how long uncommitted files are kept. */
  readonly retentionMs: number;
  /** True: deletes nothing and commits nothing. */
  readonly dryRun?: boolean;
  /** Called between two batches; the rest is left to the next run. */
  readonly outOfTime?: () => boolean;
  /** Keys of files that somebody may still commit, however old they are; asked for when there is something to delete. */
  readonly uncommitted?: () => Promise<ReadonlySet<string>>;
  /** Called with each batch before it is deleted, or would be. */
  readonly found?: (objects: readonly ObjectVersion[]) => void;
};

/** `finished`: false if time ran out. */
export type Swept = { readonly files: number; readonly bytes: number; readonly finished: boolean };

export const DEFAULT_RETENTION_MS = 7 * 24 * 3600 * 1000;
/** Longer than any function runs (15 minutes) and any read takes. */
export const MIN_RETENTION_MS = 3600 * 1000;

const FENCE = 'sluice:vacuum';
const FENCE_OPERATION = 'VACUUM START';
const LISTED_AT_ONCE = 10_000;
const REMOVED_AT_ONCE = 1000;
const ENTRIES_AT_ONCE = 100;
/** One page of an S3 listing. */
const LISTED_BETWEEN_LOOKS = 1000;
/** One old checkpoint is kept per this many versions, so that every version is near one. */
const KEPT_CHECKPOINTS = 1000;

/** Throws CliError. */
export function requireRetention(retentionMs: number): void {
  if (retentionMs >= MIN_RETENTION_MS) return;
  throw new CliError(
    `a retention of ${retentionMs / 1000} s is too short: it would delete files that are being read or written. Use at least one hour (0.042 days)`,
  );
}

/** Rises with each vacuum that deletes. A data file that was uploaded under another value must not be committed. */
export function vacuumFence(snapshot: Snapshot | undefined): number {
  return (snapshot && txnVersion(snapshot, FENCE)) ?? 0;
}

/** Vacuums among the entries spared all files that the store dates to this time or later. */
export function sweptBeforeMs(entries: readonly Entry[]): number {
  return entries
    .map(({ actions }) => commitInfoOf(actions))
    .map((info) => (info?.operation === FENCE_OPERATION ? sweptByMs(info) : Number.NEGATIVE_INFINITY))
    .reduce((latest, ms) => Math.max(latest, ms), Number.NEGATIVE_INFINITY);
}

/** At best the time of another program's vacuum is known: it may have deleted any uncommitted file. */
function sweptByMs(info: CommitInfo): number {
  const retentionMs = Number(info.operationParameters?.retentionMillis);
  const timeMs = commitTimeMs(info) ?? Number.POSITIVE_INFINITY;
  return info.engineInfo === ENGINE && Number.isFinite(retentionMs) ? timeMs - retentionMs : timeMs;
}

/** Safe at any time, together with writers, readers and other vacuums. Throws CorruptionError for a log with gaps. */
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

/** `listedTo`: the key after which the next round starts; undefined at the end. */
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
  // Asked before the fence: what is committed in between is in an entry up to it.
  const uncommitted = listed.length === 0 ? undefined : await options.uncommitted?.();
  if (!options.dryRun && listed.some(({ key }) => isDataFile(prefix, key))) {
    const fenced = await raiseFence(effects, prefix, options.retentionMs);
    for await (const entry of entriesBetween(tables, prefix, before.version, fenced.version))
      for (const key of namedBy(prefix, entry)) retained.add(key);
  }
  const gone = listed.filter(({ key }) => !retained.has(key) && !uncommitted?.has(key));
  await sweep(lake, gone, options);
  return { gone, listedTo };
}

/** Lists the table's deletable objects until a batch is full or time runs out; `listedTo` says how far it got. */
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

/** Deletes the objects; a dry run only reports them. */
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

/** The first version whose entry was written at `sinceMs` or later, by the store's clock; `newest` + 1 if there is none. */
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

/** The entries of versions `after + 1` to `upTo`, a batch at a time. */
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
    `${prefix}: nothing was deleted, because the log no longer has the entry of ${versions}: restore it from a backup or an older object version`,
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
