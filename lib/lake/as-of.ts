// A point in a table's history as typed by people: a version or a time. Pure text.
import { isDay } from '../core/date-format.ts';

/** `text`: as typed. `ms`: since 1970. */
export type AsOf =
  | { readonly text: string; readonly version: number }
  | { readonly text: string; readonly ms: number };

const INSTANT =
  /^(\d{4}-\d\d-\d\d)[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?$/i;
const DAY_MS = 24 * 3600 * 1000;

/**
 * Digits are a version. `2024-01-31` means the whole day in UTC; `2024-01-31T10:00:00Z` an instant, in UTC unless it has a
 * zone; without seconds or a fraction it means that whole minute or second. Undefined for anything else.
 */
export function parseAsOf(text: string): AsOf | undefined {
  if (/^\d{1,15}$/.test(text)) return { text, version: Number(text) };
  if (isDay(text)) return { text, ms: Date.parse(`${text}T00:00:00Z`) + DAY_MS - 1 };
  const [, day = '', hours, minutes, seconds, fraction, zone = 'Z'] = INSTANT.exec(text) ?? [];
  if (!isDay(day)) return undefined;
  const [, sign, zoneHours = '00', zoneMinutes = '00'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  const offset = sign === undefined ? 'Z' : `${sign}${zoneHours}:${zoneMinutes}`;
  const start = Date.parse(
    `${day}T${hours}:${minutes}:${seconds ?? '00'}.${(fraction ?? '').padEnd(3, '0').slice(0, 3)}${offset}`,
  );
  if (Number.isNaN(start)) return undefined;
  const width = seconds === undefined ? 60_000 : 1000 / 10 ** Math.min(3, fraction?.length ?? 0);
  return { text, ms: start + width - 1 };
}
