// A table's rows at a version, with the schema and the data files of that version.

import type { Column } from '../core/schema.ts';
import type { Add, Metadata } from '../delta/actions.ts';
import { parseSchema } from '../delta/schema.ts';
import { CliError, CorruptionError } from '../errors.ts';
import { inParallel, mapInParallel } from '../in-parallel.ts';
import { relationSql } from '../lake/scan-sql.ts';
import { CONTRACT, DEFINITION } from '../lake/tags.ts';
import type { LocalFiles } from '../refresh/inputs.ts';
import type { TableLog } from './table-log.ts';

/** A SELECT of all rows of `files`, which were live at `version`. Throws CliError where one of them was swept since. */
export async function relationAt(
  local: LocalFiles,
  log: TableLog,
  version: number,
  files: readonly Add[],
): Promise<string> {
  await fetchAt(local, log, version, files);
  return relationOf(local, log.prefix, log.metadata(version), files);
}

/** A SELECT of all rows of `files` by the table's own schema, whatever the contract says by now. */
export async function relationOf(
  local: LocalFiles,
  prefix: string,
  metadata: Metadata,
  files: readonly Add[],
): Promise<string> {
  const relationFiles = await mapInParallel(files, async (add) => ({
    path: await local.path(prefix, add),
    partitionValues: add.partitionValues,
  }));
  const hash = metadata.configuration[DEFINITION] ?? metadata.configuration[CONTRACT];
  const isMixed = files.some(({ tags }) => (tags?.[DEFINITION] ?? tags?.[CONTRACT]) !== hash);
  const shape = {
    columns: columnsAt(metadata),
    partitionColumns: metadata.partitionColumns,
    withSource: false,
    mixed: isMixed,
  };
  return relationSql(shape, relationFiles);
}

export function columnsAt(metadata: Metadata): Column[] {
  return parseSchema(metadata.schemaString);
}

async function fetchAt(
  local: LocalFiles,
  log: TableLog,
  version: number,
  files: readonly Add[],
): Promise<void> {
  const isLive = ({ path }: Add) => log.lifespan(path)?.until === Number.POSITIVE_INFINITY;
  await fetchFiles(local, log.prefix, files.filter(isLive));
  try {
    await fetchFiles(
      local,
      log.prefix,
      files.filter((add) => !isLive(add)),
    );
  } catch (error) {
    const days = retentionDays(log);
    if (!(error instanceof CorruptionError) || days === undefined) throw error;
    const name = log.prefix.slice(log.prefix.indexOf('/') + 1);
    throw new CliError(
      `Version ${version} of ${log.prefix} cannot be read any more: data files that later versions replaced were swept by "sluice maintain" after ${days} days. ` +
        `What the log says of it is still there: "npx sluice history ${name}", "npx sluice explain ${name} --as-of ${version}".`,
      1,
      { cause: error },
    );
  }
}

/** How long the latest vacuum kept what was removed; undefined where there was none. */
function retentionDays(log: TableLog): number | undefined {
  const vacuums = log.entries.map(({ version }) => log.info(version)?.operationParameters?.retentionMillis);
  const ms = vacuums.findLast((text) => text !== undefined);
  return ms === undefined ? undefined : Math.round((Number(ms) / 86_400_000) * 1000) / 1000;
}

/** Onto the local disk, where they are not there yet. */
export function fetchFiles(local: LocalFiles, prefix: string, files: Iterable<Add>): Promise<void> {
  return inParallel(files, async (add) => void (await local.path(prefix, add)));
}
