// A table's state at a version, and how the next log entries change it: PROTOCOL.md, "Action Reconciliation". Pure.
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
