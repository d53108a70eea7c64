// Which versions of an insight lie between two ends, and whether the page tells what each of them changed. Pure.

import type { VersionRow } from '../dataset-documents.ts';
import type { ChangeRef, InsightDocument } from '../insight-documents.ts';
import type { Time } from '../page-values.ts';

/** After it, or up to it: a version, the end of a day in UTC, or a moment. */
export type RangeEnd = { readonly version: number } | { readonly day: string } | { readonly moment: Time };

export type ChangeRange = {
  /** The oldest first. */
  readonly changes: readonly ChangeRef[];
  /** Versions in between that changed rows, of which the page does not tell what. */
  readonly untold: number;
  /** The versions that are compared, as far as they are listed. */
  readonly from: number | null;
  readonly to: number | null;
};

type Past = Pick<InsightDocument, 'versions' | 'moreVersions' | 'changes'>;

/** Null for what is neither a version, a day nor a moment in UTC. */
export function parseEnd(text: string): RangeEnd | null {
  if (/^\d{1,15}$/.test(text)) return { version: Number(text) };
  if (/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(text) && !Number.isNaN(Date.parse(text)))
    return { moment: new Date(text).toISOString() };
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? { day: text } : null;
}

/** `from` null: before the newest change; `to` null: now. */
export function changeRange(past: Past, from: RangeEnd | null, to: RangeEnd | null): ChangeRange {
  const { versions, moreVersions, changes } = past;
  const upTo = changes.filter((change) => to === null || isUpTo(change, to));
  const [newest] = upTo;
  const start = from ?? (newest === undefined ? null : { version: newest.version - 1 });
  const isIn = (one: Dated) => !(start !== null && isUpTo(one, start)) && (to === null || isUpTo(one, to));
  const told = new Set(changes.map(({ version }) => version));
  const untold = versions.filter((one) => isIn(one) && movesRows(one) && !told.has(one.version)).length;
  const oldest = versions.at(-1);
  const isCut = moreVersions > 0 && start !== null && oldest !== undefined && !isUpTo(oldest, start);
  const before = versions.find((one) => start !== null && isUpTo(one, start));
  const last = versions.find((one) => to === null || isUpTo(one, to));
  return {
    changes: upTo.filter(isIn).toReversed(),
    untold: untold + (isCut && oldest.version > 0 ? 1 : 0),
    from: start !== null && 'version' in start ? start.version : (before?.version ?? null),
    to: last?.version ?? null,
  };
}

type Dated = { readonly version: number; readonly committedAt: Time };

function isUpTo({ version, committedAt }: Dated, end: RangeEnd): boolean {
  if ('version' in end) return version <= end.version;
  return 'day' in end ? committedAt.slice(0, 10) <= end.day : committedAt <= end.moment;
}

function movesRows({ rowsAdded, rowsRemoved }: VersionRow): boolean {
  return rowsAdded + rowsRemoved > 0;
}

/** The day in UTC that is so many before the moment's. */
export function dayBefore(moment: Time, days: number): string {
  return hoursBefore(moment, days * 24).slice(0, 10);
}

export function hoursBefore(moment: Time, hours: number): Time {
  return new Date(new Date(moment).getTime() - hours * 3_600_000).toISOString();
}
