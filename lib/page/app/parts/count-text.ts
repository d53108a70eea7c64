// Counts, sizes and lengths of time as people read them. Pure.

/** `1284` → `1,284`. Exact up to 2^53, which no count of files or rows reaches. */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** `(1, 'file')` → `1 file`; `(1284, 'file')` → `1,284 files`; `(2, 'delivery', 'deliveries')` → `2 deliveries`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** In powers of 1,000: `999 bytes`, `1.2 kB`, `287 MB`. */
export function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (Math.round(value) >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  if (unit === 0) return counted(bytes, 'byte');
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The largest unit that fits, rounded down: `3 seconds`, `2 hours`, `5 days`. */
export function lengthText(ms: number): string {
  if (ms < SECOND_MS) return 'less than a second';
  if (ms < MINUTE_MS) return counted(Math.floor(ms / SECOND_MS), 'second');
  if (ms < HOUR_MS) return counted(Math.floor(ms / MINUTE_MS), 'minute');
  if (ms < DAY_MS) return counted(Math.floor(ms / HOUR_MS), 'hour');
  return counted(Math.floor(ms / DAY_MS), 'day');
}
