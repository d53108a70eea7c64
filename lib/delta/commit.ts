// One attempt to add an entry to a log, and whether it succeeded, even if the answer was lost. tables.ts repeats it.
import { CorruptionError } from '../errors.ts';
import type { ObjectStore } from '../ports.ts';
import type { Action, CommitInfo } from './actions.ts';
import { withArrivals } from './arrival.ts';
import { ENGINE, sealedText } from './commit-id.ts';
import { readEntry, replayed } from './log.ts';
import { entryKey } from './log-keys.ts';
import type { Entry, Snapshot } from './snapshot.ts';

/** What a commit does; `operation`, `parameters` and `metrics` are for people who read the history. */
export type CommitPlan = {
  readonly actions: readonly Action[];
  readonly operation: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly metrics?: Readonly<Record<string, string>>;
};

/** There is nothing to commit. */
export type NoCommit = { readonly actions: undefined };

/** The commitInfo of our own attempt, before the digest is added. */
export type OwnCommitInfo = CommitInfo & { readonly txnId: string };

export function commitInfo(plan: CommitPlan, txnId: string, now: Date): OwnCommitInfo {
  return {
    timestamp: now.getTime(),
    operation: plan.operation,
    operationParameters: plan.parameters ?? {},
    ...(plan.metrics === undefined ? {} : { operationMetrics: plan.metrics }),
    engineInfo: ENGINE,
    txnId,
  };
}

/**
 * Creates the entry that follows `snapshot` and returns the snapshot after it. Returns undefined if another writer took that
 * version, or if the log was restored and no longer leads to `snapshot`: an entry after such a gap would be unreadable.
 * Throws CorruptionError, before writing, for actions that break the log; throws the store's error if the entry is absent
 * after a failed attempt.
 */
export async function createEntry(
  store: ObjectStore,
  prefix: string,
  snapshot: Snapshot | undefined,
  actions: readonly Action[],
  info: OwnCommitInfo,
): Promise<Snapshot | undefined> {
  const version = (snapshot?.version ?? -1) + 1;
  const arrived = withArrivals(actions, version);
  const sealed = sealedText(version, info, arrived, snapshot?.commitId);
  const entry: Entry = { version, actions: [{ commitInfo: sealed.info }, ...arrived], id: sealed.id };
  requireFreshNames(prefix, snapshot, actions);
  const next = replayed(prefix, snapshot, [entry]);
  if (snapshot && !(await leadsTo(store, prefix, snapshot))) return undefined;
  const bytes = new TextEncoder().encode(sealed.text);
  return (await createOrRecognise(store, prefix, version, bytes, info.txnId)) ? next : undefined;
}

async function leadsTo(
  store: ObjectStore,
  prefix: string,
  { version, commitId }: Snapshot,
): Promise<boolean> {
  return commitId === undefined || (await readEntry(store, prefix, version))?.id === commitId;
}

async function createOrRecognise(
  store: ObjectStore,
  prefix: string,
  version: number,
  bytes: Uint8Array,
  txnId: string,
): Promise<boolean> {
  let failure: unknown;
  try {
    if (await store.create(entryKey(prefix, version), bytes)) return true;
  } catch (error) {
    failure = error;
  }
  // If the answer was lost, or the store's client sent the request twice, the existing entry is our own.
  const present = await readEntry(store, prefix, version);
  if (present === undefined) {
    throw (
      failure ??
      new CorruptionError(
        `${entryKey(prefix, version)} exists and cannot be read: are log entries being deleted?`,
      )
    );
  }
  return present.actions.some((action) => 'commitInfo' in action && action.commitInfo.txnId === txnId);
}

// A data file's name is never reused: readers cache files by name, and vacuum may delete the file of a removed name.
function requireFreshNames(prefix: string, snapshot: Snapshot | undefined, actions: readonly Action[]): void {
  const broken = (path: string, problem: string) =>
    new CorruptionError(`${prefix}: the commit ${path} ${problem}`);
  for (const action of actions) {
    if ('add' in action) {
      const { path } = action.add;
      if (snapshot?.files.has(path)) throw broken(`adds ${path}`, 'which is live already');
      if (snapshot?.tombstones.has(path))
        throw broken(`adds ${path}`, 'which was removed before: names are never reused');
    } else if ('remove' in action && !snapshot?.files.has(action.remove.path)) {
      throw broken(`removes ${action.remove.path}`, 'which is not live');
    }
  }
}
