// How many rows a table had on each of the last days, from its log. Pure.
import type { VersionHistory } from '../inspect/history.ts';
import type { TableLog } from '../inspect/table-log.ts';

export const TREND_DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;

/** At the end of each of the last 30 days in UTC, the oldest first; the last is today up to now. Null before the table existed. */
export function rowTrend(log: TableLog, history: readonly VersionHistory[], now: Date): (number | null)[] {
  const rows = new Map(history.map((version) => [version.version, version.rows]));
  const tomorrow = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1);
  return Array.from({ length: TREND_DAYS }, (_, i) => {
    const version = log.versionAt(tomorrow - (TREND_DAYS - 1 - i) * DAY_MS - 1);
    return version === undefined ? null : (rows.get(version) ?? null);
  });
}
