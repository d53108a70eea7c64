// Which data files a table's rows come from, through every level down to the source files: each file's tags say from which
// versions of its inputs it was made, and the inputs' logs say which files were live then.
import { type PartitionJoin, tablePrefix } from '../core/insight.ts';
import type { PartitionValues } from '../delta/actions.ts';
import type { Effects } from '../lake/effects.ts';
import { JoinedPartitions } from '../lake/joined-partitions.ts';
import { Neighbours } from '../lake/neighbours.ts';
import { partitionId } from '../lake/partition.ts';
import { readInputCommits, readInputs, readJoined, readWindow } from '../lake/tags.ts';
import type { Logs } from './read-table-log.ts';
import type { Lifespan } from './share-lives.ts';
import type { TableLog } from './table-log.ts';

/** One table on the way, with those of its files that count. */
export type UsedTable = {
  readonly log: TableLog;
  readonly files: Map<string, Lifespan>;
  /** At which it was read. */
  readonly versions: Set<number>;
};

export type Lineage = {
  /** By prefix; the table itself first, each input after a table that reads it. */
  readonly tables: ReadonlyMap<string, UsedTable>;
  /** Inputs that the lake does not hold any more, in sentences. */
  readonly lost: ReadonlySet<string>;
};

/**
 * `files`: of `log` at `version`. Of the driving input the files count that the partition saw, of an input that was joined by
 * partition those with its values, of the other inputs all.
 */
export async function traceLineage(
  effects: Effects,
  logs: Logs,
  log: TableLog,
  version: number,
  files: readonly Lifespan[],
): Promise<Lineage> {
  const tables = new Map<string, UsedTable>();
  const lost = new Set<string>();
  const overs = drivingInputs(effects);
  const seen = new Set<string>();
  const looks = new Looks();
  const waiting = [{ log, version, files }];
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
    const used = tables.get(step.log.prefix) ?? { log: step.log, files: new Map(), versions: new Set() };
    tables.set(step.log.prefix, used);
    used.versions.add(step.version);
    const over = overs.get(step.log.prefix);
    const added = newFiles(used.files, step.files);
    await logs.learn(step.log, added);
    // Of very many files most are of source files.
    if (!step.log.isComputed) continue;
    const read = added.map((file) => [file, readInputs(file.add) ?? {}] as const);
    const versions = versionsOf(read.map(([, inputs]) => inputs));
    const find = (input: string) => logs.find(input, [...(versions.get(input) ?? [])]);
    for (const [file, inputs] of read) {
      for (const [input, at] of Object.entries(inputs)) {
        const by = readJoined(file.add)[input];
        const isParted = over === input || by !== undefined;
        const id = JSON.stringify([input, at, isParted ? file.add.partitionValues : {}, by]);
        if (seen.has(id)) continue;
        seen.add(id);
        const drivenAt = over === undefined ? undefined : inputs[over];
        const driving = over === undefined || drivenAt === undefined ? undefined : await find(over);
        const own = isParted ? looks.seen(file, driving, drivenAt ?? 0) : undefined;
        const next = inputFiles(await find(input), step.log, file, input, at, (log) =>
          own === undefined ? WHOLE : by === undefined ? own : looks.joined(log, at, by, own),
        );
        if (typeof next === 'string') lost.add(next);
        else waiting.push(next);
      }
    }
  }
  return { tables, lost };
}

/** Puts those of `found` that are new to it into `files`, and returns them. No two of `found` have the same path. */
function newFiles(files: Map<string, Lifespan>, found: readonly Lifespan[]): readonly Lifespan[] {
  const added = files.size === 0 ? found : found.filter(({ add }) => !files.has(add.path));
  for (const file of added) files.set(file.add.path, file);
  return added;
}

function versionsOf(
  reads: readonly Readonly<Record<string, number>>[],
): ReadonlyMap<string, ReadonlySet<number>> {
  const versions = new Map<string, Set<number>>();
  for (const read of reads)
    for (const [input, at] of Object.entries(read)) {
      const known = versions.get(input) ?? new Set();
      versions.set(input, known.add(at));
    }
  return versions;
}

const WHOLE: readonly PartitionValues[] = [{}];

/** By the present definitions; a table that none makes any more counts all files of the inputs that it did not join by partition. */
function drivingInputs({ catalog }: Effects): ReadonlyMap<string, string> {
  return new Map(
    catalog.derivations.flatMap(({ target, over }) =>
      over === undefined ? [] : [[tablePrefix(target), tablePrefix(over)] as const],
    ),
  );
}

/** `parts`: the partitions that count, by the values of some of the input's partition columns. */
function inputFiles(
  log: TableLog | undefined,
  target: TableLog,
  file: Lifespan,
  input: string,
  version: number,
  parts: (log: TableLog) => readonly PartitionValues[],
): { log: TableLog; version: number; files: readonly Lifespan[] } | string {
  const isThere = log !== undefined && version <= log.newest && isSameTable(target, file, log);
  if (!isThere || !isSameCommit(file, log, version))
    return `${target.prefix} was made from version ${version} of a ${input} that is not in the lake any more: which source files that were, cannot be told`;
  return { log, version, files: parts(log).flatMap((one) => log.partitionAt(version, one)) };
}

/** What partitions see of their inputs: many files ask for the same. */
class Looks {
  readonly #neighbours = new Map<string, Neighbours>();
  readonly #joined = new Map<string, JoinedPartitions>();

  /**
   * The file's partition and its neighbours in the driving input, as far as the window reached under which it was computed;
   * undefined if the driving input is gone.
   */
  seen(
    { add }: Lifespan,
    driving: TableLog | undefined,
    version: number,
  ): readonly PartitionValues[] | undefined {
    const own = add.partitionValues;
    const window = readWindow(add);
    const columns = Object.keys(own);
    if (window === undefined || columns.length === 0) return [own];
    if (driving === undefined) return undefined;
    const id = JSON.stringify([driving.prefix, version, columns, window]);
    const neighbours =
      this.#neighbours.get(id) ?? new Neighbours(window, driving.partitionsAt(version, columns));
    this.#neighbours.set(id, neighbours);
    return neighbours.of(own);
  }

  /** The values of the joined columns of an input that a partition saw. */
  joined(
    log: TableLog,
    version: number,
    by: readonly PartitionJoin[],
    own: readonly PartitionValues[],
  ): readonly PartitionValues[] {
    const id = JSON.stringify([log.prefix, version, by]);
    const columns = by.map(({ theirs }) => theirs);
    const partitions = () =>
      new Map(log.partitionsAt(version, columns).map((values) => [partitionId(values), values])).values();
    const joined = this.#joined.get(id) ?? new JoinedPartitions(by, partitions());
    this.#joined.set(id, joined);
    return joined.of(own);
  }
}

/** A log that was restored may have another commit under the same version. */
function isSameCommit({ add }: Lifespan, input: TableLog, version: number): boolean {
  const id = readInputCommits(add)[input.prefix];
  return id === undefined || id === input.commitId(version);
}

/** A table that was moved away and made anew has another id, and versions of its own. */
function isSameTable(target: TableLog, file: Lifespan, input: TableLog): boolean {
  const ids = target.inputIds(file.from, input.prefix);
  return ids.length === 0 || ids.includes(input.tableId);
}
