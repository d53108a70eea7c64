// Which versions of each source file a table's log has seen, and from when until when their rows were in it. Pure.
import type { TableLog } from '../inspect/table-log.ts';
import { readOrigin, roleOf } from '../lake/tags.ts';

export type SourceVersions = {
  readonly etag: string;
  readonly lastModifiedMs: number;
  rows: number;
  refusedRows: number;
  /** Versions of the table: live from `from` up to, and without, `until`. */
  from: number;
  until: number;
};

/** By source, the oldest first. One version that was read again, or came again, is one. */
export function versionsBySource(log: TableLog): Map<string, SourceVersions[]> {
  const bySource = new Map<string, SourceVersions[]>();
  for (const { add, from, until } of log.lifespans()) {
    const origin = roleOf(add) === undefined ? readOrigin(add) : undefined;
    if (origin === undefined) continue;
    const { source, etag, lastModifiedMs, acceptedRows: rows, quarantinedRows: refusedRows } = origin;
    const known = bySource.get(source) ?? [];
    bySource.set(source, known);
    const same = known.find((one) => one.etag === etag && one.lastModifiedMs === lastModifiedMs);
    if (same === undefined) known.push({ etag, lastModifiedMs, rows, refusedRows, from, until });
    else {
      if (until >= same.until) [same.rows, same.refusedRows] = [rows, refusedRows];
      [same.from, same.until] = [Math.min(same.from, from), Math.max(same.until, until)];
    }
  }
  for (const known of bySource.values()) known.sort((a, b) => a.from - b.from);
  return bySource;
}
