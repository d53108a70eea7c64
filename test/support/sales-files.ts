// A model of the files of sales: what each is after what was read, by the sentences of the documentation alone.
import type { ObjectStore, ObjectVersion } from '../../lib/ports.ts';
import type { Definitions } from './page-definitions.ts';

/** What the model knows of a version of a file of sales that was read under a contract. */
type Read = {
  readonly etag: string;
  /** The ETag with the time. */
  readonly id: string;
  readonly contract: string;
  /** Null for refused as a whole. */
  readonly accepted: number | null;
  readonly refused: number;
  /** The version, and what is wrong with it. */
  readonly findings: string;
};
type Known = {
  /** By ETag and contract. */
  readonly reads: Map<string, Read>;
  /** Whose rows count. */
  live?: Read | undefined;
  /** That had rows in the table. */
  readonly versions: Set<string>;
  /** Findings that somebody closed. */
  readonly settled: Set<string>;
};

export type FileTold = { readonly state: string; readonly rows: number };

export class SalesFiles {
  readonly #landing: ObjectStore;
  readonly #definitions: () => Definitions;
  readonly #files = new Map<string, Known>();

  constructor(landing: ObjectStore, definitions: () => Definitions) {
    this.#landing = landing;
    this.#definitions = definitions;
  }

  /** All that are, or were, in landing are read. */
  async readAll(): Promise<void> {
    for (const key of await this.#keys()) await this.read(key);
  }

  async #keys(): Promise<string[]> {
    const keys = new Set(this.#files.keys());
    for await (const { key } of this.#landing.list('sales/')) keys.add(key);
    return [...keys].sort();
  }

  settle(version: ObjectVersion): void {
    const known = this.#files.get(version.key);
    const read = known?.reads.get(this.#idOf(version));
    if (read) known?.settled.add(read.findings);
  }

  /** What decides which rows are accepted. */
  #contract(): string {
    const { cyd, note } = this.#definitions();
    return JSON.stringify([cyd, note]);
  }

  #idOf({ etag }: ObjectVersion): string {
    return `${etag} ${this.#contract()}`;
  }

  /** What is known of a version without reading it. */
  #knownOf({ live, reads }: Known, version: ObjectVersion): Read | undefined {
    if (live?.etag === version.etag && live.contract === this.#contract()) return live;
    const read = reads.get(this.#idOf(version));
    const hasNoRows = read?.accepted === null || (read?.accepted === 0 && live === undefined);
    return hasNoRows ? read : undefined;
  }

  /** It was read, or found to be gone. */
  async read(key: string): Promise<void> {
    const known: Known = this.#files.get(key) ?? {
      reads: new Map(),
      versions: new Set(),
      settled: new Set(),
    };
    this.#files.set(key, known);
    const version = await this.#landing.head(key);
    if (version === undefined) known.live = undefined;
    if (version === undefined || this.#knownOf(known, version)) return;
    const read = await this.#readOf(version);
    known.reads.set(this.#idOf(version), read);
    if (read.accepted === null) return;
    known.live = read.accepted > 0 ? read : undefined;
    if (known.live) known.versions.add(read.id);
  }

  async #readOf({ key, etag, lastModifiedMs }: ObjectVersion): Promise<Read> {
    const text = new TextDecoder().decode(await this.#landing.read(key));
    const [header, ...rows] = text.split('\n').slice(0, -1);
    const one = { etag, id: `${etag}@${lastModifiedMs}`, contract: this.#contract() };
    if (header === 'customer,price') return { ...one, accepted: null, refused: 0, findings: `${etag} whole` };
    const isWrong = (row: string) => row.endsWith(',x');
    const isStranger = (row: string) => !this.#definitions().cyd && row.startsWith('cyd,');
    const refused = rows.filter((row) => isWrong(row) || isStranger(row)).length;
    const findings = [etag, rows.filter(isWrong).length, rows.filter(isStranger).length].join(' ');
    return { ...one, accepted: rows.length - refused, refused, findings };
  }

  /** By source, of sales: what each file is, and how many of its rows count. */
  async told(): Promise<Record<string, FileTold>> {
    const told: Record<string, FileTold> = {};
    for (const key of await this.#keys()) {
      const state = await this.#stateOf(key);
      if (state) told[key] = { state, rows: this.#files.get(key)?.live?.accepted ?? 0 };
    }
    return told;
  }

  async #stateOf(key: string): Promise<string | undefined> {
    const version = await this.#landing.head(key);
    const known = this.#files.get(key);
    if (version === undefined) {
      if (known?.live) return this.#acceptedState(known, known.live);
      return (known?.versions.size ?? 0) > 0 ? 'withdrawn' : undefined;
    }
    const read = known && this.#knownOf(known, version);
    if (known === undefined || read === undefined) return 'waiting';
    if (read.accepted === null) return known.settled.has(read.findings) ? 'superseded' : 'rejected';
    return this.#acceptedState(known, read);
  }

  #acceptedState({ versions, settled }: Known, { id, refused, findings }: Read): string {
    if (refused > 0 && !settled.has(findings)) return 'partly-refused';
    return new Set([...versions, id]).size > 1 ? 'corrected' : 'live';
  }
}
