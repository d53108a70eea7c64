// Reads a table's log: lists its entries and checkpoints, and loads a snapshot from them. commit.ts adds to the log.
import { CorruptionError } from '../errors.ts';
import { mapInParallel } from '../in-parallel.ts';
import type { ObjectStore } from '../ports.ts';
import { type LogEffects, readCheckpoint } from './checkpoint.ts';
import { readHint } from './checkpoint-hint.ts';
import { commitInfoOf, ENGINE } from './commit-id.ts';
import { logRemedy, parseEntry } from './entry.ts';
import { entryKey, logPrefix, logVersion } from './log-keys.ts';
import {
  commitTimeMs,
  type Entry,
  type ForeignCommit,
  foreignCommit,
  replay,
  type Snapshot,
} from './snapshot.ts';

/** Entries that are read at once, going back. */
const READS_AT_ONCE = 16;
/** Versions between two checkpoints of a large table, where each could be written. */
export const MOST_BETWEEN_CHECKPOINTS = 100;
const NEAR = 2 * MOST_BETWEEN_CHECKPOINTS;
/** How many commits of other programs are followed back from a checkpoint. */
const MAX_FOREIGN = 1000;

/** Undefined if there is no such entry. Throws CorruptionError if it is damaged. */
export async function readEntry(
  store: ObjectStore,
  prefix: string,
  version: number,
): Promise<Entry | undefined> {
  const bytes = await store.read(entryKey(prefix, version));
  return bytes && parseEntry(prefix, version, bytes);
}

/** The entries of versions `after + 1` to `upTo`, in order; undefined in place of a missing one. */
export async function readEntries(
  store: ObjectStore,
  prefix: string,
  after: number,
  upTo: number,
): Promise<(Entry | undefined)[]> {
  const versions = Array.from({ length: Math.max(0, upTo - after) }, (_, index) => after + 1 + index);
  return mapInParallel(versions, (version) => readEntry(store, prefix, version));
}

/**
 * The newest snapshot that follows a known one: tries the next versions until there is none. Undefined if the log no longer
 * contains the known one: it was restored, or the table was created again.
 */
export async function follow(
  store: ObjectStore,
  prefix: string,
  known: Snapshot,
): Promise<Snapshot | undefined> {
  if (known.commitId !== undefined) {
    const own = await readEntry(store, prefix, known.version);
    if (own?.id !== known.commitId) return undefined;
  }
  const entries: Entry[] = [];
  for (;;) {
    const entry = await readEntry(store, prefix, known.version + entries.length + 1);
    if (entry === undefined) break;
    entries.push(entry);
  }
  return entries.length === 0 ? known : replayed(prefix, known, entries);
}

/** The snapshot at `version`, or the newest if it is undefined; undefined if the log does not reach it. */
export async function load(
  effects: LogEffects,
  prefix: string,
  version?: number,
): Promise<Snapshot | undefined> {
  const hint = await readHint(effects.store, prefix);
  const contents = typeof hint === 'object' ? hint.contents : new Map<number, string>();
  const isUseful = version === undefined && typeof hint === 'object' && hint.isWhole;
  const base = isUseful
    ? await readCheckpoint(effects, prefix, hint.version, contents.get(hint.version))
    : undefined;
  if (base)
    return loadEntries(
      effects.store,
      prefix,
      base,
      (await listVersions(effects.store, prefix, base.version)).newest,
    );
  const tried = isUseful ? hint.version : undefined;
  const listed = (after: number) =>
    loadListed(effects, prefix, after, version, (candidate) =>
      candidate === tried
        ? Promise.resolve(undefined)
        : readCheckpoint(effects, prefix, candidate, contents.get(candidate)),
    );
  const near = version === undefined || version <= NEAR ? undefined : await listed(version - NEAR);
  return near ?? listed(-1);
}

