// Puts a local Parquet file into a table's folder under a name that was never used, and says how the log names it. No commit
// names it yet: whoever calls commits it, or nobody ever sees it.
import { contentHash } from '../content-hash.ts';
import type { Add, PartitionValues } from '../delta/actions.ts';
import { dataFilePath, objectKey } from '../delta/partitions.ts';
import type { Effects } from './effects.ts';
import { CONTENT } from './tags.ts';

export type NewDataFile = {
  /** Of the local file, which is moved away. */
  readonly path: string;
  readonly partitionValues: PartitionValues;
  /** JSON text: PROTOCOL.md, "Per-file Statistics". */
  readonly stats: string;
  readonly tags: Readonly<Record<string, string>>;
};

/** `prefix`: the table's. The hash of the file's bytes goes among its tags. */
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
