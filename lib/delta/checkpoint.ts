// Checkpoints: a snapshot as one Parquet file, so that readers need not replay the whole log. PROTOCOL.md, "Checkpoints",
// "Checkpoint Schema" and "Last Checkpoint File Schema". A checkpoint is a shortcut: none, or a broken one, changes nothing.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { contentHash } from '../content-hash.ts';
import { fileLiteral, literal, readParquet } from '../core/sql-text.ts';
import { CorruptionError } from '../errors.ts';
import type { Clock, Log, ObjectStore, ScratchFolder, SqlEngine } from '../ports.ts';
import type { Action } from './actions.ts';
import { checkpointActions, checkpointRow, snapshotOfRows } from './checkpoint-rows.ts';
import { checkpointKey, lastCheckpointKey } from './log-keys.ts';
import type { Snapshot } from './snapshot.ts';

/** What reading and writing a table's log needs of the world. */
export type LogEffects = {
  readonly store: ObjectStore;
  readonly sql: SqlEngine;
  readonly log: Log;
  readonly scratch: ScratchFolder;
  /** Told of each checkpoint that cannot be read. */
  readonly damaged?: (key: string) => void;
};

const MAP = 'MAP(VARCHAR, VARCHAR)';
const COLUMNS: Readonly<Record<string, string>> = {
  txn: 'STRUCT(appId VARCHAR, version BIGINT, lastUpdated BIGINT)',
  add: `STRUCT(path VARCHAR, partitionValues ${MAP}, size BIGINT, modificationTime BIGINT, dataChange BOOLEAN, stats VARCHAR, tags ${MAP})`,
  remove: `STRUCT(path VARCHAR, deletionTimestamp BIGINT, dataChange BOOLEAN, extendedFileMetadata BOOLEAN, partitionValues ${MAP}, size BIGINT)`,
  metaData: `STRUCT(id VARCHAR, "name" VARCHAR, description VARCHAR, format STRUCT(provider VARCHAR, options ${MAP}), schemaString VARCHAR, partitionColumns VARCHAR[], configuration ${MAP}, createdTime BIGINT)`,
  protocol: 'STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER)',
};
const MIN_LINE_BYTES = 16 * 1024 * 1024;

/** Writes the checkpoint of `snapshot` and points `_last_checkpoint` at it. */
export async function writeCheckpoint(
  effects: LogEffects & { readonly clock: Clock },
  prefix: string,
  snapshot: Snapshot,
): Promise<void> {
  const { store, sql, scratch } = effects;
  const actions = checkpointActions(snapshot, effects.clock().getTime());
  await mkdir(scratch, { recursive: true });
  const rows = join(scratch, `checkpoint-${randomUUID()}.ndjson`);
  const file = join(scratch, `checkpoint-${randomUUID()}.parquet`);
  try {
    const longest = await writeLines(rows, actions);
    const columns = Object.entries(COLUMNS).map(([name, type]) => `${literal(name)}: ${literal(type)}`);
    const options = `format = 'newline_delimited', hive_partitioning = false, maximum_object_size = ${Math.max(MIN_LINE_BYTES, longest + 1024)}`;
    const read = `read_json(${fileLiteral(rows)}, columns = {${columns.join(', ')}}, ${options})`;
    await sql.session((session) => session.run(`COPY (FROM ${read}) TO ${literal(file)} (FORMAT parquet)`));
    const content = await contentHash(file);
    const { sizeBytes } = await store.upload(file, checkpointKey(prefix, snapshot.version));
    const hint = { ...counts(snapshot, actions), sizeInBytes: sizeBytes, version: snapshot.version };
    await store.write(lastCheckpointKey(prefix), encode(hintText(hint, content)));
  } finally {
    await rm(rows, { force: true });
    await rm(file, { force: true });
  }
}

/** The length in bytes of the longest line. */
async function writeLines(path: string, actions: readonly Action[]): Promise<number> {
  const file = await open(path, 'w');
  let longest = 0;
  try {
    for (let start = 0; start < actions.length; start += 1000) {
      const lines = actions.slice(start, start + 1000).map((action) => `${JSON.stringify(action)}\n`);
      for (const line of lines) longest = Math.max(longest, Buffer.byteLength(line));
      await file.writeFile(lines.join(''));
    }
  } finally {
    await file.close();
  }
  return longest;
}

