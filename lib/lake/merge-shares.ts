// Writes the rows of some sources from a table's live data files into new ones, source after source. They are invisible until the
// caller commits them, and must take the old files out at once.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { landingTable } from '../core/catalog.ts';
import { type Dataset, tableColumns } from '../core/contract.ts';
import { tablePrefix } from '../core/insight.ts';
import type { Column } from '../core/schema.ts';
import type { Add } from '../delta/actions.ts';
import { objectKey } from '../delta/partitions.ts';
import { fileStatistics, recordCount } from '../delta/stats.ts';
import { CorruptionError } from '../errors.ts';
import { inParallel } from '../in-parallel.ts';
import type { LocalFile, SqlSession } from '../ports.ts';
import { fileLiteral, list, writeParquet } from '../sql/quoting.ts';
import type { Effects } from './effects.ts';
import { goneError, publishDataFile } from './publish-data-file.ts';
import { type Share, sharesOf, tagsOfMoved } from './shares.ts';
import { storedColumns } from './stored-columns.ts';

/**
 * Of a dataset's landing table. `groups`: what each new file gets: shares of one partition, at least one, whose files are under one
 * contract. `tagsOf`: tagsOfSeveral if no commit has named the old files. Columns get the types of the dataset's contract. Throws
 * CorruptionError where a file is gone, or has other rows than the log says.
 */
export async function mergeShares(
  effects: Effects,
  dataset: Dataset,
  groups: readonly (readonly Share[])[],
  tagsOf: typeof tagsOfMoved = tagsOfMoved,
): Promise<Add[]> {
  const prefix = tablePrefix(landingTable(dataset));
  const local = new Map<Add, LocalFile>();
  const folder = await mkdtemp(join(effects.scratch, 'merge-'));
  try {
    const files = new Set(groups.flatMap((shares) => shares.map(({ file }) => file)));
    await inParallel(files, async (file) => void local.set(file, await fetched(effects, prefix, file)));
    const adds: Add[] = [];
    for (const shares of groups) {
      const to = { path: join(folder, 'merged.parquet'), tagsOf };
      adds.push(await mergeGroup(effects, dataset, prefix, shares, local, to));
    }
    return adds;
  } finally {
    for (const file of local.values()) await file.release();
    await rm(folder, { recursive: true, force: true });
  }
}

async function mergeGroup(
  effects: Effects,
  dataset: Dataset,
  prefix: string,
  shares: readonly Share[],
  local: ReadonlyMap<Add, LocalFile>,
  { path, tagsOf }: { readonly path: string; readonly tagsOf: typeof tagsOfMoved },
): Promise<Add> {
  const files = [...new Set(shares.map(({ file }) => file))];
  const wanted = new Set(shares);
  const inOrder = files.flatMap((file) => sharesOf(file).filter((share) => wanted.has(share)));
  const { partitionValues } = files[0] as Add;
  const partitionColumns = dataset.partitionBy.map(({ name }) => name);
  const columns = tableColumns(dataset).filter(({ name }) => !partitionColumns.includes(name));
  const paths = files.map((file) => local.get(file)?.path ?? '');
  const stats = await effects.sql.session(async (session) => {
    const rows = await session.run(
      writeParquet(await selection(session, columns, files, paths, inOrder), path),
    );
    requireRows(prefix, files, recordCount(inOrder), rows);
    return (await fileStatistics(session, path, columns)).stats;
  });
  const tags = tagsOf(inOrder, dataset.primaryKey);
  return publishDataFile(effects, prefix, partitionColumns, { path, partitionValues, stats, tags });
}

async function fetched(effects: Effects, prefix: string, { path }: Add): Promise<LocalFile> {
  const file = await effects.lake.download(objectKey(prefix, path));
  if (file) return file;
  throw goneError(effects, prefix, path);
}

function requireRows(prefix: string, files: readonly Add[], wanted: number, written: number): void {
  if (wanted === written) return;
  const paths = files.map(({ path }) => path);
  const named = `${paths.slice(0, 3).join(', ')}${paths.length > 3 ? ` and ${paths.length - 3} more` : ''}`;
  throw new CorruptionError(
    `${prefix}: the log says ${wanted} rows of the sources in ${named}, and there are ${written}. Nothing was changed: "npx sluice certify" says which file is not what was written`,
  );
}

/** The engine keeps the order of files, and of the rows in each. */
async function selection(
  session: SqlSession,
  columns: readonly Column[],
  files: readonly Add[],
  paths: readonly string[],
  shares: readonly Share[],
): Promise<string> {
  const read = `read_parquet(${list(paths.map(fileLiteral))}, hive_partitioning = false)`;
  const { select } = await storedColumns(session, read, columns);
  const taken = files.map((file) => shares.filter((share) => share.file === file));
  const isWhole = files.every((file, i) => taken[i]?.length === sharesOf(file).length);
  const kept = isWhole ? '' : ` WHERE ${taken.map(condition).join(' OR ')}`;
  return `SELECT ${select} FROM ${read}${kept}`;
}

/** Of the rows of one file; runs that follow each other are one. */
function condition(shares: readonly Share[], fileIndex: number): string {
  const runs: { from: number; to: number }[] = [];
  for (const share of shares) {
    const [from, to] = [share.firstRow, share.firstRow + recordCount([share])];
    const last = runs.at(-1);
    if (last?.to === from) last.to = to;
    else runs.push({ from, to });
  }
  const within = runs.map(({ from, to }) => `file_row_number >= ${from} AND file_row_number < ${to}`);
  return `(file_index = ${fileIndex} AND (${within.join(' OR ')}))`;
}
