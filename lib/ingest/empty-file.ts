// A data file without rows: it stands in the log for a landing object of deliveries (see Role in tags.ts).
import { join } from 'node:path';
import { type Dataset, tableColumns } from '../core/contract.ts';
import { fileStatistics } from '../delta/stats.ts';
import { relationSql } from '../lake/scan-sql.ts';
import type { SqlSession } from '../ports.ts';
import { writeParquet } from '../sql/quoting.ts';
import type { DataFile } from './accepted-rows.ts';

/** Written into the folder `scratch`; its partition values are null. */
export async function writeEmptyFile(
  session: SqlSession,
  dataset: Dataset,
  scratch: string,
): Promise<DataFile> {
  const partitions = dataset.partitionBy.map(({ name }) => name);
  const columns = tableColumns(dataset).filter(({ name }) => !partitions.includes(name));
  const path = join(scratch, 'empty.parquet');
  const shape = { columns, partitionColumns: [], withSource: false, mixed: false };
  await session.run(writeParquet(relationSql(shape, []), path));
  const partition = Object.fromEntries(partitions.map((name) => [name, null]));
  return { path, partition, ...(await fileStatistics(session, path, columns)) };
}
