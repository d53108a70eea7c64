// Data files uploaded for one large commit, with a note per piece of work under staging/<table>/: if a run is killed, the next
// one continues from there. A vacuum may delete uncommitted files (see vacuum.ts, the fence), so a file counts only if
// it still exists and is too young for every vacuum since its upload.
import { createHash } from 'node:crypto';
import type { Add } from '../delta/actions.ts';
import { objectKey } from '../delta/partitions.ts';
import type { Snapshot } from '../delta/snapshot.ts';
import { sweptBeforeMs, vacuumFence } from '../delta/vacuum.ts';
import { inParallel } from '../in-parallel.ts';
import type { Report } from '../ingest/report.ts';
import { jsonBytes, parseJsonObject } from '../json-object.ts';
import type { Effects } from '../lake/effects.ts';

/** The result of a piece of work. */
export type Piece = {
  /** Uploaded, and named by no commit yet. */
  readonly adds: readonly Add[];
  /** If the piece is a source file that was read: its outcome. */
  readonly read?: SourceRead;
};

export type SourceRead = Pick<
  Report,
  'source' | 'outcome' | 'reason' | 'rows' | 'accepted' | 'quarantined' | 'skipped'
>;

/** `version`: the table's when the piece was done. */
type Note = Piece & { readonly id: string; readonly version: number };

/** Called for each piece of a large commit: what it is, how many are done, of how many. */
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

  /** Call it with each snapshot that a commit is planned on: forgets files that are committed, or that a vacuum may have deleted. */
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

  /** The piece of work that `id` identifies: from an earlier run, or done by `work`, which may give up with undefined. */
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

  /** Call it after the commit, or if there is nothing to commit. */
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
      // An incomplete note only means that its piece is done again.
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
