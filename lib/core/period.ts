// Hours, days, weeks and months of the calendar, each as a number that counts on by one: which one a local time is in, when it begins,
// and how it is written. Pure; knows no time zone: see local-time.ts for "civil".

export const EVERY = ['hour', 'day', 'week', 'month'] as const;
export type Every = (typeof EVERY)[number];

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
/** 1970-01-01 was a Thursday; weeks begin on Monday (ISO 8601). */
const FIRST_MONDAY_MS = -3 * DAY_MS;

/** The period that a local time is in. */
export function periodAt(every: Every, civilMs: number): number {
  if (every === 'hour') return Math.floor(civilMs / HOUR_MS);
  if (every === 'day') return Math.floor(civilMs / DAY_MS);
  if (every === 'week') return Math.floor((civilMs - FIRST_MONDAY_MS) / WEEK_MS);
  const date = new Date(civilMs);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

/** Its first moment, by the clocks there; it ends where the next one begins. */
export function periodStart(every: Every, period: number): number {
  if (every === 'hour') return period * HOUR_MS;
  if (every === 'day') return period * DAY_MS;
  if (every === 'week') return period * WEEK_MS + FIRST_MONDAY_MS;
  return Date.UTC(1970, period, 1);
}

/** `2026-11-28 05:00`, `2026-11-28`, `2026-W48` (ISO 8601), `2026-11` */
export function periodText(every: Every, period: number): string {
  const start = periodStart(every, period);
  if (every === 'week') {
    // The year of a week is that of its Thursday.
    const thursday = new Date(start + 3 * DAY_MS);
    const year = thursday.getUTCFullYear();
    const week = Math.floor((thursday.getTime() - dayMs(`${padded(year, 4)}-01-01`)) / WEEK_MS) + 1;
    return `${padded(year, 4)}-W${padded(week, 2)}`;
  }
  const iso = new Date(start).toISOString();
  if (every === 'hour') return `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;
  return iso.slice(0, every === 'day' ? 10 : 7);
}

/** Undefined for a text that periodText does not write. */
export function periodOfText(every: Every, text: string): number | undefined {
  const [, year = '', week = ''] = /^(\d{4})-W(\d\d)$/.exec(text) ?? [];
  const start =
    every === 'week'
      ? dayMs(`${year}-01-04`) + (Number(week) - 1) * WEEK_MS
      : Date.parse(
          `${`${text}${every === 'month' ? '-01' : ''}`.replace(' ', 'T')}${every === 'hour' ? 'Z' : ''}`,
        );
  if (Number.isNaN(start)) return undefined;
  const period = periodAt(every, start);
  return periodText(every, period) === text ? period : undefined;
}

/** `day`: YYYY-MM-DD. */
export function dayMs(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

function padded(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}
