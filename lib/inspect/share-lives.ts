// Which rows each source has in the data files of a log, and since which version: in whichever files they were meanwhile. Of all of a
// log also until when; of the files at the beginning of a part their tags say since when (`tell`). Pure.
import type { Action, Add } from '../delta/actions.ts';
import { arrivalVersion, isMoved } from '../delta/arrival.ts';
import { type Share, shareChanges, sharesOf } from '../lake/shares.ts';
import { sourceOf } from '../lake/tags.ts';

/** Of a data file: live from the version `from` up to, and without, `until`. A path that is added again, as by a RESTORE, has several. */
export type Lifespan = { add: Add; readonly from: number; until: number };

/** Of a source's rows as they first came. Live from the version `from` up to, and without, `until`. */
export type ShareLifespan = { readonly share: Share; readonly from: number; readonly until: number };

/** A source's rows as they first came, and the version that brought them. */
export type Arrival = { readonly share: Share; readonly version: number };

class LivingShare implements ShareLifespan {
  readonly share: Share;
  readonly from: number;
  #newest: Lifespan;

  constructor({ share, version }: Arrival, file: Lifespan) {
    this.share = share;
    this.from = version;
    this.#newest = file;
  }

  /** The rows are, or were, in this file, too. */
  moved(file: Lifespan): void {
    if (file.from >= this.#newest.from) this.#newest = file;
  }

  get until(): number {
    return this.#newest.until;
  }
}

export class ShareLives {
  /** Of rows that came from another file. */
  readonly #arrivals = new WeakMap<Share, Arrival>();
  readonly #living = new WeakMap<Share, LivingShare>();
  #bySource: Map<string, LivingShare[]> | undefined;
  #hasMoves = false;

  /** Before the entry's files are taken in. `fileAt`: the newest one of a path. */
  noteMoves(actions: readonly Action[], fileAt: (path: string) => Lifespan | undefined): void {
    const added = actions.flatMap((action) => ('add' in action ? [action.add] : []));
    // Few entries move rows: only then is more asked of their files.
    if (!added.some(isMoved)) return;
    const removed = new Map<Add, Lifespan>();
    for (const action of actions) {
      const file = 'remove' in action ? fileAt(action.remove.path) : undefined;
      if (file) removed.set(file.add, file);
    }
    const { moved } = shareChanges([...removed.keys()], added);
    this.#hasMoves ||= moved.size > 0;
    for (const [share, from] of moved)
      this.#arrivals.set(share, this.#arrivalOf(from, removed.get(from.file) as Lifespan));
  }

  /** A file that was added again while it was live: its rows came when its tags say, as far as they say it. */
  noteSame(before: Lifespan, again: Lifespan): void {
    const shares = sharesOf(before.add);
    for (const [i, share] of sharesOf(again.add).entries()) {
      const from = shares[i];
      if (from === undefined || arrivalVersion(share) === undefined) continue;
      this.#arrivals.set(share, this.#arrivalOf(from, before));
      this.#hasMoves = true;
    }
  }

  /** `shares`: of the log's base, in the version `last`. When their rows came, their tags say. */
  tell(shares: readonly Share[], last: number): void {
    for (const share of shares) {
      const version = arrivalVersion(share);
      if (version !== undefined && version <= last) this.#arrivals.set(share, { share, version });
    }
  }

  #arrivalOf(share: Share, file: Lifespan): Arrival {
    return this.#arrivals.get(share) ?? { share, version: file.from };
  }

  /** Each of the rows once, though several of the files may have them, one after the other. */
  arrivalsIn(files: Iterable<Lifespan>): Arrival[] {
    const all = [...files].flatMap((file) => sharesOf(file.add).map((share) => this.#arrivalOf(share, file)));
    if (!this.#hasMoves) return all;
    return [...new Map(all.map((arrival) => [arrival.share, arrival])).values()];
  }

  /** The next file of the log. */
  push(file: Lifespan): void {
    if (this.#bySource) this.#index(this.#bySource, file);
  }

  /** By source; made when it is first asked for. `files`: all that there were until now. */
  bySource(files: () => Iterable<Lifespan>): ReadonlyMap<string, readonly ShareLifespan[]> {
    if (this.#bySource) return this.#bySource;
    const bySource = new Map<string, LivingShare[]>();
    for (const file of files()) this.#index(bySource, file);
    this.#bySource = bySource;
    return bySource;
  }

  #index(bySource: Map<string, LivingShare[]>, file: Lifespan): void {
    for (const share of sharesOf(file.add)) {
      const source = sourceOf(share);
      if (source === undefined) continue;
      const arrival = this.#arrivalOf(share, file);
      const before = this.#living.get(arrival.share);
      if (before) {
        before.moved(file);
        continue;
      }
      const living = new LivingShare(arrival, file);
      this.#living.set(arrival.share, living);
      const known = bySource.get(source);
      if (known) known.push(living);
      else bySource.set(source, [living]);
    }
  }
}
