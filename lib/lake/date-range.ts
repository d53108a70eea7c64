// The days in a landing key, and whether they are in a range: the meaning of --from and --to.
import { hiveFolders } from './path-values.ts';

/** Days as `YYYY-MM-DD`, both included; undefined is open. */
export type DateRange = { readonly from?: string | undefined; readonly to?: string | undefined };

/**
 * Uses the key's date folders, where it has them (`year=2024/month=01/day=02` in any case, a year or a month alone, or a folder
 * `<name>=2024-01-02`, `<name>=2024-01-02T13` or `<name>=2024-01`), otherwise the day of LastModified in UTC. A month or a
 * year is in the range if one of its days is.
 */
export function inRange(range: DateRange, key: string, lastModifiedMs: number): boolean {
  const [first, last] = days(key) ?? [utcDay(lastModifiedMs), utcDay(lastModifiedMs)];
  return (range.from === undefined || last >= range.from) && (range.to === undefined || first <= range.to);
}

function utcDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function days(key: string): [string, string] | undefined {
  const folders = hiveFolders(key);
  const number = (name: string) => {
    const text = folders.findLast((folder) => folder.name.toLowerCase() === name)?.text ?? '';
    return /^\d{1,4}$/.test(text) ? text.padStart(2, '0') : undefined;
  };
  const [year, month, day] = [number('year'), number('month'), number('day')];
  if (year !== undefined && year.length === 4) {
    if (month === undefined) return [`${year}-01-01`, `${year}-12-31`];
    return day === undefined
      ? daysOfMonth(`${year}-${month}`)
      : [`${year}-${month}-${day}`, `${year}-${month}-${day}`];
  }
  const texts = folders.flatMap(({ text }) => text ?? []);
  const date = texts.find((text) => /^\d{4}-\d{2}-\d{2}(T\d{2})?$/.test(text))?.slice(0, 10);
  if (date !== undefined) return [date, date];
  const yearMonth = texts.find((text) => /^\d{4}-\d{2}$/.test(text));
  return yearMonth === undefined ? undefined : daysOfMonth(yearMonth);
}

function daysOfMonth(yearMonth: string): [string, string] {
  return [`${yearMonth}-01`, `${yearMonth}-31`];
}
