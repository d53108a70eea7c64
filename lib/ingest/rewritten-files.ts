// The actions of a commit that takes sources' rows out of data files which hold those of others, too: such a file is replaced by
// others with their rows, written before the commit. Files that are gone as a whole are only removed.
import type { Dataset } from '../core/contract.ts';
import type { Action, Add } from '../delta/actions.ts';
import type { Snapshot } from '../delta/snapshot.ts';
import { vacuumFence } from '../delta/vacuum.ts';
import type { Effects } from '../lake/effects.ts';
import { mergeShares } from '../lake/merge-shares.ts';
import { removalOf, type Share, sharesOf } from '../lake/shares.ts';
import type { Change, Removal } from './source-outcome.ts';

/** A live file and what stays of it: at least one share, and not all. `because`: the sources that the commit is for. */
export type Rewrite = {
  readonly file: Add;
  readonly stays: readonly Share[];
  readonly because: readonly string[];
};

/** `fence`: at the time of the upload; see vacuum.ts. */
type Rewritten = { readonly adds: readonly Add[]; readonly fence: number };

/**
 * The rest of a file falls into files of so many sources: the next change of one of them meets fewer others, and has fewer to name in
 * the log. `maintain` merges them again.
 */
const MOST_SOURCES = 100;

export class RewrittenFiles {
  readonly #effects: Effects;
  readonly #dataset: Dataset;
  /** By what was left out of which file. */
  readonly #known = new Map<string, Rewritten>();

  constructor(effects: Effects, dataset: Dataset) {
    this.#effects = effects;
    this.#dataset = dataset;
  }

  /** `rewrites`: those that are not made yet; then `actions` lacks them. */
  actions(
    changes: readonly Change[],
    snapshot: Snapshot,
  ): { readonly actions: readonly Action[]; readonly rewrites: readonly Rewrite[] } {
    const now = this.#effects.clock().getTime();
    const actions: Action[] = [];
    const rewrites: Rewrite[] = [];
    for (const [file, removals] of byFile(changes)) {
      const dataChange = removals.some((removal) => removal.dataChange);
      const leaving = removals.map(({ share }) => share);
      const { remove } = removalOf(file, leaving, now);
      actions.push({ remove: { ...remove, dataChange } });
      const gone = new Set(leaving);
      const stays = sharesOf(file).filter((share) => !gone.has(share));
      if (stays.length === 0) continue;
      const rewrite = { file, stays, because: removals.map(({ because }) => because) };
      const known = this.#known.get(idOf(rewrite));
      if (known === undefined || known.fence !== vacuumFence(snapshot)) rewrites.push(rewrite);
      else actions.push(...known.adds.map((add) => ({ add: { ...add, dataChange } })));
    }
    actions.push(...changes.flatMap(({ adds }) => adds.map((add) => ({ add }))));
    return { actions, rewrites };
  }

  /**
   * Makes them, one after the other, as each takes up to twice its file on the disk. `snapshot`: the table that they are planned for.
   * Returns, by source, why a commit cannot be made for it.
   */
  async add(rewrites: readonly Rewrite[], snapshot: Snapshot): Promise<ReadonlyMap<string, unknown>> {
    const fence = vacuumFence(snapshot);
    const failures = new Map<string, unknown>();
    for (const rewrite of rewrites) {
      try {
        const adds = await mergeShares(this.#effects, this.#dataset, pieces(rewrite.stays));
        this.#known.set(idOf(rewrite), { adds, fence });
      } catch (error) {
        for (const source of rewrite.because) failures.set(source, error);
      }
    }
    return failures;
  }
}

function pieces(shares: readonly Share[]): (readonly Share[])[] {
  const starts = Array.from({ length: Math.ceil(shares.length / MOST_SOURCES) }, (_, i) => i * MOST_SOURCES);
  return starts.map((start) => shares.slice(start, start + MOST_SOURCES));
}

type OwnedRemoval = Removal & { readonly because: string };

function byFile(changes: readonly Change[]): Map<Add, OwnedRemoval[]> {
  const files = new Map<Add, OwnedRemoval[]>();
  for (const { removals, outcome, because = outcome.source } of changes)
    for (const removal of removals) {
      const { file } = removal.share;
      const known = files.get(file);
      if (known) known.push({ ...removal, because });
      else files.set(file, [{ ...removal, because }]);
    }
  return files;
}

function idOf({ file, stays }: Rewrite): string {
  return JSON.stringify([file.path, stays.map(({ firstRow }) => firstRow)]);
}
