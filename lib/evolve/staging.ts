// Data files that were uploaded for one large commit and that no log names yet, with a note for each piece of the work:
// a run that is killed leaves them, and the next one goes on from there. The notes lie under staging/<table>/.
//
// A vacuum may have swept what was never committed (see vacuum.ts, the fence): a file counts only while it is there and
// younger than all that a vacuum since its upload was after.
import { createHash } from 'node:crypto';
import type { Add } from '../delta/actions.ts';
import { objectKey } from '../delta/partitions.ts';
import type { Snapshot } from '../delta/snapshot.ts';
import { sweptBeforeMs, vacuumFence } from '../delta/vacuum.ts';
import { inParallel } from '../in-parallel.ts';
import type { Report } from '../ingest/report.ts';
import { jsonBytes, parseJsonObject } from '../json-object.ts';
import type { Effects } from '../lake/effects.ts';

/** What a piece of the work came to. */
export type Piece = {
  /** Uploaded, and named by no commit yet. */
  readonly adds: readonly Add[];
  /** Where the piece is a source file that was read: its outcome. */
  readonly read?: SourceRead;
};

export type SourceRead = Pick<Report, 'source' | 'outcome' | 'reason' | 'rows' | 'accepted' | 'quarantined'>;

/** `version`: the table's when the piece was done. */
type Note = Piece & { readonly id: string; readonly version: number };

/** Told of each piece of a large commit: what it is, how many are done, of how many. */
export type StagingObserver = { staged?(what: string, done: number, of: number): void };

export class StagedFiles {
  readonly #effects: Effects;
  readonly #prefix: string;
  readonly #notes = new Map<string, Note>();
  #fence: number | undefined;

  constructor(effects: Effects, prefix: string) {
    this.#effects = effects;
    this.#prefix = prefix;
  }

  /** To be called with each snapshot that a commit is planned on: forgets what is committed by now, and what a vacuum may have swept. */
  async follow(snapshot: Snapshot | undefined): Promise<void> {
    const isFirst = this.#fence === undefined;
    if (isFirst) await this.#load();
    const fence = vacuumFence(snapshot);
    if (isFirst || fence !== this.#fence) await this.#dropSwept(snapshot);
    this.#fence = fence;
    this.#drop(({ adds }) =>
      adds.some(({ path }) => snapshot?.files.has(path) || snapshot?.tombstones.has(path)),
    );
  }

  /** The piece of work that `id` names in full: from an earlier run, or done by `work`, which may give up with undefined. */
  async piece<P extends Piece | undefined>(
    id: string,
    snapshot: Snapshot | undefined,
    work: () => Promise<P>,
  ): Promise<Piece | P> {
    const known = this.#notes.get(id);
    if (known) return known;
    const piece = await work();
    if (piece === undefined) return piece;
    const note = { id, version: snapshot?.version ?? -1, ...piece };
    await this.#effects.lake.write(this.#noteKey(id), jsonBytes(note));
    this.#notes.set(id, note);
    return piece;
  }

  /** After the commit, or where nothing is to be committed. */
  async forget(): Promise<void> {
    const keys: string[] = [];
    for await (const { key } of this.#effects.lake.list(this.#folder)) keys.push(key);
    await this.#effects.lake.remove(keys);
    this.#notes.clear();
  }

  get #folder(): string {
    return `staging/${this.#prefix}/`;
  }

  #noteKey(id: string): string {
    return `${this.#folder}${createHash('sha256').update(id).digest('hex').slice(0, 32)}.json`;
  }

  async #load(): Promise<void> {
    for await (const { key } of this.#effects.lake.list(this.#folder)) {
      // One that was cut off costs the work that it stands for.
      const note = parseJsonObject<Note>(await this.#effects.lake.read(key));
      if (note) this.#notes.set(note.id, note);
    }
  }

  async #dropSwept(snapshot: Snapshot | undefined): Promise<void> {
    const version = snapshot?.version ?? -1;
    const oldest = Math.min(version, ...Array.from(this.#notes.values(), (note) => note.version));
    const entries = await this.#effects.tables.entries(this.#prefix, oldest, version);
    if (entries === undefined) return this.#notes.clear();
    const sweptMs = sweptBeforeMs(entries);
    const added = new Set(
      entries.flatMap(({ actions }) => actions.flatMap((action) => ('add' in action ? action.add.path : []))),
    );
    this.#drop(({ adds }) => adds.some(({ path }) => added.has(path)));
    await inParallel([...this.#notes], async ([id, note]) => {
      if (!(await this.#isThere(note, sweptMs))) this.#notes.delete(id);
    });
  }

  #drop(isUseless: (note: Note) => boolean): void {
    for (const [id, note] of this.#notes) if (isUseless(note)) this.#notes.delete(id);
  }

  async #isThere({ adds }: Note, sweptMs: number): Promise<boolean> {
    for (const { path } of adds) {
      const object = await this.#effects.lake.head(objectKey(this.#prefix, path));
      if (object === undefined || object.lastModifiedMs < sweptMs) return false;
    }
    return true;
  }
}
