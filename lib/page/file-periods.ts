// Which day or month each file of a dataset is about: as its contract expects files, as its name tells, else the day on which it
// came. Knows neither stores nor logs. Pure.
import { captureNames } from '../core/captures.ts';
import { type Dataset, fieldHeaders } from '../core/contract.ts';
import { type DatedBy, dueMs, type Expect, isOnTheClock, periodOf } from '../core/expect.ts';
import { type LocalClock, localClock } from '../core/local-time.ts';
import { type Every, periodOfText, periodStart, periodText } from '../core/period.ts';
import type { Overdue } from '../lake/overdue.ts';
import { captures, hiveFolders, pathValues } from '../lake/path-values.ts';
import type { ArrivalsDocument } from './dataset-documents.ts';

export type FilePeriod = {
  /** `2024-01-03` or `2024-01`. */
  readonly period: string;
  /** Of an expected file: what it is one of, and when (ms) that was due. */
  readonly expected?: { readonly id: string; readonly dueMs: number };
};

export type FilePeriods = Pick<ArrivalsDocument, 'unit' | 'from'> & {
  of(source: string, lastModifiedMs: number): FilePeriod;
};

/** What a key says, by fields, folders and captures. */
type Said = ReadonlyMap<string, string | null>;
type Reading = {
  readonly unit: 'day' | 'month';
  readonly read: (said: Said) => string | undefined;
  /** Reads a field, never a folder without one. */
  readonly isTyped?: true;
};

const SAMPLE = 200;

/** `sources`: keys of the dataset's files. */
export function filePeriods(dataset: Dataset, sources: readonly string[]): FilePeriods {
  const { expect } = dataset;
  if (expect) return expectedPeriods(dataset, expect);
  const sample = sampleOf(sources).map((source) => saidBy(dataset, source));
  const isTold = ({ read }: Reading) =>
    sample.filter((said) => read(said) !== undefined).length * 2 > sample.length;
  const found = readings(dataset, sample).find(isTold);
  if (found === undefined) return { unit: 'day', from: 'arrival', of: arrivalPeriod('day') };
  const { read } = found;
  const said = found.isTyped ? fieldsSaid : saidBy;
  const unit = found.unit === 'day' && areFirsts(sample, read) ? 'month' : found.unit;
  const otherwise = arrivalPeriod(unit);
  const length = LENGTHS[unit];
  const told = inFolders(dataset, (source): FilePeriod | undefined => {
    const period = read(said(dataset, source));
    return period === undefined ? undefined : { period: period.slice(0, length) };
  });
  return { unit, from: 'name', of: (source, ms) => told(source) ?? otherwise(source, ms) };
}

const LENGTHS = { day: 10, month: 7 } as const;

function arrivalPeriod(unit: 'day' | 'month'): FilePeriods['of'] {
  return (_, ms) => ({ period: isoDay(ms).slice(0, LENGTHS[unit]) });
}

function isoDay(ms: number): string {
  return Number.isNaN(ms) ? '1970-01-01' : new Date(ms).toISOString().slice(0, 10);
}

/** Evenly over all keys, which are sorted: so that one more key seldom decides otherwise. */
function sampleOf(sources: readonly string[]): string[] {
  const step = Math.max(1, Math.floor(sources.length / SAMPLE));
  return sources.filter((_, i) => i % step === 0);
}

/** By fields and captures: all that a typed field and an expectation need. */
function fieldsSaid(dataset: Dataset, source: string): Said {
  const said = captures(dataset, source);
  const { values } = pathValues(dataset, source, said);
  return said.captured.size === 0 ? values : new Map([...said.captured, ...values]);
}

/** Without captures the folders say everything, and keys come sorted: neighbours are mostly in the same one. */
function inFolders<T>(dataset: Dataset, read: (source: string) => T): (source: string) => T {
  if (captureNames(dataset.path).length > 0) return read;
  let known: { readonly folder: string; readonly found: T } | undefined;
  return (source) => {
    if (known && isIn(known.folder, source)) return known.found;
    known = { folder: source.slice(0, source.lastIndexOf('/') + 1), found: read(source) };
    return known.found;
  };
}

/** `folder`: ends in `/`, or is ''. */
function isIn(folder: string, source: string): boolean {
  return source.startsWith(folder) && source.lastIndexOf('/') === folder.length - 1;
}

/** By folders of any name, too. */
function saidBy(dataset: Dataset, source: string): Said {
  const folders = hiveFolders(source).map(({ name, text }) => [name, text] as const);
  return new Map([...folders, ...fieldsSaid(dataset, source)]);
}

