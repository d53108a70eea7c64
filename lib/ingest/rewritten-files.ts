// The actions of a commit. It may take sources' rows out of data files which hold those of others, too: such a file is replaced by
// others with their rows, written before the commit. Files that are gone as a whole are only removed. A new file with rows that shall
// not come is replaced likewise.
import type { Dataset } from '../core/contract.ts';
import type { Action, Add } from '../delta/actions.ts';
import type { Snapshot } from '../delta/snapshot.ts';
import { recordCount } from '../delta/stats.ts';
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

/** The rest of a file falls into files of about this size: the next change of one of its sources writes less. `maintain` merges them again. */
const PIECE_BYTES = 16 * 1024 * 1024;

export class RewrittenFiles {
  readonly #effects: Effects;
  readonly #dataset: Dataset;
  readonly #pieceBytes: number;
  /** By what was left out of which file. */
  readonly #known = new Map<string, Rewritten>();

  constructor(effects: Effects, dataset: Dataset, pieceBytes = PIECE_BYTES) {
    this.#effects = effects;
    this.#dataset = dataset;
    this.#pieceBytes = pieceBytes;
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
          : ([pieces(rewrite, this.#pieceBytes), tagsOfMoved] as const);
        const adds = await mergeShares(this.#effects, this.#dataset, groups, tagsOf);
        this.#known.set(idOf(rewrite), { adds, fence });
      } catch (error) {
        for (const source of rewrite.because) failures.set(source, error);
      }
    }
    return failures;
  }
}

/** What stays, in order, cut where the rows before make another `pieceBytes`. */
function pieces({ file, stays }: Rewrite, pieceBytes: number): (readonly Share[])[] {
  const rows = recordCount([file]);
  const found: Share[][] = [];
  let [before, next] = [0, 0];
  for (const share of stays) {
    if (before >= next) {
      found.push([]);
      next = before + (rows * pieceBytes) / file.size;
    }
    found.at(-1)?.push(share);
    before += recordCount([share]);
  }
  return found;
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
