// The clocks of a time zone: which moment a local date and time is, where they are put forward, back, or skip a day. Pure; the rules of
// the zones are the platform's (Intl). A local time is given as the milliseconds since 1970-01-01T00:00 of its own calendar ("civil").
const DAY_MS = 86_400_000;

export type LocalClock = {
  /** What the clocks show at a moment. */
  civil(instantMs: number): number;
  /** The first moment at which they show it; if they skip it, the moment at which they skip it. */
  first(civilMs: number): number;
  /** The last moment at which they show it; if they skip it, the moment at which they skip it. */
  last(civilMs: number): number;
};

/** `timezone`: an IANA name. */
export function localClock(timezone: string): LocalClock {
  if (timezone === 'UTC') return { civil: (ms) => ms, first: (ms) => ms, last: (ms) => ms };
  const format = new Intl.DateTimeFormat('en-US', { ...PARTS, timeZone: timezone });
  const civil = (instantMs: number) => civilOf(format.formatToParts(instantMs)) + fraction(instantMs);
  const offsets = new Map<number, number>();
  const offsetOfDay = (day: number) => {
    const known = offsets.get(day) ?? civil(day * DAY_MS) - day * DAY_MS;
    offsets.set(day, known);
    return known;
  };
  /** In order. A zone does not change its clocks twice within four days. */
  const moments = (civilMs: number): [number, number] => {
    const day = Math.floor(civilMs / DAY_MS);
    const [before, after] = [civilMs - offsetOfDay(day - 1), civilMs - offsetOfDay(day + 2)];
    if (before === after) return [before, before];
    const [isBefore, isAfter] = [civil(before) === civilMs, civil(after) === civilMs];
    if (isBefore) return [before, isAfter ? after : before];
    if (isAfter) return [after, after];
    const skipped = firstAtOrPast(civil, civilMs, after, before);
    return [skipped, skipped];
  };
  return { civil, first: (ms) => moments(ms)[0], last: (ms) => moments(ms)[1] };
}

const PARTS = {
  calendar: 'gregory',
  numberingSystem: 'latn',
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
} as const;

function civilOf(parts: readonly Intl.DateTimeFormatPart[]): number {
  const of = Object.fromEntries(parts.map(({ type, value }) => [type, Number(value)]));
  // Date.UTC takes the years 0 to 99 for those of the 20th century.
  const date = new Date(0);
  date.setUTCFullYear(of.year ?? Number.NaN, (of.month ?? Number.NaN) - 1, of.day);
  return date.setUTCHours(of.hour ?? Number.NaN, of.minute, of.second);
}

function fraction(ms: number): number {
  return ms - Math.floor(ms / 1000) * 1000;
}

/** The clocks show an earlier time at `low`, and a later one at `high`; between them they are changed once. */
function firstAtOrPast(civil: (ms: number) => number, civilMs: number, low: number, high: number): number {
  let [early, late] = [low, high];
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (civil(middle) < civilMs) early = middle;
    else late = middle;
  }
  return late;
}
