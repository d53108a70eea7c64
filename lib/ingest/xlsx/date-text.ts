// A serial number of days as the ISO 8601 text of the date or time that a spreadsheet shows for it. Pure.
// ECMA-376 Part 1, section 18.17.4.
import type { NumberKind } from './number-format.ts';

const DAY_US = 86_400_000_000;
const MS = 1000;
/** Some programs write a number with 15 digits, others with 16 or 17. */
const LEAST_DIGITS = 15;
/** 9999-12-31. */
const LAST_DAY = 2_958_465;
const DAYS_BEFORE_1904 = 1462;
/** The day that 1900 has in spreadsheets alone. */
const LEAP_DAY = 60;
const DAY_MS = 86_400_000;
const EPOCH = Date.UTC(1899, 11, 30);
/** Number() also takes 0x1F. */
const DECIMAL = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i;

/**
 * `2024-01-03`, `2024-01-03T10:00:00` or `10:00:00`; up to six digits of a second. The time is there where the format has one, or
 * where the value has one that the format hides. `1900-02-29` and `1900-01-00`, as spreadsheets show 60 and 0, do not exist, and no
 * field takes them. A number that has no such text is returned as it is.
 */
export function dateText(number: string, kind: Exclude<NumberKind, 'number'>, is1904: boolean): string {
  const value = Number(number);
  if (!DECIMAL.test(number) || !Number.isFinite(value) || value < 0) return number;
  const { days, us } = parts(number, value);
  if (kind === 'time' && days === 0) return timeText(us);
  const serial = days + (is1904 ? DAYS_BEFORE_1904 : 0);
  if (serial > LAST_DAY) return number;
  const date = dayText(serial);
  return kind === 'date' && us === 0 ? date : `${date}T${timeText(us)}`;
}

/** Whole days, and microseconds of the next: a whole millisecond if the number is one as near as its digits allow. */
function parts(number: string, value: number): { readonly days: number; readonly us: number } {
  const days = Math.floor(value);
  // The difference of two doubles would lose digits that are there.
  const decimals = /^\d+\.(\d+)$/.exec(number)?.[1];
  const exact = (decimals === undefined ? value - days : Number(`0.${decimals}`)) * DAY_US;
  const noiseUs = 1 + (DAY_US / 2) * 10 ** (String(days).length - LEAST_DIGITS);
  const wholeMs = Math.round(exact / MS) * MS;
  const us = Math.abs(exact - wholeMs) <= noiseUs ? wholeMs : Math.round(exact);
  return us === DAY_US ? { days: days + 1, us: 0 } : { days, us };
}

function dayText(serial: number): string {
  if (serial === 0) return '1900-01-00';
  if (serial === LEAP_DAY) return '1900-02-29';
  const days = serial < LEAP_DAY ? serial + 1 : serial;
  return new Date(EPOCH + days * DAY_MS).toISOString().slice(0, 10);
}

function timeText(us: number): string {
  const seconds = Math.floor(us / 1_000_000);
  const two = (part: number) => String(part).padStart(2, '0');
  const text = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
  const fraction = String(us % 1_000_000)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return fraction === '' ? text : `${text}.${fraction}`;
}
