// Merges a dataset's small data files, so that readers open few files and the log stays short. Rows, sources and versions stay what
// they were: the log says that no data changed, and nothing is recomputed. What a writer took out of the table meanwhile is left as it is.
import { landingTable } from '../core/built-in.ts';
import type { Dataset } from '../core/contract.ts';
import { tablePrefix } from '../core/insight.ts';
import type { Action, Add } from '../delta/actions.ts';
import { configuration, type Snapshot } from '../delta/snapshot.ts';
import { vacuumFence } from '../delta/vacuum.ts';
import { unaccountedFiles } from '../ingest/unaccounted.ts';
import type { Effects } from '../lake/effects.ts';
import { wholeFiles } from '../lake/live-shares.ts';
import { mergeShares } from '../lake/merge-shares.ts';
import { filesByPartition } from '../lake/partition.ts';
import { allShares, isMerged, removalOf, sourceCount } from '../lake/shares.ts';
import { CONTRACT, FIRST_ROW, roleOf, sourceOf } from '../lake/tags.ts';

export type Compaction = {
  /** A merged file has about this size. Files of at least half of it are left alone. */
  readonly targetBytes: number;
  /** One action of the log lists them. Files of at least half as many are left alone. */
  readonly mostSources: number;
  /** Fewer small files in a partition are left alone: each merge writes all of their rows again. */
  readonly leastFiles: number;
};

export const COMPACTION: Compaction = {
  targetBytes: 128 * 1024 * 1024,
  mostSources: 10_000,
  leastFiles: 8,
};

/** `files` became `into`, of `bytes`. `finished`: false if time ran out. `failures`: why some were left as they are. */
export type Compacted = {
  readonly files: number;
  readonly into: number;
  readonly bytes: number;
  readonly finished: boolean;
  readonly failures: readonly unknown[];
};

export type CompactOptions = {
  readonly compaction?: Compaction;
  /** True: only says what would be merged; then `bytes` is that of the files as they are. */
  readonly dryRun?: boolean;
  /** Called between two merges; the rest is left to the next run. */
  readonly outOfTime?: () => boolean;
};

/** Whoever asks for a source reads the whole entry that lists it. */
const MERGES_A_COMMIT = 10;
const SOURCES_A_COMMIT = 10_000;

/** Safe beside everything else that works on the table, which is the dataset's landing table. Of a replace dataset nothing is merged. */
export async function compactTable(
  effects: Effects,
  dataset: Dataset,
  { compaction = COMPACTION, dryRun = false, outOfTime }: CompactOptions,
): Promise<Compacted> {
  const prefix = prefixOf(dataset);
  const snapshot = isMergeable(dataset) ? await effects.tables.latest(prefix) : undefined;
  const groups = snapshot ? filesToMerge(dataset, snapshot, compaction) : [];
  const done = { files: 0, into: 0, bytes: 0, finished: true };
  const failures: unknown[] = [];
  for (const batch of batches(groups)) {
    const merged: Merged[] = [];
    const fence = vacuumFence(await effects.tables.latest(prefix));
    for (const files of batch) {
      if (outOfTime?.()) done.finished = false;
      if (!done.finished) break;
      if (dryRun) count(done, files, sizeOf(files));
      else
        try {
          const whole = await wholeFiles(effects.tables, prefix, files);
          const [add] = await mergeShares(effects, dataset, [allShares(whole)]);
          if (add) merged.push({ files, add });
        } catch (error) {
          // A file that is gone holds up no others.
          failures.push(error);
        }
    }
    const committed = merged.length === 0 ? [] : await commitMerged(effects, dataset, merged, fence);
    for (const { files, add } of committed) count(done, files, add.size);
    if (!done.finished) break;
  }
  return { ...done, failures };
}

/** What is committed together: at least one merge. */
function batches(groups: readonly (readonly Add[])[]): (readonly Add[])[][] {
  const found: (readonly Add[])[][] = [];
  let sources = Infinity;
  for (const files of groups) {
    const own = files.reduce((sum, file) => sum + sourceCount(file), 0);
    if (sources + own > SOURCES_A_COMMIT || found.at(-1)?.length === MERGES_A_COMMIT) {
      found.push([]);
      sources = 0;
    }
    found.at(-1)?.push(files);
    sources += own;
  }
  return found;
}

