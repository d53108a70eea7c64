// A table's whole log in memory: what each commit said, and from which version to which each data file was live. Log entries
// are never deleted, so all of a table's past can be told from it.

import type { Action, CommitInfo, Metadata, PartitionValues } from '../delta/actions.ts';
import { commitInfoOf } from '../delta/commit-id.ts';
import { withAllTags } from '../delta/long-tags.ts';
import { sharingParts } from '../delta/shared-parts.ts';
import { commitTimeMs, type Entry } from '../delta/snapshot.ts';
import type { DeltaTables } from '../delta/tables.ts';
import { CliError } from '../errors.ts';
import { inParallel } from '../in-parallel.ts';
import { partitionId, partitionOf } from '../lake/partition.ts';
import { sharesOf } from '../lake/shares.ts';
import { isComputed, readInputAppId, sourceOf } from '../lake/tags.ts';
import { type Arrival, type Lifespan, type ShareLifespan, ShareLives } from './share-lives.ts';

const ENTRIES_A_READ = 8;

export class TableLog {
  /** The table's name in the lake: `insights/usage_daily`. */
  readonly prefix: string;
  readonly #entries: Entry[] = [];
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

  /** `entries`: all of them, from version 0. */
  constructor(prefix: string, entries: readonly Entry[]) {
    this.prefix = prefix;
    this.append(entries);
  }

  /** The next entries. What was told of the versions before stays true. */
  append(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const actions = withAllTags(entry.actions, (version) => this.#entries[version]?.actions);
      this.#entries.push({ ...entry, actions });
      this.#apply(entry.version, actions);
    }
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  #apply(version: number, actions: readonly Action[]): void {
    let metadata = this.#metadata.at(-1);
    this.#lives.noteMoves(actions, (path) => this.lifespan(path));
    for (const action of actions) if ('remove' in action) this.#end(action.remove.path, version);
    for (const action of actions) {
      if ('metaData' in action) metadata = action.metaData;
      if (!('add' in action)) continue;
      // Added while it is live, it is described anew.
      this.#end(action.add.path, version);
      const file = { add: action.add, from: version, until: Infinity };
      pushTo(this.#lifespans, action.add.path, file);
      this.#isComputed ||= isComputed(action.add);
      for (const { columns, files } of this.#byPartition.values()) pushTo(files, idIn(columns, file), file);
      this.#lives.push(file);
    }
    this.#metadata.push(metadata);
    // Writers' clocks differ a little: a version is never older than the one before.
    this.#times.push(Math.max(timeOf(actions), this.#times.at(-1) ?? 0));
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
    return this.entries.length - 1;
  }

  /** Of the version's commit, ms since 1970. */
  timeOf(version: number): number {
    return this.#times[version] ?? 0;
  }

  info(version: number): CommitInfo | undefined {
    return commitInfoOf(this.entries[version]?.actions ?? []);
  }

  /** The ids of the input's table that the version's commit took note of; [] if it says none. A commit of many files is looked through once. */
  inputIds(version: number, prefix: string): readonly string[] {
    const known = this.#inputs.get(version) ?? inputIdsIn(this.entries[version]?.actions ?? []);
    this.#inputs.set(version, known);
    return known.get(prefix) ?? [];
  }

  /** The newest version at or before that time; undefined where the table is younger. */
  versionAt(ms: number): number | undefined {
    const after = this.#times.findIndex((time) => time > ms);
    const version = after < 0 ? this.newest : after - 1;
    return version < 0 ? undefined : version;
  }

  metadata(version: number): Metadata {
    const metadata = this.#metadata[version];
    if (metadata === undefined) throw new CliError(`${this.prefix} has no schema at version ${version} yet.`);
    return metadata;
  }

  /** Of every data file that there ever was. */
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

  /** All that there ever were of a source file's rows. The same list each time, which grows with the log. */
  ofSource(source: string): readonly ShareLifespan[] {
    return this.#lives.bySource(() => this.lifespans()).get(source) ?? [];
  }

  /** The source files that data files came from. */
  sources(): Iterable<string> {
    return this.#lives.bySource(() => this.lifespans()).keys();
  }

  /** The source files of which a later version than that added or removed data files; all if it is before the first. */
  sourcesSince(version: number): ReadonlySet<string> {
    if (version < 0) return new Set(this.sources());
    const found = new Set<string>();
    for (const { actions } of this.entries.slice(version + 1))
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

/** Of an entry's commit, or of its newest file where the commit does not say; ms since 1970. */
export function timeOf(actions: readonly Action[]): number {
  return commitTimeMs(commitInfoOf(actions)) ?? newestFile(actions);
}

function newestFile(actions: readonly Action[]): number {
  return actions.reduce(
    (newest, action) => ('add' in action ? Math.max(newest, action.add.modificationTime) : newest),
    0,
  );
}

/**
 * Undefined if there is no table. Throws CliError if an entry is missing. `before`: the log as it was read
 * earlier. If the table is still the same one, it is returned with the newer entries appended.
 */
export async function readTableLog(
  tables: DeltaTables,
  prefix: string,
  before?: TableLog,
): Promise<TableLog | undefined> {
  const snapshot = await tables.latest(prefix);
  if (snapshot === undefined) return undefined;
  const newest = snapshot.version;
  const log =
    before !== undefined && (await isStill(tables, before, newest)) ? before : new TableLog(prefix, []);
  const next = log.newest + 1;
  const starts = Array.from(
    { length: Math.ceil((newest + 1 - next) / ENTRIES_A_READ) },
    (_, i) => next + i * ENTRIES_A_READ,
  );
  const parts = new Map<number, readonly Entry[]>();
  await inParallel(starts, async (start) => {
    const last = Math.min(newest, start + ENTRIES_A_READ - 1);
    const entries = await tables.entries(prefix, start - 1, last);
    if (entries === undefined)
      throw new CliError(
        `The log of ${prefix} lacks an entry between the versions ${start} and ${last}, so its past cannot be told: restore it from a backup or an older object version.`,
      );
    parts.set(start, sharingParts(entries, snapshot));
  });
  log.append(starts.flatMap((start) => parts.get(start) ?? []));
  return log;
}

/** False where the log was cut, or its newest entry is another by now. */
async function isStill(tables: DeltaTables, before: TableLog, newest: number): Promise<boolean> {
  const last = before.entries.at(-1);
  if (last === undefined || last.version > newest) return false;
  const [now] = (await tables.entries(before.prefix, last.version - 1, last.version)) ?? [];
  return now?.id === last.id;
}

/** The logs of one run's tables, each read once. */
export class TableLogs {
  readonly #logs = new Map<string, Promise<TableLog | undefined>>();
  readonly #tables: DeltaTables;
  readonly #before: ReadonlyMap<string, Promise<TableLog | undefined>>;

  /** `before`: those of an earlier run that is over: only what came since is read, and they grow by it. */
  constructor(tables: DeltaTables, before?: TableLogs) {
    this.#tables = tables;
    this.#before = before === undefined ? new Map() : new Map(before.#logs);
  }

  find(prefix: string): Promise<TableLog | undefined> {
    const known = this.#logs.get(prefix) ?? this.#read(prefix);
    this.#logs.set(prefix, known);
    return known;
  }

  async #read(prefix: string): Promise<TableLog | undefined> {
    // What could not be read then may be readable now.
    const before = await this.#before.get(prefix)?.catch(() => undefined);
    return readTableLog(this.#tables, prefix, before);
  }
}
