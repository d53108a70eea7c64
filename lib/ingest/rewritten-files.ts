// The actions of a commit that takes sources' rows out of data files which hold those of others, too: such a file is replaced by one
// with the others' rows, written before the commit. Files that are gone as a whole are only removed.
import type { Dataset } from '../core/contract.ts';
import type { Action, Add } from '../delta/actions.ts';
import { removeAction } from '../delta/partitions.ts';
import type { Snapshot } from '../delta/snapshot.ts';
import { vacuumFence } from '../delta/vacuum.ts';
import { inParallel } from '../in-parallel.ts';
import type { Effects } from '../lake/effects.ts';
import { mergeShares } from '../lake/merge-shares.ts';
import { type Share, sharesOf } from '../lake/shares.ts';
import { sourceOf } from '../lake/tags.ts';
import type { Change } from './source-outcome.ts';

/** A live file and what stays of it: at least one share, and not all. `sources`: whose rows leave it. */
export type Rewrite = {
  readonly file: Add;
  readonly stays: readonly Share[];
  readonly sources: readonly string[];
};

/** `fence`: at the time of the upload; see vacuum.ts. */
type Rewritten = { readonly add: Add; readonly fence: number };

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
      const { remove } = removeAction(file, now);
      actions.push({ remove: { ...remove, dataChange } });
      const gone = new Set(removals.map(({ share }) => share));
      const stays = sharesOf(file).filter((share) => !gone.has(share));
      if (stays.length === 0) continue;
      const sources = removals.flatMap(({ share }) => sourceOf(share) ?? []);
      const rewrite = { file, stays, sources };
      const known = this.#known.get(idOf(rewrite));
      if (known === undefined || known.fence !== vacuumFence(snapshot)) rewrites.push(rewrite);
      else actions.push({ add: { ...known.add, dataChange } });
    }
    actions.push(...changes.flatMap(({ adds }) => adds.map((add) => ({ add }))));
    return { actions, rewrites };
  }

  /** Makes them. `snapshot`: the table that they are planned for. Returns, by source, why its rows cannot leave their file. */
  async add(rewrites: readonly Rewrite[], snapshot: Snapshot): Promise<ReadonlyMap<string, unknown>> {
    const fence = vacuumFence(snapshot);
    const failures = new Map<string, unknown>();
    await inParallel(rewrites, async (rewrite) => {
      try {
        const add = await mergeShares(this.#effects, this.#dataset, rewrite.stays);
        this.#known.set(idOf(rewrite), { add, fence });
      } catch (error) {
        for (const source of rewrite.sources) failures.set(source, error);
      }
    });
    return failures;
  }
}

function byFile(changes: readonly Change[]): Map<Add, Change['removals'][number][]> {
  const files = new Map<Add, Change['removals'][number][]>();
  for (const removal of changes.flatMap(({ removals }) => removals)) {
    const { file } = removal.share;
    const known = files.get(file);
    if (known) known.push(removal);
    else files.set(file, [removal]);
  }
  return files;
}

function idOf({ file, stays }: Rewrite): string {
  return JSON.stringify([file.path, stays.map(({ firstRow }) => firstRow)]);
}
