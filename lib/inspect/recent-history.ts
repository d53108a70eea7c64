// The newest versions of a table, told from its newest entries and the table before them: a log of very many versions is not read.
import type { DeltaTables } from '../delta/tables.ts';
import { timeOf } from './entry-time.ts';
import { tableHistory, type VersionHistory } from './history.ts';
import { readLogPart } from './log-parts.ts';
import { readTableLog, snapshotAt } from './read-table-log.ts';

/** So many entries before the first one are read for their times: a version is never told as older than one before, and clocks differ. */
const TIMED = 100;

export type RecentHistory = { readonly newest: number; readonly versions: readonly VersionHistory[] };

/** Newest first, at most `limit`. Undefined for a missing table. Throws CliError for a missing entry, CorruptionError where the newest version cannot be read for want of one. */
export async function recentHistory(
  tables: DeltaTables,
  prefix: string,
  limit: number,
  timed = TIMED,
): Promise<RecentHistory | undefined> {
  const present = await tables.latest(prefix);
  if (present === undefined) return undefined;
  const newest = present.version;
  const base = newest - limit;
  if (base >= timed) {
    const before = await snapshotAt(tables, prefix, base);
    const earlier = (await tables.entries(prefix, base - timed, base)) ?? [];
    const timeMs = Math.max(0, ...earlier.map(({ actions }) => timeOf(actions)));
    const log = await readLogPart(tables, prefix, { base: { ...before, timestampMs: timeMs }, present });
    return { newest, versions: tableHistory(log) };
  }
  const log = await readTableLog(tables, prefix);
  return log && { newest: log.newest, versions: tableHistory(log).slice(0, limit) };
}
