// Parts of tables' logs: for an answer that needs few versions of them. Where a part turns out to be too short, the answer is begun
// again with a longer one of that table.
import { arrivalVersion } from '../delta/arrival.ts';
import type { Snapshot } from '../delta/snapshot.ts';
import type { DeltaTables } from '../delta/tables.ts';
import { CliError } from '../errors.ts';
import { inParallel } from '../in-parallel.ts';
import { type Logs, readOn, readTableLog, requireEntries, snapshotAt, tellOf } from './read-table-log.ts';
import type { Lifespan } from './share-lives.ts';
import { type LogPart, TableLog } from './table-log.ts';

const WHOLE = -1;

/** `log`: of `prefix`, with `versions` of it. `work` may run several times, and must change nothing. Throws CliError if there is no table. */
export async function withLogParts<T>(
  tables: DeltaTables,
  prefix: string,
  versions: readonly number[],
  work: (logs: Logs, log: TableLog) => Promise<T>,
): Promise<T> {
  const logs = new LogParts(tables);
  for (;;) {
    try {
      const log = await logs.find(prefix, versions);
      if (log === undefined) throw new CliError(`${prefix} is not in the lake any more.`);
      return await work(logs, log);
    } catch (error) {
      if (!(error instanceof TooShort)) throw error;
      logs.lengthen(error);
    }
  }
}

/** `start`: the version that the table's part must begin with. */
class TooShort extends Error {
  readonly prefix: string;
  readonly start: number;

  constructor(prefix: string, start: number) {
    super(`the log of ${prefix} is needed from version ${start} on`);
    this.prefix = prefix;
    this.start = start;
  }
}

/** The log after `base`, up to `present`. Throws CliError if an entry is missing. */
export async function readLogPart(tables: DeltaTables, prefix: string, part: LogPart): Promise<TableLog> {
  const log = new TableLog(prefix, part);
  await readOn(tables, log, part.present, part.present.version);
  return log;
}

class LogParts implements Logs {
  readonly #tables: DeltaTables;
  readonly #starts = new Map<string, number>();
  readonly #present = new Map<string, Promise<Snapshot | undefined>>();
  readonly #logs = new Map<string, TableLog>();

  constructor(tables: DeltaTables) {
    this.#tables = tables;
  }

  /** What was read of other tables is kept. */
  lengthen({ prefix, start }: TooShort): void {
    this.#starts.set(prefix, start);
    this.#logs.delete(prefix);
  }

  async find(prefix: string, versions: readonly number[]): Promise<TableLog | undefined> {
    const present = await this.#newest(prefix);
    if (present === undefined) return undefined;
    const asked = versions.filter((version) => version <= present.version);
    const [first, last] = [Math.min(present.version, ...asked), Math.max(0, ...asked)];
    const log = this.#logs.get(prefix) ?? (await this.#begin(prefix, first, present));
    this.#logs.set(prefix, log);
    // Twice as far back as needed: who asks for older and older versions begins again few times.
    if (first < log.first) throw new TooShort(prefix, Math.max(0, 2 * first - log.last));
    if (last > log.last) await readOn(this.#tables, log, present, last);
    return log;
  }

  #newest(prefix: string): Promise<Snapshot | undefined> {
    const known = this.#present.get(prefix) ?? this.#tables.latest(prefix);
    this.#present.set(prefix, known);
    return known;
  }

  async #begin(prefix: string, first: number, present: Snapshot): Promise<TableLog> {
    const start = Math.min(first, this.#starts.get(prefix) ?? first);
    if (start === WHOLE) return (await readTableLog(this.#tables, prefix)) ?? new TableLog(prefix);
    const base = start === present.version ? present : await snapshotAt(this.#tables, prefix, start);
    // What another program added again may say in which version it came before.
    if (base.foreign.length > 0) throw new TooShort(prefix, WHOLE);
    return new TableLog(prefix, { base, present });
  }

  async tell(log: TableLog, files: readonly Lifespan[]): Promise<void> {
    await tellOf(this.#tables, log, files);
  }

  async learn(log: TableLog, files: readonly Lifespan[]): Promise<void> {
    if (log.part === undefined) return;
    const { prefix } = log;
    await this.tell(log, files);
    const versions = new Set<number>();
    for (const { share, version } of log.arrivalsIn(files)) {
      if (version > log.first) continue;
      // An older Sluice, or another program, wrote the file.
      if (arrivalVersion(share) !== version) throw new TooShort(prefix, WHOLE);
      if (log.entry(version) === undefined) versions.add(version);
    }
    await inParallel(versions, async (version) => {
      for (const entry of await requireEntries(this.#tables, prefix, version, version)) log.note(entry);
    });
  }
}
