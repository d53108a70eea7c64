// Converts a snapshot to the rows of a checkpoint and back: one action per row, in the column of its name. Pure.
import type { Row, Value } from '../ports.ts';
import type { Action, Add, Metadata, Protocol, Remove, Txn } from './actions.ts';
import { requireProtocol, type Snapshot } from './snapshot.ts';

/** How long a checkpoint names a removed file: Delta's default, `delta.deletedFileRetentionDuration` of seven days. */
export const TOMBSTONE_RETENTION_MS = 7 * 24 * 60 * 60 * 1000;

/** The state that the log adds up to, without the tombstones that have expired at `nowMs`. */
export function checkpointActions(snapshot: Snapshot, nowMs: number): Action[] {
  const { protocol, metadata, txns, files, tombstones } = snapshot;
  const kept = [...tombstones.values()].filter(
    ({ deletionTimestamp }) => (deletionTimestamp ?? 0) >= nowMs - TOMBSTONE_RETENTION_MS,
  );
  return [
    { protocol },
    { metaData: metadata },
    ...Array.from(txns.values(), (txn) => ({ txn })),
    ...kept.map((remove) => ({ remove })),
    ...Array.from(files.values(), (add) => ({ add })),
  ];
}

/**
 * A row's action; undefined for kinds that we do not know (sidecars, domain metadata, …). Null members are omitted, as in the log.
 * `action`: the row as JSON.
 */
export function checkpointRow({ action }: Row): Action | undefined {
  const row = JSON.parse(String(action)) as Readonly<Record<string, Value>>;
  if (row.add) return { add: pick<Add>(row.add, ADD) };
  if (row.remove) return { remove: pick<Remove>(row.remove, REMOVE) };
  if (row.txn) return { txn: pick<Txn>(row.txn, TXN) };
  if (row.metaData) return { metaData: pick<Metadata>(row.metaData, METADATA) };
  return row.protocol ? { protocol: pick<Protocol>(row.protocol, PROTOCOL) } : undefined;
}

const ADD = ['path', 'partitionValues', 'size', 'modificationTime', 'dataChange', 'stats', 'tags'] as const;
const REMOVE = [
  'path',
  'deletionTimestamp',
  'dataChange',
  'extendedFileMetadata',
  'partitionValues',
  'size',
] as const;
const TXN = ['appId', 'version', 'lastUpdated'] as const;
const METADATA = [
  'id',
  'name',
  'description',
  'format',
  'schemaString',
  'partitionColumns',
  'configuration',
  'createdTime',
] as const;
const PROTOCOL = ['minReaderVersion', 'minWriterVersion'] as const;

/** A snapshot as read back from its checkpoint: without the parts that a checkpoint does not store. */
export function throughCheckpoint(snapshot: Snapshot): Snapshot {
  const known = <T>(map: ReadonlyMap<string, T>, names: readonly (keyof T & string)[]) =>
    new Map([...map].map(([name, action]) => [name, pick<T>(action as Value, names)]));
  return {
    ...snapshot,
    protocol: pick<Protocol>(snapshot.protocol, PROTOCOL),
    metadata: pick<Metadata>(snapshot.metadata, METADATA),
    files: known(snapshot.files, ADD),
    tombstones: known(snapshot.tombstones, REMOVE),
    txns: known(snapshot.txns, TXN),
  };
}

// The types are only claimed by the Parquet file's writer; the fields that matter (path, version) are checked where they are used.
function pick<T>(struct: Value, names: readonly (keyof T & string)[]): T {
  const source = struct as Readonly<Record<string, Value>>;
  const picked: Record<string, Value> = {};
  for (const name of names) {
    const value = source[name];
    if (value != null) picked[name] = value;
  }
  return picked as T;
}

/** Throws if the rows are not a checkpoint. The time is the latest of its files': a checkpoint does not store its commit's time. */
export async function snapshotOfRows(
  version: number,
  chunks: AsyncIterable<readonly Row[]>,
  read: (row: Row) => Action | undefined,
): Promise<Snapshot> {
  const files = new Map<string, Add>();
  const tombstones = new Map<string, Remove>();
  const txns = new Map<string, Txn>();
  let protocol: Protocol | undefined;
  let metadata: Metadata | undefined;
  let timestampMs = 0;
  for await (const chunk of chunks) {
    for (const action of chunk.map(read)) {
      if (action === undefined) continue;
      if ('add' in action) {
        files.set(action.add.path, action.add);
        timestampMs = Math.max(timestampMs, action.add.modificationTime);
      } else if ('remove' in action) {
        tombstones.set(action.remove.path, action.remove);
        timestampMs = Math.max(timestampMs, action.remove.deletionTimestamp ?? 0);
      } else if ('txn' in action) txns.set(action.txn.appId, action.txn);
      else if ('metaData' in action) metadata = action.metaData;
      else if ('protocol' in action) protocol = action.protocol;
    }
  }
  requireProtocol(version, protocol);
  if (protocol === undefined || metadata === undefined)
    throw new Error('a checkpoint without protocol or metaData');
  return {
    version,
    timestampMs,
    protocol,
    metadata,
    files,
    tombstones,
    txns,
    commitId: undefined,
    foreign: [],
  };
}
