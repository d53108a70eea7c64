// Checkpoints: a snapshot as one Parquet file, so that readers need not replay the whole log. PROTOCOL.md, "Checkpoints",
// "Checkpoint Schema" and "Last Checkpoint File Schema". Only a shortcut: a missing or broken checkpoint changes no result.
import { randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { contentHash } from '../content-hash.ts';
import { CorruptionError } from '../errors.ts';
import type { Clock, Log, ObjectStore, ScratchFolder, SqlEngine } from '../ports.ts';
import { fileLiteral, literal, readParquet } from '../sql/quoting.ts';
import type { Action } from './actions.ts';
import { type CheckpointHint, hintText, readHint, withContent } from './checkpoint-hint.ts';
import { checkpointActions, checkpointRow, snapshotOfRows } from './checkpoint-rows.ts';
import { checkpointKey, lastCheckpointKey } from './log-keys.ts';
import type { Snapshot } from './snapshot.ts';

/** The effects for reading and writing a table's log. */
export type LogEffects = {
  readonly store: ObjectStore;
  readonly sql: SqlEngine;
  readonly log: Log;
  readonly scratch: ScratchFolder;
  /** Called for each checkpoint that cannot be read. */
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
    const { version, files } = snapshot;
    const contents = withContent(await readHint(store, prefix), version, await contentHash(file));
    const { sizeBytes } = await store.upload(file, checkpointKey(prefix, version));
    const counts = { numOfAddFiles: files.size, size: actions.length, sizeInBytes: sizeBytes, version };
    await store.write(lastCheckpointKey(prefix), encode(hintText(counts, contents)));
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

/** False if it is absent, altered, or unreadable: then it must be written again. */
export async function isSoundCheckpoint(
  effects: LogEffects,
  prefix: string,
  { version, contents }: CheckpointHint,
): Promise<boolean> {
  const content = contents.get(version);
  if (content === undefined) return (await readCheckpoint(effects, prefix, version)) !== undefined;
  const file = await effects.store.download(checkpointKey(prefix, version));
  if (file === undefined) return false;
  try {
    return (await contentHash(file.path)) === content;
  } finally {
    await file.release();
  }
}

/**
 * Undefined if it is absent, unreadable, or not the `content` that was written; the reason is logged. Throws CorruptionError
 * for a protocol that we do not support.
 */
export async function readCheckpoint(
  effects: LogEffects,
  prefix: string,
  version: number,
  content?: string,
): Promise<Snapshot | undefined> {
  const key = checkpointKey(prefix, version);
  const file = await effects.store.download(key);
  if (file === undefined) return undefined;
  try {
    if (content !== undefined && (await contentHash(file.path)) !== content)
      throw new Error('its bytes are not those that were written');
    return await effects.sql.session(async (session) => {
      // As texts: taking a struct with its maps apart, value by value, costs four times as much.
      const select = `SELECT CAST(to_json(action) AS VARCHAR) AS action FROM ${readParquet(file.path)} AS action`;
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
