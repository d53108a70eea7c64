// A table's rows at a version, with the schema and the data files of that version.

import type { Column } from '../core/schema.ts';
import type { Add, Metadata } from '../delta/actions.ts';
import { commitInfoOf } from '../delta/commit-id.ts';
import { parseSchema } from '../delta/schema.ts';
import type { DeltaTables } from '../delta/tables.ts';
import { CliError, CorruptionError } from '../errors.ts';
import { inParallel, mapInParallel } from '../in-parallel.ts';
import { relationSql } from '../lake/scan-sql.ts';
import { CONTRACT, DEFINITION } from '../lake/tags.ts';
import type { LocalFiles } from '../refresh/inputs.ts';

/** A table at one of its versions. */
export type TableAt = { readonly prefix: string; readonly version: number; readonly metadata: Metadata };

/** A SELECT of all rows of `files`, which were live then. Throws CliError where one of them was swept since. */
export async function relationAt(
  tables: DeltaTables,
  local: LocalFiles,
  at: TableAt,
  files: readonly Add[],
): Promise<string> {
  await fetchAt(tables, local, at, files);
  return relationOf(local, at.prefix, at.metadata, files);
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
  tables: DeltaTables,
  local: LocalFiles,
  { prefix, version }: TableAt,
  files: readonly Add[],
): Promise<void> {
  try {
    await fetchFiles(local, prefix, files);
  } catch (error) {
    if (!(error instanceof CorruptionError)) throw error;
    const present = await tables.latest(prefix);
    // One that is live must be there.
    await fetchFiles(
      local,
      prefix,
      files.filter(({ path }) => present?.files.has(path)),
    );
    const days = await retentionDays(tables, prefix, present?.version ?? -1);
    if (days === undefined) throw error;
    const name = prefix.slice(prefix.indexOf('/') + 1);
    throw new CliError(
      `Version ${version} of ${prefix} cannot be read any more: data files that later versions replaced were swept by "sluice maintain" after ${days} days. ` +
        `What the log says of it is still there: "npx sluice history ${name}", "npx sluice explain ${name} --as-of ${version}".`,
      1,
      { cause: error },
    );
  }
}

const ENTRIES_A_READ = 100;

/** How long the latest vacuum kept what was removed; undefined where there was none, or the log lacks an entry since. */
async function retentionDays(
  tables: DeltaTables,
  prefix: string,
  newest: number,
): Promise<number | undefined> {
  for (let last = newest; last >= 0; last -= ENTRIES_A_READ) {
    const entries = await tables.entries(prefix, Math.max(-1, last - ENTRIES_A_READ), last);
    if (entries === undefined) return undefined;
    const kept = entries.map(({ actions }) => commitInfoOf(actions)?.operationParameters?.retentionMillis);
    const ms = kept.findLast((text) => text !== undefined);
    if (ms !== undefined) return Math.round((Number(ms) / 86_400_000) * 1000) / 1000;
  }
  return undefined;
}

/** Onto the local disk, where they are not there yet. */
export function fetchFiles(local: LocalFiles, prefix: string, files: Iterable<Add>): Promise<void> {
  return inParallel(files, async (add) => void (await local.path(prefix, add)));
}
