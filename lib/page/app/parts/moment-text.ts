// Moments as people read them, in a time zone of their own and in UTC. The time zone and the present moment are inputs. Pure.
import type { Time } from '../../page-values.ts';
import { counted, lengthText } from './count-text.ts';

/** `2024-01-03 14:05`, or with its seconds, in the zone; the time itself where it is none. */
export function momentText(time: Time, zone: string, hasSeconds = false): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  const parts = new Map(
    formatOf(zone)
      .formatToParts(date)
      .map(({ type, value }) => [type, value]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? '';
  const seconds = hasSeconds ? `:${part('second')}` : '';
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}${seconds}`;
}

/** Both, to the second: `2024-01-03 14:05:11 (Europe/Berlin), 2024-01-03 13:05:11 UTC`. */
export function exactText(time: Time, zone: string): string {
  const utc = `${momentText(time, 'UTC', true)} UTC`;
  return zone === 'UTC' ? utc : `${momentText(time, zone, true)} (${zone}), ${utc}`;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const FORWARD_MS = 60 * 1000;

/** `just now`, `3 minutes ago`, `5 days ago`, `2 years ago`; a moment to come is `in 2 hours`. */
export function agoText(time: Time, nowMs: number): string {
  const age = nowMs - new Date(time).getTime();
  if (Number.isNaN(age)) return time;
  if (age < -FORWARD_MS) return `in ${longText(-age)}`;
  if (age < 10_000) return 'just now';
  return `${longText(age)} ago`;
}

function longText(ms: number): string {
  const days = Math.floor(ms / DAY_MS);
  if (days < 60) return lengthText(ms);
  if (days < 730) return counted(Math.floor(days / 30.44), 'month');
  return counted(Math.floor(days / 365.25), 'year');
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(zone, format);
  return format;
}