type Count = { files: number; into: number; bytes: number };

function count(done: Count, files: readonly Add[], bytes: number): void {
  done.files += files.length;
  done.into += 1;
  done.bytes += bytes;
}

function sizeOf(files: readonly Add[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

type Merged = { readonly files: readonly Add[]; readonly add: Add };

/** Returns those that are in the table now: the files of the others are not all there any more, or a vacuum may have deleted the new one. */
async function commitMerged(
  { tables, clock }: Effects,
  dataset: Dataset,
  merged: readonly Merged[],
  fence: number,
): Promise<readonly Merged[]> {
  const { planned } = await tables.commit(prefixOf(dataset), async (snapshot) => {
    const isSound = isOurs(dataset, snapshot) && vacuumFence(snapshot) === fence;
    const isLive = (file: Add) => snapshot?.files.has(file.path) === true;
    const taken = isSound ? merged.filter(({ files }) => files.every(isLive)) : [];
    if (taken.length === 0) return { actions: undefined, taken };
    const actions = taken.flatMap(({ files, add }): Action[] => [
      ...files.map((file) => {
        const { remove } = removalOf(file, [], clock().getTime());
        return { remove: { ...remove, dataChange: false } };
      }),
      { add: { ...add, dataChange: false } },
    ]);
    const removed = taken.reduce((sum, { files }) => sum + files.length, 0);
    const metrics = { numRemovedFiles: String(removed), numAddedFiles: String(taken.length) };
    return { actions, operation: 'OPTIMIZE', metrics, taken };
  });
  return planned.taken;
}

/** Each file of a replace dataset may stand for a delivery. */
function isMergeable({ mode }: Dataset): boolean {
  return mode !== 'replace';
}

function prefixOf(dataset: Dataset): string {
  return tablePrefix(landingTable(dataset));
}

/** Files under another contract are read again soon, one by one; and a commit here would hide what another program did. */
function isOurs(dataset: Dataset, snapshot: Snapshot | undefined): snapshot is Snapshot {
  return (
    snapshot !== undefined &&
    configuration(snapshot, CONTRACT) === dataset.hash &&
    snapshot.foreign.length === 0 &&
    unaccountedFiles(snapshot).length === 0
  );
}

/** Each group is of one partition: merged files, then the others in the order of their sources. Pure. */
export function filesToMerge(
  dataset: Dataset,
  snapshot: Snapshot,
  { targetBytes, mostSources, leastFiles }: Compaction,
): Add[][] {
  if (!isOurs(dataset, snapshot)) return [];
  const isSmall = (file: Add) => file.size * 2 <= targetBytes && sourceCount(file) * 2 <= mostSources;
  const isPlain = (file: Add) =>
    file.tags?.[CONTRACT] === dataset.hash &&
    file.tags[FIRST_ROW] === undefined &&
    roleOf(file) === undefined;
  const small = [...snapshot.files.values()].filter((file) => isPlain(file) && isSmall(file));
  const partitions = filesByPartition({ partitionBy: snapshot.metadata.partitionColumns }, small);
  return [...partitions.values()]
    .filter((files) => files.length >= leastFiles)
    .flatMap((files) => grouped(files.sort(bySource), targetBytes, mostSources))
    .filter((files) => files.length > 1);
}

function bySource(a: Add, b: Add): number {
  const [one, other] = [firstSource(a), firstSource(b)];
  return one === other ? 0 : one < other ? -1 : 1;
}

/** Of a merged file the snapshot does not say it. */
function firstSource(file: Add): string {
  return (isMerged(file) ? undefined : sourceOf(file)) ?? '';
}

function grouped(files: readonly Add[], targetBytes: number, mostSources: number): Add[][] {
  const groups: Add[][] = [];
  let [bytes, sources] = [Infinity, Infinity];
  for (const file of files) {
    const own = sourceCount(file);
    if (bytes + file.size > targetBytes || sources + own > mostSources) {
      groups.push([]);
      [bytes, sources] = [0, 0];
    }
    groups.at(-1)?.push(file);
    bytes += file.size;
    sources += own;
  }
  return groups;
}
