// Checks a table's log for people: which parts are missing, what other Delta readers would fail on and, if asked,
// whether every part is still what was written. Read-only.
import { isDeepStrictEqual } from 'node:util';
import { CorruptionError } from '../errors.ts';
import type { ObjectStore } from '../ports.ts';
import type { Remove } from './actions.ts';
import { isSoundCheckpoint, type LogEffects, readCheckpoint } from './checkpoint.ts';
import { type CheckpointHint, readHint } from './checkpoint-hint.ts';
import { throughCheckpoint } from './checkpoint-rows.ts';
import { logRemedy } from './entry.ts';
import { readEntries, replayed } from './log.ts';
import { checkpointKey, lastCheckpointKey, logPrefix, logVersion } from './log-keys.ts';
import type { Snapshot } from './snapshot.ts';

const MAINTAIN = '"npx sluice maintain" writes it again';
const SHORTCUT = `delete it, because it is only a shortcut; if it is the newest, ${MAINTAIN}`;
const ENTRIES_AT_ONCE = 100;

/** The versions that have an entry, and those that have a checkpoint, ascending. */
type Names = { readonly entries: readonly number[]; readonly checkpoints: readonly number[] };

/** Sentences on missing parts, from the names of the log's objects and `_last_checkpoint`; [] if nothing is missing. */
export async function missingParts(store: ObjectStore, prefix: string): Promise<string[]> {
  const { hint, names } = await readLog(store, prefix);
  const pointer = lastCheckpointKey(prefix);
  const problems = gaps(names).map(
    (gap) => `${gap} of the log of ${prefix} is missing: ${logRemedy(prefix)}`,
  );
  if (hint === 'broken') problems.push(`${pointer} cannot be read: ${MAINTAIN}`);
  else if (hint !== 'absent' && hint.isWhole && !names.checkpoints.includes(hint.version))
    problems.push(
      `${pointer} points to version ${hint.version}, which has no checkpoint; other Delta readers may fail to open the table: ${MAINTAIN}`,
    );
  return problems;
}

/** In addition to `missingParts`: sentences on entries and checkpoints that are not what was written. Reads the whole log. */
export async function damagedParts(effects: LogEffects, prefix: string): Promise<string[]> {
  const log = await readLog(effects.store, prefix);
  const problems = await alteredCheckpoints(effects, prefix, log);
  try {
    problems.push(...(await replayProblems(effects, prefix, log.names)));
  } catch (error) {
    if (!(error instanceof CorruptionError)) throw error;
    problems.push(error.message);
  }
  return problems;
}

type Log = { readonly hint: CheckpointHint | 'absent' | 'broken'; readonly names: Names };

/** A writer may be at work: a checkpoint is there before the pointer names it, so the pointer is read first. */
async function readLog(store: ObjectStore, prefix: string): Promise<Log> {
  const hint = await readHint(store, prefix);
  return { hint, names: await listNames(store, prefix) };
}

async function listNames(store: ObjectStore, prefix: string): Promise<Names> {
  const names = { entry: [] as number[], checkpoint: [] as number[] };
  for await (const { key } of store.list(logPrefix(prefix))) {
    const found = logVersion(key);
    if (found) names[found.kind].push(found.version);
  }
  return { entries: names.entry, checkpoints: names.checkpoint };
}

/** Missing versions up to the newest entry or checkpoint, as `version 3`, `versions 5 to 9`. */
function gaps({ entries, checkpoints }: Names): string[] {
  const found: string[] = [];
  const add = (from: number, to: number) => {
    if (from <= to) found.push(from === to ? `version ${from}` : `versions ${from} to ${to}`);
  };
  let next = 0;
  for (const version of entries) {
    add(next, version - 1);
    next = version + 1;
  }
  add(next, checkpoints.at(-1) ?? -1);
  return found;
}

/** Compares checkpoints with the hashes in the pointer. */
async function alteredCheckpoints(
  effects: LogEffects,
  prefix: string,
  { hint, names: { checkpoints } }: Log,
): Promise<string[]> {
  if (typeof hint === 'string' || !hint.isWhole) return [];
  const problems: string[] = [];
  const sealed = new Set([...hint.contents.keys(), hint.version]);
  for (const version of checkpoints.filter((one) => sealed.has(one)))
    if (!(await isSoundCheckpoint(effects, prefix, { ...hint, version })))
      problems.push(
        `${checkpointKey(prefix, version)} was altered after it was written: ${remedy(hint, version)}`,
      );
  return problems;
}

function remedy({ version: newest }: CheckpointHint, version: number): string {
  return version === newest ? MAINTAIN : SHORTCUT;
}

/** Replays the entries and compares each checkpoint with them. Throws CorruptionError if the entries do not follow each other. */
async function replayProblems(
  effects: LogEffects,
  prefix: string,
  { entries, checkpoints }: Names,
): Promise<string[]> {
  const problems: string[] = [];
  let snapshot: Snapshot | undefined;
  for (const [from, to] of stretches(entries, checkpoints)) {
    // After a gap the log can only continue from a checkpoint.
    if (from !== (snapshot?.version ?? -1) + 1) snapshot = await readCheckpoint(effects, prefix, from - 1);
    for (let after = from - 1; after < to; after += ENTRIES_AT_ONCE) {
      const read = await readEntries(effects.store, prefix, after, Math.min(to, after + ENTRIES_AT_ONCE));
      const present = read.filter((entry) => entry !== undefined);
      if (snapshot !== undefined || from === 0) snapshot = replayed(prefix, snapshot, present);
    }
    if (snapshot?.version === to && checkpoints.includes(to))
      problems.push(...(await checkpointProblems(effects, prefix, snapshot)));
  }
  return problems;
}

/** Runs of entries without a gap; each ends at the next checkpoint at the latest. */
function stretches(entries: readonly number[], checkpoints: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const version of entries) {
    const last = runs.at(-1);
    if (last && last[1] === version - 1 && !checkpoints.includes(last[1])) last[1] = version;
    else runs.push([version, version]);
  }
  return runs;
}

async function checkpointProblems(
  effects: LogEffects,
  prefix: string,
  expected: Snapshot,
): Promise<string[]> {
  const { version } = expected;
  const key = checkpointKey(prefix, version);
  const found = await readCheckpoint(effects, prefix, version);
  if (found === undefined) return [`${key} cannot be read: ${SHORTCUT}`];
  return isSameState(found, expected) ? [] : [`${key} does not match the log's entries: ${SHORTCUT}`];
}

/** A checkpoint may omit expired tombstones. */
function isSameState(checkpoint: Snapshot, replayed: Snapshot): boolean {
  const replay = throughCheckpoint(replayed);
  const isKnown = ([path, remove]: [string, Remove]) =>
    isDeepStrictEqual(remove, replay.tombstones.get(path));
  return (
    isDeepStrictEqual(checkpoint.files, replay.files) &&
    isDeepStrictEqual(checkpoint.txns, replay.txns) &&
    isDeepStrictEqual(checkpoint.metadata, replay.metadata) &&
    isDeepStrictEqual(checkpoint.protocol, replay.protocol) &&
    [...checkpoint.tombstones].every(isKnown)
  );
}
