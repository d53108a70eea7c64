// The actions of a commit. It may take sources' rows out of data files which hold those of others, too: such a file is replaced by
// others with their rows, written before the commit. Files that are gone as a whole are only removed. A new file with rows that shall
// not come is replaced likewise.
import type { Dataset } from '../core/contract.ts';
import type { Action, Add } from '../delta/actions.ts';
import type { Snapshot } from '../delta/snapshot.ts';
import { vacuumFence } from '../delta/vacuum.ts';
import type { Effects } from '../lake/effects.ts';
import { mergeShares } from '../lake/merge-shares.ts';
import { removalOf, type Share, sharesOf, tagsOfMoved, tagsOfSeveral } from '../lake/shares.ts';
import type { Addition, Change, Removal } from './source-outcome.ts';

/**
 * A file and what stays of it: at least one share, and not all. `isNew`: it is not in the table. `because`: the sources that the
 * commit is for.
 */
export type Rewrite = {
  readonly file: Add;
  readonly isNew: boolean;
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
    const rewritten = (rewrite: Rewrite, dataChange: boolean) => {
      const known = this.#known.get(idOf(rewrite));
      if (known === undefined || known.fence !== vacuumFence(snapshot)) rewrites.push(rewrite);
      else actions.push(...known.adds.map((add) => ({ add: { ...add, dataChange } })));
    };
    for (const [file, removals] of byFile(changes, ({ removals }) => removals)) {
      const dataChange = removals.some((removal) => removal.dataChange);
      const leaving = removals.map(({ share }) => share);
      const { remove } = removalOf(file, leaving, now);
      actions.push({ remove: { ...remove, dataChange } });
      const gone = new Set(leaving);
      const stays = sharesOf(file).filter((share) => !gone.has(share));
      if (stays.length > 0)
        rewritten({ file, isNew: false, stays, because: sourcesOf(removals) }, dataChange);
    }
    for (const [file, additions] of byFile(changes, ({ additions }) => additions)) {
      const dataChange = additions.some((addition) => addition.dataChange);
      const come = new Set(additions.map(({ share }) => share));
      const stays = sharesOf(file).filter((share) => come.has(share));
      if (stays.length === sharesOf(file).length) actions.push({ add: { ...file, dataChange } });
      else rewritten({ file, isNew: true, stays, because: sourcesOf(additions) }, dataChange);
    }
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
        const [groups, tagsOf] = rewrite.isNew
          ? ([[rewrite.stays], tagsOfSeveral] as const)
          : ([pieces(rewrite.stays), tagsOfMoved] as const);
        const adds = await mergeShares(this.#effects, this.#dataset, groups, tagsOf);
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

type Owned = (Removal | Addition) & { readonly because: string };

function byFile(
  changes: readonly Change[],
  sharesIn: (change: Change) => readonly (Removal | Addition)[],
): Map<Add, Owned[]> {
  const files = new Map<Add, Owned[]>();
  for (const change of changes)
    for (const one of sharesIn(change)) {
      const owned = { ...one, because: change.because ?? change.outcome.source };
      const known = files.get(one.share.file);
      if (known) known.push(owned);
      else files.set(one.share.file, [owned]);
    }
  return files;
}

function sourcesOf(all: readonly Owned[]): string[] {
  return [...new Set(all.map(({ because }) => because))];
}

function idOf({ file, stays }: Rewrite): string {
  return JSON.stringify([file.path, stays.map(({ firstRow }) => firstRow)]);
}
