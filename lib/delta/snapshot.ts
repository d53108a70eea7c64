// A table's state at a version, and its changes by the next log entries: PROTOCOL.md, "Action Reconciliation". Pure.
import { CorruptionError } from '../errors.ts';
import type { Action, Add, CommitInfo, Metadata, Protocol, Remove, Txn } from './actions.ts';
import { commitInfoOf, ENGINE, sealOf } from './commit-id.ts';
import { withoutLongTags } from './long-tags.ts';

export type Snapshot = {
  readonly version: number;
  /** commitInfo.timestamp of `version`, or the latest known file time if the entry has none; ms since 1970. */
  readonly timestampMs: number;
  readonly protocol: Protocol;
  readonly metadata: Metadata;
  /** Live files by path, without long tags: see long-tags.ts. */
  readonly files: ReadonlyMap<string, Add>;
  /** Removed files that a checkpoint must still name, by path. */
  readonly tombstones: ReadonlyMap<string, Remove>;
  /** By appId. */
  readonly txns: ReadonlyMap<string, Txn>;
  /** The id of the commit of `version` (commit-id.ts); undefined if its entry is missing. */
  readonly commitId: string | undefined;
  /** Commits of other programs since Sluice's last one, oldest first. */
  readonly foreign: readonly ForeignCommit[];
};

/** A commit of another program that changed files, schema or settings. */
export type ForeignCommit = {
  readonly version: number;
  readonly operation: string | undefined;
  readonly engine: string | undefined;
  /** Undefined if its commitInfo does not say. */
  readonly timestampMs: number | undefined;
  readonly adds: number;
  readonly removes: number;
};

/** The table's own settings: `metaData.configuration`. */
export function configuration(snapshot: Snapshot, name: string): string | undefined {
  return snapshot.metadata.configuration[name];
}

export function txnVersion(snapshot: Snapshot, appId: string): number | undefined {
  return snapshot.txns.get(appId)?.version;
}

/** `id`: of the commit (commit-id.ts); absent for an entry that was not read from a log. */
export type Entry = {
  readonly version: number;
  readonly actions: readonly Action[];
  readonly id?: string;
};

const READER_VERSION = 1;
const WRITER_VERSION = 2;

/**
 * The snapshot after `entries`, which must follow `base` without a gap (or begin at version 0). Linear in the number of actions.
 * Throws CorruptionError for a gap, a table without protocol or metaData, an unsupported protocol, an entry with two actions
 * for the same thing, and an entry whose parent is not the entry before it.
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
  private commitId: string | undefined;
  private foreign: ForeignCommit[];

  constructor(base: Snapshot | undefined) {
    this.version = base?.version ?? -1;
    this.timestampMs = base?.timestampMs ?? 0;
    this.protocol = base?.protocol;
    this.metadata = base?.metadata;
    this.files = new Map(base?.files);
    this.tombstones = new Map(base?.tombstones);
    this.txns = new Map(base?.txns);
    this.commitId = base?.commitId;
    this.foreign = [...(base?.foreign ?? [])];
  }

  apply({ version, actions, id }: Entry): void {
    if (version !== this.version + 1)
      throw new CorruptionError(
        `version ${this.version + 1} is missing from the log: version ${version} comes next`,
      );
    requireDistinct(version, actions);
    requireParent(version, sealOf(actions)?.parent, this.commitId);
    this.version = version;
    this.commitId = id;
    for (const action of actions) this.applyAction(action, version);
    const info = commitInfoOf(actions);
    this.timestampMs = commitTimeMs(info) ?? this.timestampMs;
    this.foreign =
      info?.engineInfo === ENGINE ? [] : [...this.foreign, ...foreignCommit(version, info, actions)];
    requireProtocol(version, this.protocol);
  }

  private applyAction(action: Action, version: number): void {
    if ('add' in action) {
      this.tombstones.delete(action.add.path);
      this.files.set(action.add.path, withoutLongTags(action.add, version));
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
    const { version, timestampMs, protocol, metadata, files, tombstones, txns, commitId, foreign } = this;
    if (protocol === undefined || metadata === undefined)
      throw new CorruptionError(
        `version ${version} of the log has no ${protocol ? 'metaData' : 'protocol'} yet: its first entry must set both`,
      );
    return { version, timestampMs, protocol, metadata, files, tombstones, txns, commitId, foreign };
  }
}

/** When the commit was made, ms since 1970; undefined if the entry does not say. */
export function commitTimeMs(info: CommitInfo | undefined): number | undefined {
  const ms = info?.timestamp;
  return typeof ms === 'number' && Math.abs(ms) <= MAX_TIME_MS ? ms : undefined;
}

/** Limit of JavaScript's Date: https://tc39.es/ecma262/#sec-time-values-and-time-range */
const MAX_TIME_MS = 8.64e15;

/** [] for an entry that only informs and changes nothing, such as another program's VACUUM. */
export function foreignCommit(
  version: number,
  info: CommitInfo | undefined,
  actions: readonly Action[],
): ForeignCommit[] {
  const adds = actions.filter((action) => 'add' in action).length;
  const removes = actions.filter((action) => 'remove' in action).length;
  if (adds + removes === 0 && !actions.some((action) => 'metaData' in action || 'protocol' in action))
    return [];
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const [operation, engine] = [text(info?.operation), text(info?.engineInfo)];
  return [{ version, operation, engine, timestampMs: commitTimeMs(info), adds, removes }];
}

function requireParent(version: number, parent: string | null | undefined, before: string | undefined): void {
  if (parent === undefined || parent === null || before === undefined || parent === before) return;
  throw new CorruptionError(
    `version ${version} of the log was written after a different version ${version - 1} than the one in the log: the log was assembled from two copies`,
  );
}

/** Without tags, as in a checkpoint (PROTOCOL.md, "Checkpoints"), so that both ways of loading give the same snapshot. */
export function tombstone({ tags: _, ...remove }: Remove): Remove {
  return remove;
}

/** Throws CorruptionError for a table that other programs upgraded to a protocol that we do not support. */
export function requireProtocol(version: number, protocol: Protocol | undefined): void {
  if (protocol === undefined) return;
  const { minReaderVersion: reader, minWriterVersion: writer } = protocol;
  if (reader > READER_VERSION || writer > WRITER_VERSION)
    throw new CorruptionError(
      `version ${version} of the log requires reader version ${reader} and writer version ${writer}; ` +
        `Sluice supports reader version ${READER_VERSION} and writer version ${WRITER_VERSION}: was the table upgraded by another program?`,
    );
}

// Readers may apply an entry's actions in any order, so two actions for the same thing are ambiguous.
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
