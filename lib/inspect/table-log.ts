// A table's log in memory: what each commit said, and from which version to which each data file was live. All of it tells all of
// the table's past; a part tells of the versions from its base on, and of older rows what their data files say. Pure.

import type { Action, Add, CommitInfo, Metadata, PartitionValues } from '../delta/actions.ts';
import { arrivalVersion } from '../delta/arrival.ts';
import { commitInfoOf } from '../delta/commit-id.ts';
import type { Entry, Snapshot } from '../delta/snapshot.ts';
import { CliError } from '../errors.ts';
import { partitionId, partitionOf } from '../lake/partition.ts';
import { sharesOf } from '../lake/shares.ts';
import { isComputed, readInputAppId, sourceOf } from '../lake/tags.ts';
import { timeOf } from './entry-time.ts';
import { type Arrival, type Lifespan, type ShareLifespan, ShareLives } from './share-lives.ts';

/** `base`: the table before the part's first entry. `present`: the newest version, however far the entries reach. */
export type LogPart = { readonly base: Snapshot; readonly present: Snapshot };

export class TableLog {
  /** The table's name in the lake: `insights/usage_daily`. */
  readonly prefix: string;
  /** Undefined for a whole log. */
  readonly part: LogPart | undefined;
  readonly #untold = new Set<Lifespan>();
  /** From the version after the base's. */
  readonly #entries: Entry[] = [];
  /** The base's own commit, and single ones before. */
  readonly #noted = new Map<number, { readonly entry: Entry; readonly timeMs: number }>();
  /** By path, the newest one last. */
  readonly #lifespans = new Map<string, Lifespan[]>();
  readonly #metadata: (Metadata | undefined)[] = [];
  readonly #times: number[] = [];
  /** By the names of columns; each is made when it is first asked for. */
  readonly #byPartition = new Map<string, PartitionIndex>();
  readonly #lives = new ShareLives();
  #isComputed = false;
  /** By version: prefix of an input → ids of its tables. */
  readonly #inputs = new Map<number, ReadonlyMap<string, readonly string[]>>();

  constructor(prefix: string, part?: LogPart) {
    this.prefix = prefix;
    this.part = part;
    for (const add of part?.base.files.values() ?? []) {
      const from = Math.min(part?.base.version ?? 0, arrivalVersion(add) ?? Number.POSITIVE_INFINITY);
      const file = { add, from, until: Infinity };
      this.#untold.add(file);
      this.#begin(file);
    }
  }

