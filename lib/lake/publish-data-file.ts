// Puts a local Parquet file into a table's folder under a new name, and returns its action for the log. It is
// invisible until the caller commits that action.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { contentHash } from '../content-hash.ts';
import type { Add, PartitionValues } from '../delta/actions.ts';
import { MOVED } from '../delta/arrival.ts';
import { withoutRepeats } from '../delta/long-tags.ts';
import { dataFilePath, objectKey } from '../delta/partitions.ts';
import { CorruptionError } from '../errors.ts';
import type { Effects } from './effects.ts';
import { CONTENT } from './tags.ts';

export type NewDataFile = {
  /** The path of the local file, which is moved. */
  readonly path: string;
  readonly partitionValues: PartitionValues;
  /** JSON text: PROTOCOL.md, "Per-file Statistics". */
  readonly stats: string;
  readonly tags: Readonly<Record<string, string>>;
};

/** `prefix`: the table's. The hash of the file's bytes becomes one of its tags. */
export async function publishDataFile(
  { lake, newId, clock }: Pick<Effects, 'lake' | 'newId' | 'clock'>,
  prefix: string,
  partitionColumns: readonly string[],
  { path: local, partitionValues, stats, tags }: NewDataFile,
): Promise<Add> {
  const path = dataFilePath(partitionColumns, partitionValues, `${newId()}.parquet`);
  const content = await contentHash(local);
  const { sizeBytes } = await lake.upload(local, objectKey(prefix, path));
  return {
    path,
    partitionValues,
    size: sizeBytes,
    modificationTime: clock().getTime(),
    dataChange: true,
    stats,
    tags: { ...tags, [CONTENT]: content },
  };
}

/** Of a live data file that the store has no more. */
export function goneError({ lake }: Pick<Effects, 'lake'>, prefix: string, path: string): CorruptionError {
  return new CorruptionError(
    `${lake.location}/${objectKey(prefix, path)} is gone, although its table's log names it: restore it, or rebuild the table with "npx sluice rebuild"`,
  );
}

/**
 * Publishes under a new name what `write` makes of a live data file, of the same source. `write` is given the local file, and the
 * path of the new one, and returns its stats, or undefined to give up. Returns `gone` where the store has the file no more.
 */
export async function republishDataFile(
  effects: Effects,
  prefix: string,
  partitionColumns: readonly string[],
  { path: before, partitionValues, tags: known }: Add,
  write: (from: string, to: string) => Promise<string | undefined>,
): Promise<Add | 'gone' | undefined> {
  const file = await effects.lake.download(objectKey(prefix, before));
  if (file === undefined) return 'gone';
  const { [MOVED]: _, ...tags } = withoutRepeats(known ?? {});
  const folder = await mkdtemp(join(effects.scratch, 'republish-'));
  try {
    const path = join(folder, 'new.parquet');
    const stats = await write(file.path, path);
    if (stats === undefined) return undefined;
    return await publishDataFile(effects, prefix, partitionColumns, { path, partitionValues, stats, tags });
  } finally {
    await file.release();
    await rm(folder, { recursive: true, force: true });
  }
}
