// Which versions of a source file a table's log has seen, and from when until when their rows were in it. Pure.
import type { ShareLifespan } from '../inspect/share-lives.ts';
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

/** The oldest first; one that was read again, or came again, is one. `lifespans`: of all rows of one source. */
export function versionsOf(lifespans: readonly ShareLifespan[]): SourceVersions[] {
  const versions: SourceVersions[] = [];
  for (const { share, from, until } of lifespans) {
    const origin = roleOf(share) === undefined ? readOrigin(share) : undefined;
    if (origin === undefined) continue;
    const { etag, lastModifiedMs, acceptedRows: rows, quarantinedRows: refusedRows } = origin;
    const same = versions.find((one) => one.etag === etag && one.lastModifiedMs === lastModifiedMs);
    if (same === undefined) versions.push({ etag, lastModifiedMs, rows, refusedRows, from, until });
    else {
      if (until >= same.until) [same.rows, same.refusedRows] = [rows, refusedRows];
      [same.from, same.until] = [Math.min(same.from, from), Math.max(same.until, until)];
    }
  }
  return versions.sort((a, b) => a.from - b.from);
}

/** Another program's tags may hold no time. */
export function isoTime(ms: number): string {
  return new Date(Number.isNaN(ms) ? 0 : ms).toISOString();
}
