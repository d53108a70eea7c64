// A table's state at a version, and how the next log entries change it: PROTOCOL.md, "Action Reconciliation". Pure.
import { CorruptionError } from '../errors.ts';
import type { Action, Add, Metadata, Protocol, Remove, Txn } from './actions.ts';

export type Snapshot = {
  readonly version: number;
  /** commitInfo.timestamp of `version`, or its greatest known file time where the entry has none; ms since 1970. */
  readonly timestampMs: number;
  readonly protocol: Protocol;
  readonly metadata: Metadata;
  /** Live files by path. */
  readonly files: ReadonlyMap<string, Add>;
  /** Removed files that a checkpoint must still name, by path. */
  readonly tombstones: ReadonlyMap<string, Remove>;
  /** By appId. */
  readonly txns: ReadonlyMap<string, Txn>;
};

/** The table's own settings: `metaData.configuration`. */
export function configuration(snapshot: Snapshot, name: string): string | undefined {
  return snapshot.metadata.configuration[name];
}

export function txnVersion(snapshot: Snapshot, appId: string): number | undefined {
  return snapshot.txns.get(appId)?.version;
}

export type Entry = { readonly version: number; readonly actions: readonly Action[] };

const READER_VERSION = 1;
const WRITER_VERSION = 2;

/**
 * The snapshot after `entries`, which follow `base` without a gap (or begin at version 0). Linear in all their actions.
 * Throws CorruptionError on a gap, on a table without protocol or metaData, on a protocol that we neither read nor write, and
 * on an entry with two actions for the same thing.
 */
export function replay(base: Snapshot | undefined, entries: readonly Entry[]): Snapshot {
  const state = new Replay(base);
  for (const entry of entries) state.apply(entry);
  return state.snapshot();
}

class Replay {
  private version: number;
  private timestampMs: number;
  private protocol: Protocol | undefined;
  private metadata: Metadata | undefined;
  private readonly files: Map<string, Add>;
  private readonly tombstones: Map<string, Remove>;
  private readonly txns: Map<string, Txn>;

  constructor(base: Snapshot | undefined) {
    this.version = base?.version ?? -1;
    this.timestampMs = base?.timestampMs ?? 0;
    this.protocol = base?.protocol;
    this.metadata = base?.metadata;
    this.files = new Map(base?.files);
    this.tombstones = new Map(base?.tombstones);
    this.txns = new Map(base?.txns);
  }

  apply({ version, actions }: Entry): void {
    if (version !== this.version + 1)
      throw new CorruptionError(
        `version ${this.version + 1} is missing from the log: version ${version} comes next`,
      );
    this.version = version;
    requireDistinct(version, actions);
    const info = actions.find((action) => 'commitInfo' in action);
    for (const action of actions) this.applyAction(action);
    if (info) this.timestampMs = info.commitInfo.timestamp;
    requireProtocol(version, this.protocol);
  }

  private applyAction(action: Action): void {
    if ('add' in action) {
      this.tombstones.delete(action.add.path);
      this.files.set(action.add.path, action.add);
      this.see(action.add.modificationTime);
    } else if ('remove' in action) {
      this.files.delete(action.remove.path);
      this.tombstones.set(action.remove.path, tombstone(action.remove));
      this.see(action.remove.deletionTimestamp);
    } else if ('metaData' in action) this.metadata = action.metaData;
    else if ('protocol' in action) this.protocol = action.protocol;
    else if ('txn' in action) this.txns.set(action.txn.appId, action.txn);
  }

  private see(timestampMs: number | undefined): void {
    this.timestampMs = Math.max(this.timestampMs, timestampMs ?? 0);
  }

  snapshot(): Snapshot {
    const { version, timestampMs, protocol, metadata, files, tombstones, txns } = this;
    if (protocol === undefined || metadata === undefined)
      throw new CorruptionError(
        `version ${version} of the log has no ${protocol ? 'metaData' : 'protocol'} yet: its first entry must set both`,
      );
    return { version, timestampMs, protocol, metadata, files, tombstones, txns };
  }
}

/** A removal as a checkpoint keeps it: PROTOCOL.md, "Checkpoints", has no tags there. So a snapshot is the same either way. */
export function tombstone({ tags: _, ...remove }: Remove): Remove {
  return remove;
}

/** Throws CorruptionError on a table that other programs have raised beyond what we understand. */
export function requireProtocol(version: number, protocol: Protocol | undefined): void {
  if (protocol === undefined) return;
  const { minReaderVersion: reader, minWriterVersion: writer } = protocol;
  if (reader > READER_VERSION || writer > WRITER_VERSION)
    throw new CorruptionError(
      `version ${version} of the log asks for reader version ${reader} and writer version ${writer}; ` +
        `Sluice knows reader version ${READER_VERSION} and writer version ${WRITER_VERSION}: was the table upgraded by another program?`,
    );
}

// Readers may apply an entry's actions in any order, so two of them for one thing have no meaning.
function requireDistinct(version: number, actions: readonly Action[]): void {
  const seen = new Set<string>();
  for (const action of actions) {
    const subject = subjectOf(action);
    if (subject === undefined) continue;
    if (seen.has(subject))
      throw new CorruptionError(`version ${version} of the log has two actions for ${subject}`);
    seen.add(subject);
  }
}

function subjectOf(action: Action): string | undefined {
  if ('add' in action) return `the file ${action.add.path}`;
  if ('remove' in action) return `the file ${action.remove.path}`;
  if ('txn' in action) return `the transaction ${action.txn.appId}`;
  if ('metaData' in action) return 'metaData';
  return 'protocol' in action ? 'protocol' : undefined;
}
