// Reads tables' logs: whole ones, each once in a run, and what parts of them need.
import { sharingParts } from '../delta/shared-parts.ts';
import type { Entry, Snapshot } from '../delta/snapshot.ts';
import type { DeltaTables } from '../delta/tables.ts';
import { CliError, CorruptionError } from '../errors.ts';
import { inParallel } from '../in-parallel.ts';
import { wholeFiles } from '../lake/live-shares.ts';
import type { Lifespan } from './share-lives.ts';
import { TableLog } from './table-log.ts';
import { wholeEntries } from './whole-entries.ts';

const ENTRIES_A_READ = 8;

/** What answers are read from. */
export interface Logs {
  /** `versions`: that will be asked for. Undefined if there is no table. Throws CliError if an entry is missing. */
  find(prefix: string, versions: readonly number[]): Promise<TableLog | undefined>;
  /** Before it is asked whose rows these files have. */
  tell(log: TableLog, files: readonly Lifespan[]): Promise<void>;
  /** Before it is asked when they came, too. */
  learn(log: TableLog, files: readonly Lifespan[]): Promise<void>;
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
  const log = before !== undefined && (await isStill(tables, before, newest)) ? before : new TableLog(prefix);
  await readOn(tables, log, snapshot, newest);
  return log;
}

/** Up to the version `last`. `snapshot`: the newest. Throws CliError if an entry is missing. */
export async function readOn(
  tables: DeltaTables,
  log: TableLog,
  snapshot: Snapshot,
  last: number,
): Promise<void> {
  const { prefix } = log;
  const next = log.last + 1;
  const starts = Array.from(
    { length: Math.ceil((last + 1 - next) / ENTRIES_A_READ) },
    (_, i) => next + i * ENTRIES_A_READ,
  );
  const parts = new Map<number, readonly Entry[]>();
  await inParallel(starts, async (start) => {
    const end = Math.min(last, start + ENTRIES_A_READ - 1);
    parts.set(start, sharingParts(await requireEntries(tables, prefix, start, end), snapshot));
  });
  const entries = starts.flatMap((start) => parts.get(start) ?? []);
  const whole = await wholeEntries(tables, prefix, entries, log.entries);
  // Of what is removed, or added again, the log asks whose rows it had.
  const named = whole.flatMap(({ actions }) =>
    actions.flatMap((action) => {
      const path = 'remove' in action ? action.remove.path : 'add' in action ? action.add.path : undefined;
      return (path === undefined ? undefined : log.lifespan(path)) ?? [];
    }),
  );
  await tellOf(tables, log, named);
  log.append(whole);
}

/** Of these files, those of the log's base get all of their tags, so that it can say whose rows they have, and since when. */
export async function tellOf(tables: DeltaTables, log: TableLog, files: readonly Lifespan[]): Promise<void> {
  const untold = files.filter((file) => log.isUntold(file));
  const whole = await wholeFiles(
    tables,
    log.prefix,
    untold.map(({ add }) => add),
  );
  for (const [i, add] of whole.entries()) log.tell(untold[i] as Lifespan, add);
}

/** Of the versions `first` to `last`. Throws CliError if one is missing. */
export async function requireEntries(
  tables: DeltaTables,
  prefix: string,
  first: number,
  last: number,
): Promise<Entry[]> {
  const entries = await tables.entries(prefix, first - 1, last);
  if (entries !== undefined) return entries;
  const which =
    first === last ? `the entry of version ${first}` : `an entry between the versions ${first} and ${last}`;
  throw new CliError(
    `The log of ${prefix} lacks ${which}, so its history cannot be read: restore it from a backup or an older object version.`,
  );
}

/** The table at a version that its log has reached. Throws CliError if an entry is missing that is needed for it. */
export async function snapshotAt(tables: DeltaTables, prefix: string, version: number): Promise<Snapshot> {
  // Without it the snapshot would not say which commit it is of.
  await requireEntries(tables, prefix, version, version);
  try {
    return await tables.at(prefix, version);
  } catch (error) {
    if (!(error instanceof CorruptionError)) throw error;
    throw new CliError(
      `The log of ${prefix} has a missing or damaged entry before version ${version}, so that version cannot be read: restore it from a backup or an older object version.`,
      1,
      { cause: error },
    );
  }
}

/** False where the log was cut, or its newest entry is another by now. */
async function isStill(tables: DeltaTables, before: TableLog, newest: number): Promise<boolean> {
  const last = before.entries.at(-1);
  if (last === undefined || last.version > newest) return false;
  const [now] = (await tables.entries(before.prefix, last.version - 1, last.version)) ?? [];
  return now?.id === last.id;
}

/** The logs of one run's tables, each read once. */
export class TableLogs implements Logs {
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

  /** All is known. */
  async tell(): Promise<void> {}

  async learn(): Promise<void> {}

  async #read(prefix: string): Promise<TableLog | undefined> {
    // What could not be read then may be readable now.
    const before = await this.#before.get(prefix)?.catch(() => undefined);
    return readTableLog(this.#tables, prefix, before);
  }
}
