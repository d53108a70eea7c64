// Which data files a table's rows come from, through every level down to the source files: each file's tags say from which
// versions of its inputs it was made, and the inputs' logs say which files were live then.
import { tablePrefix } from '../core/insight.ts';
import type { PartitionValues } from '../delta/actions.ts';
import type { Effects } from '../lake/effects.ts';
import { Neighbours } from '../lake/neighbours.ts';
import { readInputCommits, readInputs, readWindow } from '../lake/tags.ts';
import type { Lifespan, TableLog, TableLogs } from './table-log.ts';

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

/** `files`: of `log` at `version`. Of the driving input the files count that the partition saw, of the other inputs all. */
export async function traceLineage(
  effects: Effects,
  logs: TableLogs,
  log: TableLog,
  version: number,
  files: readonly Lifespan[],
): Promise<Lineage> {
  const tables = new Map<string, UsedTable>();
  const lost = new Set<string>();
  const overs = drivingInputs(effects);
  const seen = new Set<string>();
  const neighbours = new Map<string, Neighbours>();
  const waiting = [{ log, version, files }];
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
    const used = tables.get(step.log.prefix) ?? { log: step.log, files: new Map(), versions: new Set() };
    tables.set(step.log.prefix, used);
    used.versions.add(step.version);
    for (const file of step.files) {
      if (used.files.has(file.add.path)) continue;
      used.files.set(file.add.path, file);
      for (const [input, at] of Object.entries(readInputs(file.add) ?? {})) {
        const partition = overs.get(step.log.prefix) === input ? file.add.partitionValues : {};
        const id = JSON.stringify([input, at, partition]);
        if (seen.has(id)) continue;
        seen.add(id);
        const next = await inputFiles(logs, neighbours, step.log, file, input, at, partition);
        if (typeof next === 'string') lost.add(next);
        else waiting.push(next);
      }
    }
  }
  return { tables, lost };
}

/** By the present definitions; a table that none makes any more counts all files of all inputs. */
function drivingInputs({ catalog }: Effects): ReadonlyMap<string, string> {
  return new Map(
    catalog.derivations.flatMap(({ target, over }) =>
      over === undefined ? [] : [[tablePrefix(target), tablePrefix(over)] as const],
    ),
  );
}

async function inputFiles(
  logs: TableLogs,
  neighbours: Map<string, Neighbours>,
  target: TableLog,
  file: Lifespan,
  input: string,
  version: number,
  partition: PartitionValues,
): Promise<{ log: TableLog; version: number; files: readonly Lifespan[] } | string> {
  const log = await logs.find(input);
  const isThere = log !== undefined && version <= log.newest && isSameTable(target, file, log);
  if (!isThere || !isSameCommit(file, log, version))
    return `${target.prefix} was made from version ${version} of a ${input} that is not in the lake any more: which source files that were, cannot be told`;
  const seen = seenPartitions(neighbours, file, log, version, partition);
  return { log, version, files: seen.flatMap((one) => log.partitionAt(version, one)) };
}

/** The partition and its neighbours, as far as the window reached under which it was computed. */
function seenPartitions(
  known: Map<string, Neighbours>,
  { add }: Lifespan,
  input: TableLog,
  version: number,
  partition: PartitionValues,
): readonly PartitionValues[] {
  const window = readWindow(add);
  const columns = Object.keys(partition);
  if (window === undefined || columns.length === 0) return [partition];
  const id = JSON.stringify([input.prefix, version, columns, window]);
  const neighbours = known.get(id) ?? new Neighbours(window, input.partitionsAt(version, columns));
  known.set(id, neighbours);
  return neighbours.of(partition);
}

/** A log that was restored may have another commit under the same version. */
function isSameCommit({ add }: Lifespan, input: TableLog, version: number): boolean {
  const id = readInputCommits(add)[input.prefix];
  return id === undefined || id === input.entries[version]?.id;
}

/** A table that was moved away and made anew has another id, and versions of its own. */
function isSameTable(target: TableLog, file: Lifespan, input: TableLog): boolean {
  const ids = target.inputIds(file.from, input.prefix);
  return ids.length === 0 || ids.includes(input.metadata(input.newest).id);
}
