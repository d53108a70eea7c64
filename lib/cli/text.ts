// Small texts for people: durations, sizes, the first few of a list, sections. Pure.
import { number } from '../core/plain-text.ts';

export { count, firstWords, number, timeText } from '../core/plain-text.ts';

/** `0.8 s`, `2 min 05 s` */
export function duration(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/** The first `most` items, one per line, and how many more there are. `more`: how to see them. */
function firstLines(items: readonly string[], most: number, more?: string): string[] {
  const rest = items.length - most;
  if (rest <= 0) return [...items];
  return [...items.slice(0, most), more === undefined ? `and ${number(rest)} more` : restLine(rest, more)];
}

/** Below a list or a table that is cut. `more`: how to see the rest. */
export function restLine(rest: number, more: string): string {
  return `… and ${number(rest)} more; ${more}`;
}

/** Of accepted rows, those that are no current rows since another row of their file has their key; nothing where there are none. */
export function supersededText(rows = 0): string {
  return rows === 0 ? '' : ` (${number(rows)} superseded within their file)`;
}

/** Shown where a list is cut, for verbs that have --format. */
export const JSON_HAS_ALL = '--format json has all';

const MAX_LISTED = 10;

/** A title and its indented lines, the first `most` of them; [] if there are none. `more`: how to see the rest. */
export function section(
  title: string,
  lines: readonly string[],
  { most = MAX_LISTED, more }: { readonly most?: number; readonly more?: string } = {},
): string[] {
  return lines.length === 0 ? [] : [title, ...firstLines(lines, most, more).map((line) => `  ${line}`)];
}

/** With an empty line before them, if there are any. */
export function apart(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', ...lines];
}

const BYTE_UNITS = ['kB', 'MB', 'GB', 'TB'];

/** `512 B`, `1.2 kB`, `3.4 GB`: decimal units. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  let [size, unit] = [value / 1000, 0];
  // The value from which rounding would give 1000.0.
  while (size >= 999.95 && unit < BYTE_UNITS.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${size.toFixed(1)} ${BYTE_UNITS[unit]}`;
}
