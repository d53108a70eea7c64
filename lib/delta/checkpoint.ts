// Checkpoints: a snapshot as one Parquet file, so that readers need not replay the whole log. PROTOCOL.md, "Checkpoints",
// "Checkpoint Schema" and "Last Checkpoint File Schema". A checkpoint is a shortcut: none, or a broken one, changes nothing.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
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
    const { sizeBytes } = await store.upload(file, checkpointKey(prefix, snapshot.version));
    await store.write(lastCheckpointKey(prefix), encode(hintText(snapshot, actions.length, sizeBytes)));
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

// PROTOCOL.md, "JSON checksum": names in byte order; numbers need no escaping.
function hintText(snapshot: Snapshot, size: number, sizeInBytes: number): string {
  const hint = { numOfAddFiles: snapshot.files.size, size, sizeInBytes, version: snapshot.version };
  const canonical = Object.entries(hint).map(([name, value]) => `"${name}"=${value}`);
  const checksum = createHash('md5').update(canonical.join(',')).digest('hex');
  return JSON.stringify({ ...hint, checksum });
}

/** The version that `_last_checkpoint` names; undefined where it is absent, unreadable, or of a kind that we do not read. */
export async function readCheckpointHint(store: ObjectStore, prefix: string): Promise<number | undefined> {
  const bytes = await store.read(lastCheckpointKey(prefix));
  if (bytes === undefined) return undefined;
  try {
    const hint = JSON.parse(new TextDecoder().decode(bytes)) as { version?: unknown; parts?: unknown } | null;
    return Number.isSafeInteger(hint?.version) && hint?.parts == null ? (hint?.version as number) : undefined;
  } catch {
    return undefined;
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
    return undefined;
  } finally {
    await file.release();
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
