// The Delta tables of one store: present and past snapshots, and the commit loop. One instance per process caches what it
// has read, so that a warm process reads only new entries.
import { CliError, TryAgainError } from '../errors.ts';
import type { Clock, NewId, Pause } from '../ports.ts';
import { isSoundCheckpoint, type LogEffects, writeCheckpoint } from './checkpoint.ts';
import { readHint } from './checkpoint-hint.ts';
import { type CommitPlan, commitInfo, createEntry, type NoCommit } from './commit.ts';
import { follow, load, MOST_BETWEEN_CHECKPOINTS, readEntries } from './log.ts';
import { damagedParts, missingParts } from './log-health.ts';
import type { Entry, Snapshot } from './snapshot.ts';

export type DeltaEffects = LogEffects & {
  readonly clock: Clock;
  readonly newId: NewId;
  /** The wait before the next attempt, so that writers that lost a race do not collide again. Default: no wait. */
  readonly pause?: Pause;
};

type AnyPlan = CommitPlan | NoCommit | undefined;

/**
 * `committed`: an entry was created; `snapshot` is the state after it. `planned`: the return value of the last plan.
 * `conflicts`: the number of attempts lost to other writers.
 */
export type CommitResult<Plan = AnyPlan> = { readonly conflicts: number } & (Plan extends CommitPlan
  ? { readonly committed: true; readonly snapshot: Snapshot; readonly planned: Plan }
  : { readonly committed: false; readonly snapshot: Snapshot | undefined; readonly planned: Plan });

const MAX_ATTEMPTS = 100;
const CHECKPOINT_INTERVALS = { least: 10, most: MOST_BETWEEN_CHECKPOINTS, files: 50 };

/** A table is named by its prefix in the store: `tables/billing`. */
export class DeltaTables {
  private readonly effects: DeltaEffects;
  private readonly known = new Map<string, Snapshot>();
  /** Keys of checkpoints that could not be read. */
  private readonly damaged = new Set<string>();

  constructor(effects: DeltaEffects) {
    this.effects = { ...effects, damaged: (key) => void this.damaged.add(key) };
  }

  /** The newest snapshot; undefined if there is no table. Throws CorruptionError for an unreadable log. */
  async latest(prefix: string): Promise<Snapshot | undefined> {
    const known = this.known.get(prefix);
    const followed = known && (await follow(this.effects.store, prefix, known));
    if (followed) return this.keep(prefix, followed);
    if (known && this.known.get(prefix) === known) this.known.delete(prefix);
    const snapshot = await load(this.effects, prefix);
    return snapshot && this.keep(prefix, snapshot);
  }

  /** The newest snapshot that this process has read or written; asks nothing. */
  seen(prefix: string): Snapshot | undefined {
    return this.known.get(prefix);
  }

  /** The same tables, each as it is when it is first asked for: for one look at all of them. */
  still(): DeltaTables {
    return new StillTables(this, this.effects);
  }

  /** The snapshot at `version`. Throws CliError if the table has no such version. */
  async at(prefix: string, version: number): Promise<Snapshot> {
    const snapshot = await load(this.effects, prefix, version);
    if (snapshot?.version === version) return snapshot;
    const newest = (await this.latest(prefix))?.version;
    throw new CliError(
      `${prefix} has no version ${version}: ${newest === undefined ? 'there is no such table' : `its newest is ${newest}`}.`,
    );
  }

  /** The entries of versions `after + 1` to `upTo`, in order; undefined if one of them is missing. */
  async entries(prefix: string, after: number, upTo: number): Promise<Entry[] | undefined> {
    const entries = await readEntries(this.effects.store, prefix, after, upTo);
    const present = entries.filter((entry) => entry !== undefined);
    return present.length === entries.length ? present : undefined;
  }