  /** The next entries, with all tags (whole-entries.ts). What was told of the versions before stays true. */
  append(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.#entries.push(entry);
      this.#apply(entry.version, entry.actions);
    }
  }

  /** The base's own commit, or one before. */
  note({ version, actions, id }: Entry): void {
    const said = actions.filter((action) => 'commitInfo' in action || 'txn' in action);
    const entry = { version, actions: said, ...(id === undefined ? {} : { id }) };
    this.#noted.set(version, { entry, timeMs: timeOf(actions) });
  }

  /** The first version that the log can tell files and settings of. */
  get first(): number {
    return this.part?.base.version ?? 0;
  }

  /** The last one. */
  get last(): number {
    return this.#firstEntry + this.#entries.length - 1;
  }

  get #firstEntry(): number {
    return this.part === undefined ? 0 : this.part.base.version + 1;
  }

  /** In order. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Undefined for one before the first, unless it was noted. */
  entry(version: number): Entry | undefined {
    return this.#entries[version - this.#firstEntry] ?? this.#noted.get(version)?.entry;
  }

  /** Its entry's; undefined for an unknown one. */
  commitId(version: number): string | undefined {
    const base = this.part?.base;
    return version === base?.version ? base.commitId : this.entry(version)?.id;
  }

  #apply(version: number, actions: readonly Action[]): void {
    let metadata = this.#metadata.at(-1) ?? this.part?.base.metadata;
    this.#lives.noteMoves(actions, (path) => this.lifespan(path));
    for (const action of actions) if ('remove' in action) this.#end(action.remove.path, version);
    for (const action of actions) {
      if ('metaData' in action) metadata = action.metaData;
      if (!('add' in action)) continue;
      const before = this.lifespan(action.add.path);
      const file = { add: action.add, from: version, until: Infinity };
      // Added while it is live, it is described anew.
      if (before?.until === Infinity) this.#lives.noteSame(before, file);
      this.#end(action.add.path, version);
      this.#begin(file);
    }
    this.#metadata.push(metadata);
    // Writers' clocks differ a little: an entry's version is never older than the one before.
    this.#times.push(Math.max(timeOf(actions), this.#times.at(-1) ?? this.part?.base.timestampMs ?? 0));
  }

  #begin(file: Lifespan): void {
    pushTo(this.#lifespans, file.add.path, file);
    this.#isComputed ||= isComputed(file.add);
    for (const { columns, files } of this.#byPartition.values()) pushTo(files, idIn(columns, file), file);
    this.#lives.push(file);
  }

  /** It is one of the base's, and nothing is known yet of its rows. */
  isUntold(file: Lifespan): boolean {
    return this.#untold.has(file);
  }

  /** `add`: the same file with all tags, which say when its rows came. */
  tell(file: Lifespan, add: Add): void {
    this.#untold.delete(file);
    file.add = add;
    this.#lives.tell(sharesOf(add), this.first);
  }

  /** See ShareLives. */
  arrivalsIn(files: Iterable<Lifespan>): Arrival[] {
    return this.#lives.arrivalsIn(files);
  }

  #end(path: string, version: number): void {
    const newest = this.#lifespans.get(path)?.at(-1);
    if (newest && newest.until === Infinity) newest.until = version;
  }

  /** False if none of its data files was ever computed from other tables. */
  get isComputed(): boolean {
    return this.#isComputed;
  }

  get newest(): number {
    return this.part?.present.version ?? this.last;
  }

  /** The newest one's. */
  get tableId(): string {
    return (this.part?.present.metadata ?? this.metadata(this.newest)).id;
  }

  /** Of the version's commit, ms since 1970: of an entry never before an older one, of others as the writer's clock said. */
  timeOf(version: number): number {
    const time = this.#times[version - this.#firstEntry] ?? this.#noted.get(version)?.timeMs;
    return time ?? (version === this.first ? (this.part?.base.timestampMs ?? 0) : 0);
  }

  info(version: number): CommitInfo | undefined {
    return commitInfoOf(this.entry(version)?.actions ?? []);
  }

  /** The ids of the input's table that the version's commit took note of; [] if it says none. A commit of many files is looked through once. */
  inputIds(version: number, prefix: string): readonly string[] {
    const known = this.#inputs.get(version) ?? inputIdsIn(this.entry(version)?.actions ?? []);
    this.#inputs.set(version, known);
    return known.get(prefix) ?? [];
  }

  /** The newest version at or before that time; undefined where the table is younger. Throws for a part. */
  versionAt(ms: number): number | undefined {
    this.#requireWhole();
    const after = this.#times.findIndex((time) => time > ms);
    const version = after < 0 ? this.newest : after - 1;
    return version < 0 ? undefined : version;
  }

  metadata(version: number): Metadata {
    const base = this.part?.base;
    const metadata = version === base?.version ? base.metadata : this.#metadata[version - this.#firstEntry];
    if (metadata === undefined) throw new CliError(`${this.prefix} has no schema at version ${version} yet.`);
    return metadata;
  }

  /** Of every data file that there was in the first version, or since. */
  lifespans(): Lifespan[] {
    return [...this.#lifespans.values()].flat();
  }

  /** The newest one. */
  lifespan(path: string): Lifespan | undefined {
    return this.#lifespans.get(path)?.at(-1);
  }

  filesAt(version: number): Lifespan[] {
    return this.lifespans().filter((file) => isLive(file, version));
  }

  /** The partitions that have files at that version, by the values of some of the table's partition columns. */
  partitionsAt(version: number, columns: readonly string[]): PartitionValues[] {
    return this.filesAt(version).map(({ add }) => partitionOf(add.partitionValues, columns));
  }

  /** The files of one partition, by the values of some of the table's partition columns. */
  partitionAt(version: number, partition: PartitionValues): Lifespan[] {
    const columns = Object.keys(partition);
    const name = columns.join('\n');
    const index = this.#byPartition.get(name) ?? this.#indexBy(columns);
    this.#byPartition.set(name, index);
    return (index.files.get(partitionId(partition)) ?? []).filter((file) => isLive(file, version));
  }

  #indexBy(columns: readonly string[]): PartitionIndex {
    const files = new Map<string, Lifespan[]>();
    for (const file of this.lifespans()) pushTo(files, idIn(columns, file), file);
    return { columns, files };
  }

  /** All that there ever were of a source file's rows. The same list each time, which grows with the log. Throws for a part. */
  ofSource(source: string): readonly ShareLifespan[] {
    return this.#bySource.get(source) ?? [];
  }

  /** The source files that data files came from. Throws for a part. */
  sources(): Iterable<string> {
    return this.#bySource.keys();
  }

  get #bySource(): ReadonlyMap<string, readonly ShareLifespan[]> {
    this.#requireWhole();
    return this.#lives.bySource(() => this.lifespans());
  }

  /** The source files of which a later version than that added or removed data files; all if it is before the first. Throws for a part. */
  sourcesSince(version: number): ReadonlySet<string> {
    this.#requireWhole();
    if (version < 0) return new Set(this.sources());
    const found = new Set<string>();
    for (const { actions } of this.#entries.slice(version + 1))
      for (const action of actions) {
        const path = 'add' in action ? action.add.path : 'remove' in action ? action.remove.path : undefined;
        for (const { add } of (path === undefined ? undefined : this.#lifespans.get(path)) ?? []) {
          for (const share of sharesOf(add)) {
            const source = sourceOf(share);
            if (source !== undefined) found.add(source);
          }
        }
      }
    return found;
  }

  /** A part does not have all of the past. */
  #requireWhole(): void {
    if (this.part !== undefined)
      throw new Error(
        `of the log of ${this.prefix} only what came after version ${this.first} was read: readTableLog reads all of it`,
      );
  }
}

type PartitionIndex = { readonly columns: readonly string[]; readonly files: Map<string, Lifespan[]> };

function idIn(columns: readonly string[], { add }: Lifespan): string {
  return partitionId(partitionOf(add.partitionValues, columns));
}

function pushTo(index: Map<string, Lifespan[]>, id: string, file: Lifespan): void {
  const known = index.get(id);
  if (known) known.push(file);
  else index.set(id, [file]);
}

function inputIdsIn(actions: readonly Action[]): ReadonlyMap<string, readonly string[]> {
  const ids = new Map<string, string[]>();
  for (const action of actions) {
    const input = 'txn' in action ? readInputAppId(action.txn.appId) : undefined;
    if (input) ids.set(input.prefix, [...(ids.get(input.prefix) ?? []), input.tableId]);
  }
  return ids;
}

function isLive({ from, until }: Lifespan, version: number): boolean {
  return from <= version && version < until;
}
