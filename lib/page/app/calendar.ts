// The periods of a calendar of days or months: which ones a window shows, and what stands in one. Pure.
import type { ArrivalPeriod, ArrivalsDocument } from '../dataset-documents.ts';
import { counted, countText } from './parts/count-text.ts';
import { FILE_STATE_WORDS, GRAVITY, type PeriodState } from './parts/state-words.ts';

export type Unit = 'day' | 'month';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Days or months since 1970; undefined for what names no period of that unit. */
export function ordinalOf(period: string, unit: Unit): number | undefined {
  const [, year, month, day] = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(period) ?? [];
  if (year === undefined || (day === undefined) !== (unit === 'month')) return undefined;
  const ordinal =
    unit === 'month'
      ? (Number(year) - 1970) * 12 + Number(month) - 1
      : Math.floor(Date.parse(`${period}T00:00:00Z`) / DAY_MS);
  // A 30th of February, or a month 13, is none.
  return Number.isNaN(ordinal) || periodOf(ordinal, unit) !== period ? undefined : ordinal;
}

/** `2024-01-03` or `2024-01`. */
export function periodOf(ordinal: number, unit: Unit): string {
  if (unit === 'day') return new Date(ordinal * DAY_MS).toISOString().slice(0, 10);
  const year = 1970 + Math.floor(ordinal / 12);
  return `${String(year).padStart(4, '0')}-${String((((ordinal % 12) + 12) % 12) + 1).padStart(2, '0')}`;
}

/** How much one look holds, and how far the two steps back go. */
export const WINDOWS: Readonly<
  Record<Unit, { readonly length: number; readonly step: number; readonly leap: number }>
> = {
  day: { length: 92, step: 91, leap: 364 },
  month: { length: 24, step: 12, leap: 36 },
};

export type Reach = { readonly first: number; readonly last: number };

/** Of all the ordinals; undefined for none. A date typed wrong may lie far ahead: the newest is the last up to `latest`, if there is one. */
export function reachOf(
  ordinals: Iterable<number>,
  latest: number,
): (Reach & { readonly newest: number }) | undefined {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  let newest = Number.NEGATIVE_INFINITY;
  for (const ordinal of ordinals) {
    first = Math.min(first, ordinal);
    last = Math.max(last, ordinal);
    if (ordinal <= latest) newest = Math.max(newest, ordinal);
  }
  if (first === Number.POSITIVE_INFINITY) return undefined;
  return { first, last, newest: newest === Number.NEGATIVE_INFINITY ? last : newest };
}

export type Elsewhere = { readonly dataset: string; readonly newest: number };

/** Of the datasets that have nothing in a window, the newest period up to `latest`, or the first one after it. */
export function elsewhereOf(
  rows: readonly ArrivalsDocument[],
  unit: Unit,
  window: { readonly last: number; readonly latest: number },
): Elsewhere[] {
  const first = window.last - WINDOWS[unit].length + 1;
  return rows.flatMap(({ dataset, periods }) => {
    const ordinals = periods.flatMap(({ period }) => ordinalOf(period, unit) ?? []);
    if (ordinals.some((ordinal) => ordinal >= first && ordinal <= window.last)) return [];
    const reach = reachOf(ordinals, window.latest);
    return reach === undefined ? [] : [{ dataset, newest: reach.newest }];
  });
}

/** The gravest of what came and what is missing; undefined for a period without anything. */
export function stateOf(period: ArrivalPeriod): PeriodState | undefined {
  return GRAVITY.find((state) => countOf(period, state) > 0);
}

function countOf(period: ArrivalPeriod, state: PeriodState): number {
  return state === 'missing' ? period.missing : (period.states[state] ?? 0);
}

/** `3 files, 5,000 rows, 2 refused rows: 1 corrected, 2 counted`. */
export function periodWords(period: ArrivalPeriod): string {
  const states = GRAVITY.flatMap((state) => {
    const count = countOf(period, state);
    return count === 0 ? [] : [`${countText(count)} ${FILE_STATE_WORDS[state].word.toLowerCase()}`];
  });
  const refused = period.refusedRows === 0 ? [] : [counted(period.refusedRows, 'refused row')];
  const facts = [counted(period.files, 'file'), counted(period.rows, 'row'), ...refused];
  return `${facts.join(', ')}: ${states.join(', ')}`;
}

/** Runs of one month (of days) or one year (of months), for the calendar's head. */
export function spansOf(
  first: number,
  length: number,
  unit: Unit,
): { readonly label: string; readonly length: number }[] {
  const spans: { label: string; length: number }[] = [];
  for (let at = first; at < first + length; at += 1) {
    const label = periodOf(at, unit).slice(0, unit === 'day' ? 7 : 4);
    const last = spans.at(-1);
    if (last?.label === label) last.length += 1;
    else spans.push({ label, length: 1 });
  }
  return spans;
}