/** In the order in which they are believed. */
function readings(dataset: Dataset, sample: readonly Said[]): Reading[] {
  const typed = (type: 'date' | 'yearmonth', unit: 'day' | 'month'): Reading[] =>
    dataset.fields
      .filter((field) => field.type === type)
      .map(({ name }) => ({ unit, isTyped: true, read: (said) => said.get(name)?.slice(0, LENGTHS[unit]) }));
  const parts = partNames(dataset);
  const of = (every: Every, datedBy: DatedBy) => (said: Said) => {
    const period = periodOf({ ...ANY, every, datedBy }, said);
    return period === undefined ? undefined : periodText(every, period);
  };
  const names = new Set(sample.flatMap((said) => [...said.keys()]));
  return [
    ...typed('date', 'day'),
    { unit: 'day', read: of('day', { year: parts.year, month: parts.month, day: parts.day }) },
    ...typed('yearmonth', 'month'),
    ...[...names].map((name): Reading => ({ unit: 'day', read: (said) => dayIn(said.get(name)) })),
    { unit: 'month', read: of('month', { year: parts.year, month: parts.month }) },
    ...[...names].map((name): Reading => ({ unit: 'month', read: (said) => monthIn(said.get(name)) })),
  ];
}

const ANY = { byMinutes: 0, daysAfter: 0, timezone: 'UTC', per: [] } as const;

/** The fields for year, month and day; a folder without a field has the part's own name. */
function partNames({ fields }: Dataset): Record<'year' | 'month' | 'day', string> {
  const named = (part: string) =>
    fields.find((field) => [field.name, ...fieldHeaders(field)].some((name) => name.toLowerCase() === part))
      ?.name ?? part;
  return { year: named('year'), month: named('month'), day: named('day') };
}

/** `2024-05-01`, `20240501`, also with a time after it. */
function dayIn(text: string | null | undefined): string | undefined {
  const [, year, month, day] = /^(\d{4})-?(\d\d)-?(\d\d)(?:$|[T _-])/.exec(text ?? '') ?? [];
  const found = `${year}-${month}-${day}`;
  return periodOfText('day', found) === undefined ? undefined : found;
}

/** `2024-05`, `202405` */
function monthIn(text: string | null | undefined): string | undefined {
  const [, year, month] = /^(\d{4})-?(\d\d)$/.exec(text ?? '') ?? [];
  const found = `${year}-${month}`;
  return /^(?:19|20)/.test(found) && periodOfText('month', found) !== undefined ? found : undefined;
}

/** Several months, each named by its first day. */
function areFirsts(sample: readonly Said[], read: Reading['read']): boolean {
  const periods = new Set(sample.flatMap((said) => read(said) ?? []));
  return periods.size > 1 && [...periods].every((period) => period.endsWith('-01'));
}

function expectedPeriods(dataset: Dataset, expect: Expect): FilePeriods {
  const unit = expect.every === 'month' ? 'month' : 'day';
  const clock = localClock(expect.timezone);
  const otherwise = arrivalPeriod(unit);
  const told = inFolders(dataset, (source): FilePeriod | undefined => {
    const said = fieldsSaid(dataset, source);
    const period = periodOf(expect, said);
    if (period === undefined) return undefined;
    const per = expect.per.map((name) => said.get(name) ?? null);
    return {
      period: shownPeriod(expect.every, period),
      expected: { id: JSON.stringify([period, per]), dueMs: dueMs(expect, clock, period) },
    };
  });
  return { unit, from: 'name', of: (source, ms) => told(source) ?? otherwise(source, ms) };
}

/** The day that a period begins on, or its month. */
function shownPeriod(every: Every, period: number): string {
  return new Date(periodStart(every, period)).toISOString().slice(0, every === 'month' ? 7 : 10);
}

/** A date that is far off, by a slip in a name, costs no more than this. */
const MAX_MISSING = 20_000;

/** How many expected files of each day or month have not come. */
export function missingByPeriod(dataset: Dataset, overdue: Overdue | null): Map<string, number> {
  const missing = new Map<string, number>();
  const { expect } = dataset;
  if (expect === undefined || overdue === null) return missing;
  const clock = localClock(expect.timezone);
  let left = MAX_MISSING;
  for (const { first, last } of overdue.gaps)
    for (const period of latestFirst(expect, clock, first, last)) {
      if (left-- <= 0) return missing;
      const shown = shownPeriod(expect.every, period);
      missing.set(shown, (missing.get(shown) ?? 0) + 1);
    }
  return missing;
}

function* latestFirst(expect: Expect, clock: LocalClock, first: string, last: string): Generator<number> {
  const [from, to] = [periodOfText(expect.every, first), periodOfText(expect.every, last)];
  if (from === undefined || to === undefined) return;
  for (let period = to; period >= from; period--) if (isOnTheClock(expect, clock, period)) yield period;
}