/** Lists names after the version `after` alone; where that is not the beginning, it needs a checkpoint there. */
async function loadListed(
  effects: LogEffects,
  prefix: string,
  after: number,
  version: number | undefined,
  checkpointAt: (version: number) => Promise<Snapshot | undefined>,
): Promise<Snapshot | undefined> {
  const found = await listVersions(effects.store, prefix, after, version);
  if (found.newest < 0 || (version !== undefined && found.newest < version)) return undefined;
  // Newest first: if one cannot be read, an older one, or the log from its beginning, is used.
  for (const candidate of found.checkpoints.toReversed()) {
    const checkpoint = await checkpointAt(candidate);
    if (checkpoint) return loadEntries(effects.store, prefix, checkpoint, found.newest);
  }
  return after < 0 ? loadEntries(effects.store, prefix, undefined, found.newest) : undefined;
}

type Versions = { readonly newest: number; readonly checkpoints: readonly number[] };

/** The log's names after version `after`, up to `upTo`. `newest` is -1 if there are none. */
async function listVersions(
  store: ObjectStore,
  prefix: string,
  after: number,
  upTo = Number.MAX_SAFE_INTEGER,
): Promise<Versions> {
  const checkpoints: number[] = [];
  let newest = after;
  for await (const { key } of store.list(
    logPrefix(prefix),
    after < 0 ? undefined : entryKey(prefix, after),
  )) {
    const found = logVersion(key);
    if (found === undefined) continue;
    if (found.version > upTo) break;
    newest = Math.max(newest, found.version);
    if (found.kind === 'checkpoint') checkpoints.push(found.version);
  }
  return { newest, checkpoints };
}

async function loadEntries(
  store: ObjectStore,
  prefix: string,
  base: Snapshot | undefined,
  newest: number,
): Promise<Snapshot> {
  const after = base?.version ?? -1;
  const entries = await readEntries(store, prefix, after, newest);
  const missing = entries.indexOf(undefined);
  if (missing >= 0)
    throw new CorruptionError(
      `${entryKey(prefix, after + 1 + missing)} is missing, and no readable checkpoint replaces it: ${logRemedy(prefix)}`,
    );
  const present = entries.filter((entry) => entry !== undefined);
  return replayed(prefix, base && (await withCommit(store, prefix, base)), present);
}

/** A checkpoint stores neither its commit's time nor its writer; the entry of its version does, if it still exists. */
async function withCommit(store: ObjectStore, prefix: string, base: Snapshot): Promise<Snapshot> {
  const entry = await readEntry(store, prefix, base.version);
  if (entry === undefined) return base;
  return {
    ...base,
    timestampMs: commitTimeMs(commitInfoOf(entry.actions)) ?? base.timestampMs,
    commitId: entry.id,
    foreign: await foreignSuffix(store, prefix, entry),
  };
}

/** The commits of other programs since Sluice's last one, up to and including `newest`. */
async function foreignSuffix(store: ObjectStore, prefix: string, newest: Entry): Promise<ForeignCommit[]> {
  const found: ForeignCommit[] = [];
  for (let entries: (Entry | undefined)[] = [newest]; found.length < MAX_FOREIGN; ) {
    for (const entry of entries.toReversed()) {
      const info = entry && commitInfoOf(entry.actions);
      if (entry === undefined || info?.engineInfo === ENGINE) return found;
      found.unshift(...foreignCommit(entry.version, info, entry.actions));
    }
    const first = entries[0]?.version ?? 0;
    if (first === 0) return found;
    entries = await readEntries(store, prefix, Math.max(-1, first - 1 - READS_AT_ONCE), first - 1);
  }
  return found;
}

/** Like `replay`, with the table's name in the error. */
export function replayed(prefix: string, base: Snapshot | undefined, entries: readonly Entry[]): Snapshot {
  try {
    return replay(base, entries);
  } catch (error) {
    if (!(error instanceof CorruptionError)) throw error;
    throw new CorruptionError(`${prefix}: ${error.message}. To repair it: ${logRemedy(prefix)}`, {
      cause: error,
    });
  }
}
