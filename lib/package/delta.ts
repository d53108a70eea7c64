// What programs import as `sluice/delta`: a Delta table's log in a folder or in S3, read and committed to with conditional writes.
// Data files are the caller's: the log names them, and knows nothing of what is in them.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backoff } from '../adapters/backoff.ts';
import { openDuckDb } from '../adapters/duckdb.ts';
import { isS3Location } from '../adapters/s3-location.ts';
import type { CommitPlan } from '../delta/commit.ts';
import type { Entry, Snapshot } from '../delta/snapshot.ts';
import { type CommitResult, DeltaTables } from '../delta/tables.ts';
import { UsageError } from '../errors.ts';
import { openStore } from '../local/open-store.ts';

export type { Action, Add, CommitInfo, Metadata, Protocol, Remove, Txn } from '../delta/actions.ts';
export type { CommitPlan } from '../delta/commit.ts';
export type { Entry, Snapshot } from '../delta/snapshot.ts';
export type { CommitResult } from '../delta/tables.ts';
export { CorruptionError, TryAgainError } from '../errors.ts';

/**
 * The log of one Delta table. Reader version 1 and writer version 2 of the protocol: a table that asks for more is refused with
 * CorruptionError (https://github.com/delta-io/delta/blob/master/PROTOCOL.md).
 */
export type DeltaLog = {
  /** The newest snapshot: protocol, metadata, live files by path; undefined if there is no table. Later calls read new entries only. */
  latest(): Promise<Snapshot | undefined>;
  /** The snapshot at a version. Throws CliError if there is none. */
  at(version: number): Promise<Snapshot>;
  /** The entries of versions `from` to `to`; undefined if one of them is missing (cleaned up). */
  entries(from: number, to: number): Promise<Entry[] | undefined>;
  /**
   * Commits what `plan` returns for the newest snapshot, and plans again whenever another writer was faster. The data files that it
   * adds must be there before. Throws TryAgainError after 100 conflicts.
   */
  commit(plan: (snapshot: Snapshot | undefined) => Promise<CommitPlan>): Promise<CommitResult<CommitPlan>>;
  close(): Promise<void>;
};

/** `location`: the table's folder, or s3://bucket/prefix, with `_delta_log` in it (or where it is to be made). Throws UsageError. */
export async function openDeltaLog(location: string): Promise<DeltaLog> {
  const [, parent = '', name = ''] = /^(.*)[\\/]([^\\/]+)[\\/]*$/.exec(location) ?? [];
  if (name === '' || parent === '' || (isS3Location(location) && !isS3Location(`${parent}/`)))
    throw new UsageError(
      `${JSON.stringify(location)}: write the table's folder with the one above it, such as ./lake/orders or s3://bucket/lake/orders`,
    );
  const scratch = await mkdtemp(join(tmpdir(), 'sluice-delta-'));
  // Checkpoints are Parquet.
  const sql = openDuckDb({ tempDirectory: join(scratch, 'spill') });
  const tables = new DeltaTables({
    store: await openStore(parent, scratch),
    sql,
    scratch,
    clock: () => new Date(),
    newId: randomUUID,
    log: () => {},
    pause: backoff,
  });
  return {
    latest: () => tables.latest(name),
    at: (version) => tables.at(name, version),
    entries: (from, to) => tables.entries(name, from - 1, to),
    commit: (plan) => tables.commit(name, plan),
    async close() {
      sql.close();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}
