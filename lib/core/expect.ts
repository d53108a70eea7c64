// What a contract expects to arrive regularly: which parts of a key tell the period of a file, and when a period is due. Pure: whoever
// asks brings the time.
import { type LocalClock, localClock } from './local-time.ts';
import { DAY_MS, dayMs, type Every, periodAt, periodStart } from './period.ts';

export type DatePart = 'date' | 'yearmonth' | 'year' | 'month' | 'day' | 'hour';

/** Part → the path field that gives it. `date` gives year, month and day, `yearmonth` the first two of them. */
export type DatedBy = Readonly<Partial<Record<DatePart, string>>>;

export type Expect = {
  readonly every: Every;
  /** Of an hour: minutes after its end. Otherwise minutes after midnight, by the clocks of `timezone`. */
  readonly byMinutes: number;
  /** How many days after the last day of the period; for an hour 0. */
  readonly daysAfter: number;
  readonly timezone: string;
  readonly datedBy: DatedBy;
  /** Path fields: each combination of their values that comes at all is expected. */
  readonly per: readonly string[];
  /** The first period. */
  readonly from?: number;
};

/** The period of a file, by the values in its key; undefined if they tell none. */
export function periodOf(
  { every, datedBy }: Expect,
  values: ReadonlyMap<string, string | null>,
): number | undefined {
  const part = (name: DatePart) => values.get(datedBy[name] ?? '') ?? undefined;
  const number = (name: DatePart, digits: number) => part(name)?.padStart(digits, '0');
  const month = part('yearmonth') ?? `${number('year', 4)}-${number('month', 2)}`;
  const day = part('date') ?? `${month}-${every === 'month' ? '01' : number('day', 2)}`;
  const hour = every === 'hour' ? number('hour', 2) : '00';
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || !/^([01]\d|2[0-3])$/.test(hour ?? '')) return undefined;
  const civilMs = dayMs(day);
  // Date.parse may take the 30th of February for the 1st of March.
  if (Number.isNaN(civilMs) || new Date(civilMs).toISOString().slice(0, 10) !== day) return undefined;
  return periodAt(every, civilMs + Number(hour) * 3_600_000);
}

/** When a period is late if its file has not come: a moment (ms). */
export function dueMs({ every, byMinutes, daysAfter }: Expect, clock: LocalClock, period: number): number {
  const end = periodStart(every, period + 1);
  if (every === 'hour') return clock.first(end) + byMinutes * 60_000;
  return clock.last(end + (daysAfter - 1) * DAY_MS + byMinutes * 60_000);
}

/** False for hours and days that the clocks skip. */
export function isOnTheClock({ every }: Expect, clock: LocalClock, period: number): boolean {
  return clock.first(periodStart(every, period)) < clock.first(periodStart(every, period + 1));
}

/** The last period that was due before `nowMs`. */
export function lastDue(expect: Expect, clock: LocalClock, nowMs: number): number {
  let period = periodAt(expect.every, clock.civil(nowMs)) + 1;
  while (dueMs(expect, clock, period) >= nowMs) period -= 1;
  return period;
}

/** `2026-11-28 06:00 Europe/Helsinki`: by the clocks of the contract. */
export function momentText({ timezone }: Expect, ms: number): string {
  const iso = new Date(localClock(timezone).civil(ms)).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} ${timezone}`;
}