  /**
   * Commits what `plan` returns for the newest snapshot, and plans again whenever another writer was faster. A plan without
   * actions commits nothing. When this returns, every reader sees the commit exactly once, even if answers were lost.
   * Throws TryAgainError after 100 conflicts, CorruptionError for actions that would break the log.
   */
  commit<Plan extends AnyPlan>(
    prefix: string,
    plan: (snapshot: Snapshot | undefined) => Promise<Plan>,
  ): Promise<CommitResult<Plan>>;
  async commit(
    prefix: string,
    plan: (snapshot: Snapshot | undefined) => Promise<AnyPlan>,
  ): Promise<CommitResult> {
    const { store, clock, newId } = this.effects;
    for (let conflicts = 0; conflicts < MAX_ATTEMPTS; conflicts += 1) {
      if (conflicts > 0) await this.rest(conflicts);
      const snapshot = await this.latest(prefix);
      const planned = await plan(snapshot);
      if (planned?.actions === undefined) return { snapshot, committed: false, conflicts, planned };
      const info = commitInfo(planned, newId(), clock());
      const next = await createEntry(store, prefix, snapshot, planned.actions, info);
      if (next === undefined) continue;
      this.keep(prefix, next);
      if (next.version > 0 && next.version % checkpointInterval(next) === 0)
        await this.checkpoint(prefix, next);
      return { snapshot: next, committed: true, conflicts, planned };
    }
    throw new TryAgainError(`${prefix}: all ${MAX_ATTEMPTS} attempts to commit lost to other writers`);
  }

  /** The wait before the next attempt of a writer that has lost `conflicts` races. */
  async rest(conflicts: number): Promise<void> {
    await this.effects.pause?.(conflicts);
  }

  /** Writes a checkpoint of the newest version unless a readable one exists; returns that version, or undefined. */
  async checkpointNewest(prefix: string): Promise<number | undefined> {
    const { store } = this.effects;
    const newest = await this.latest(prefix);
    if (newest === undefined) return undefined;
    const hint = await readHint(store, prefix);
    const isCurrent = typeof hint === 'object' && hint.isWhole && hint.version >= newest.version;
    if (isCurrent && (await isSoundCheckpoint(this.effects, prefix, hint))) return undefined;
    await writeCheckpoint(this.effects, prefix, newest);
    return newest.version;
  }

  /**
   * Sentences on what is wrong with a table's log; [] if nothing is. `whole`: reads every entry and checkpoint and compares
   * them; otherwise checks only the names of the log's objects, and reports problems found while loading.
   */
  async problems(prefix: string, { whole = false } = {}): Promise<string[]> {
    const missing = await missingParts(this.effects.store, prefix);
    if (whole) return [...missing, ...(await damagedParts(this.effects, prefix))];
    const unread = [...this.damaged].filter((key) => key.startsWith(`${prefix}/`));
    return [
      ...missing,
      ...unread.map((key) => `${key} cannot be read: "npx sluice maintain" writes it again`),
    ];
  }

  // The commit is valid even if its checkpoint fails.
  private async checkpoint(prefix: string, snapshot: Snapshot): Promise<void> {
    try {
      await writeCheckpoint(this.effects, prefix, snapshot);
    } catch (error) {
      this.effects.log('warn', 'checkpoint.failed', {
        table: prefix,
        version: snapshot.version,
        error: String(error),
      });
    }
  }

  /** With several concurrent readers, the slowest must not restore an older snapshot. */
  private keep(prefix: string, snapshot: Snapshot): Snapshot {
    const known = this.known.get(prefix);
    if (known && known.version > snapshot.version) return known;
    this.known.set(prefix, snapshot);
    return snapshot;
  }
}

class StillTables extends DeltaTables {
  readonly #tables: DeltaTables;
  readonly #seen = new Map<string, Promise<Snapshot | undefined>>();

  constructor(tables: DeltaTables, effects: DeltaEffects) {
    super(effects);
    this.#tables = tables;
  }

  override latest(prefix: string): Promise<Snapshot | undefined> {
    const seen = this.#seen.get(prefix) ?? this.#tables.latest(prefix);
    this.#seen.set(prefix, seen);
    return seen;
  }

  /** What could not be read is known where it was read. */
  override problems(prefix: string, options?: { readonly whole?: boolean }): Promise<string[]> {
    return this.#tables.problems(prefix, options);
  }
}

/** Commits between two checkpoints, in tens. Grows with the table, so that the checkpoint cost per commit does not. */
function checkpointInterval({ files }: Snapshot): number {
  const { least, most, files: perCommit } = CHECKPOINT_INTERVALS;
  return Math.min(most, Math.max(least, 10 * Math.floor(files.size / perCommit / 10)));
}
