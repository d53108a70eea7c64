// Whether the data files that a table's log names hold what was written: those of the newest version, which must all be there,
// and those of older ones that no vacuum has taken yet.
import { type TableRef, tablePrefix } from '../core/insight.ts';
import type { Add } from '../delta/actions.ts';
import { objectKey } from '../delta/partitions.ts';
import { recordedRows } from '../delta/stats.ts';
import { CliError, CorruptionError } from '../errors.ts';
import type { Effects } from '../lake/effects.ts';
import { CONTENT } from '../lake/tags.ts';
import { type ExpectedFile, type ParquetRows, parquetRows } from './parquet-rows.ts';
import { readTableLog } from './read-table-log.ts';

export function expectedFile(prefix: string, { path, tags }: Add): ExpectedFile {
  return { key: objectKey(prefix, path), content: tags?.[CONTENT] };
}

/** A sentence for each of the newest version's files that is not as it should be; [] where the table does not exist. */
export async function damagedFiles(effects: Effects, table: TableRef): Promise<string[]> {
  const prefix = tablePrefix(table);
  const live = [...((await effects.tables.latest(prefix))?.files.values() ?? [])];
  const found = await parquetRows(
    effects,
    live.map((add) => expectedFile(prefix, add)),
  );
  return live.flatMap((add) => {
    const key = objectKey(prefix, add.path);
    const problem = fileProblem(found.get(key), recordedRows(add));
    return problem === undefined ? [] : [`${key} ${problem}. ${nextStep(table)}`];
  });
}

/** The same of files that only older versions have. What a vacuum has taken is not missed. */
export async function damagedPast(effects: Effects, table: TableRef): Promise<string[]> {
  const prefix = tablePrefix(table);
  const past = await pastFiles(effects, prefix);
  const found = await parquetRows(
    effects,
    past.map((add) => expectedFile(prefix, add)),
  );
  return past.flatMap((add) => {
    const key = objectKey(prefix, add.path);
    const rows = found.get(key);
    const problem = rows === 'gone' ? undefined : fileProblem(rows, recordedRows(add));
    return problem === undefined
      ? []
      : [`${key} ${problem}; older versions alone show it (--as-of): bring it back from a backup`];
  });
}

/** [] where the log cannot be read as a whole: what is wrong with it is said elsewhere. */
async function pastFiles(effects: Effects, prefix: string): Promise<Add[]> {
  const log = await readTableLog(effects.tables, prefix).catch((error) => {
    if (error instanceof CliError || error instanceof CorruptionError) return undefined;
    throw error;
  });
  if (log === undefined) return [];
  const there = new Set<string>();
  for await (const { key } of effects.lake.list(`${prefix}/`)) there.add(key);
  const newest = new Map(log.lifespans().map((lifespan) => [lifespan.add.path, lifespan]));
  const past = [...newest.values()].filter(({ until }) => until !== Number.POSITIVE_INFINITY);
  return past.map(({ add }) => add).filter((add) => there.has(objectKey(prefix, add.path)));
}

/** `recorded`: the rows that the log says; other programs need not say any. */
function fileProblem(rows: ParquetRows | undefined, recorded: number | undefined): string | undefined {
  if (rows === undefined || rows === 'gone') return 'is gone, although the log names it';
  if (rows === 'altered') return 'is not what was written: its bytes have changed';
  if (rows === 'unreadable') return 'is not a Parquet file';
  return recorded === undefined || rows === recorded
    ? undefined
    : `has ${rows} rows, and the log says ${recorded}`;
}

function nextStep(table: TableRef): string {
  return table.kind === 'insights'
    ? `Bring it back from a backup, or move ${tablePrefix(table)} out of the lake and run "npx sluice sync", which computes it again`
    : `Bring it back from a backup, or run "npx sluice rebuild ${table.name}"`;
}