type Counts = { readonly numOfAddFiles: number; readonly size: number };

function counts({ files }: Snapshot, actions: readonly Action[]): Counts {
  return { numOfAddFiles: files.size, size: actions.length };
}

/** Of the checkpoint's bytes, among the hint's tags. */
const CONTENT_TAG = 'sluice.content';

function hintText(
  hint: Counts & { readonly sizeInBytes: number; readonly version: number },
  content: string,
) {
  const full = { ...hint, tags: { [CONTENT_TAG]: content } };
  return JSON.stringify({ ...full, checksum: checksum(full) });
}

/** PROTOCOL.md, "JSON checksum": in the order of the paths; nothing of ours needs to be encoded. */
function checksum(hint: object): string {
  const pairs = (path: string, value: unknown): string[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, part]) =>
          pairs(`${path === '' ? '' : `${path}+`}"${name}"`, part),
        )
      : [`${path}=${JSON.stringify(value)}`];
  return createHash('md5').update(pairs('', hint).sort().join(',')).digest('hex');
}

/** `content`: the hash of the checkpoint's bytes, where its writer said it. `isWhole`: false for kinds that we do not read. */
export type CheckpointHint = {
  readonly version: number;
  readonly content: string | undefined;
  readonly isWhole: boolean;
};

/** What `_last_checkpoint` says; `broken` where it says nothing that a reader can use. */
export async function readHint(
  store: ObjectStore,
  prefix: string,
): Promise<CheckpointHint | 'absent' | 'broken'> {
  const bytes = await store.read(lastCheckpointKey(prefix));
  if (bytes === undefined) return 'absent';
  try {
    const hint = JSON.parse(new TextDecoder().decode(bytes)) as RawHint | null;
    if (!Number.isSafeInteger(hint?.version)) return 'broken';
    const content = hint?.tags?.[CONTENT_TAG];
    const { checksum: stated, ...others } = hint ?? {};
    // Of another writer's hint we do not know how it spells what it sums up.
    if (content !== undefined && stated !== checksum(others)) return 'broken';
    return {
      version: hint?.version as number,
      content: typeof content === 'string' ? content : undefined,
      isWhole: hint?.parts == null && hint?.v2Checkpoint == null,
    };
  } catch {
    return 'broken';
  }
}

type RawHint = {
  readonly checksum?: unknown;
  readonly version?: unknown;
  readonly parts?: unknown;
  readonly v2Checkpoint?: unknown;
  readonly tags?: Readonly<Record<string, unknown>> | null;
};

/** The version that `_last_checkpoint` names; undefined where it is absent, unreadable, or of a kind that we do not read. */
export async function readCheckpointHint(store: ObjectStore, prefix: string): Promise<number | undefined> {
  const hint = await readHint(store, prefix);
  return typeof hint === 'object' && hint.isWhole ? hint.version : undefined;
}

/** False where it is absent, or is not what was written, or cannot be read: then it wants to be written again. */
export async function isSoundCheckpoint(
  effects: LogEffects,
  prefix: string,
  { version, content }: CheckpointHint,
): Promise<boolean> {
  if (content === undefined) return (await readCheckpoint(effects, prefix, version)) !== undefined;
  const file = await effects.store.download(checkpointKey(prefix, version));
  if (file === undefined) return false;
  try {
    return (await contentHash(file.path)) === content;
  } finally {
    await file.release();
  }
}

/** Undefined where it is absent or cannot be read; why, is logged. Throws CorruptionError on a protocol beyond ours. */
export async function readCheckpoint(
  effects: LogEffects,
  prefix: string,
  version: number,
): Promise<Snapshot | undefined> {
  const key = checkpointKey(prefix, version);
  const file = await effects.store.download(key);
  if (file === undefined) return undefined;
  try {
    return await effects.sql.session(async (session) => {
      const select = `SELECT * FROM ${readParquet(file.path)}`;
      return snapshotOfRows(version, session.stream(select), checkpointRow);
    });
  } catch (error) {
    if (error instanceof CorruptionError) throw error;
    effects.log('warn', 'checkpoint.unreadable', { key, error: String(error) });
    effects.damaged?.(key);
    return undefined;
  } finally {
    await file.release();
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
