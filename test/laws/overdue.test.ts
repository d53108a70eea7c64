// What is overdue is what a judge finds who walks through time in steps of a quarter of an hour, reads the clocks on the wall, and
// compares texts: whatever came, in whatever time zone, over whatever change of clocks.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { arrivalsOf } from '../../lib/lake/overdue.ts';
import { tries } from '../support/tries.ts';

const QUARTER_MS = 15 * 60_000;
const DAY_MS = 24 * 3_600_000;
const ZONES = [
  ...['UTC', 'Europe/Helsinki', 'America/New_York', 'America/Sao_Paulo', 'America/Havana'],
  ...['Australia/Lord_Howe', 'Asia/Kolkata', 'Africa/Casablanca', 'Pacific/Apia'],
];
/** Near which clocks are changed somewhere. */
const TIMES = ['2011-12-30', '2018-11-04', '2026-03-29', '2026-11-01', '2026-12-31', '2024-02-29'].map(
  (day) => Date.parse(`${day}T00:00:00Z`),
);
type Every = 'hour' | 'day' | 'week' | 'month';
/** How far before and after these a history goes. */
const REACH_DAYS: Readonly<Record<Every, number>> = { hour: 2, day: 6, week: 20, month: 70 };

/** `2026-11-28 06:15`: the clocks on the wall. */
function wallOf(timezone: string): (ms: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'short',
  });
  return (ms) => format.format(ms);
}

/** The name of the period that a wall clock's text is in. */
function named(every: Every, wall: string): string {
  if (every === 'hour') return `${wall.slice(0, 13)}:00`;
  if (every === 'day') return wall.slice(0, 10);
  if (every === 'month') return wall.slice(0, 7);
  // The week of the year in which its Thursday is, counted by its Thursdays.
  const thursday = new Date(`${wall.slice(0, 10)}T12:00:00Z`);
  while (thursday.getUTCDay() !== 4) {
    // Sunday is the last day of a week.
    const isBefore = [1, 2, 3].includes(thursday.getUTCDay());
    thursday.setUTCDate(thursday.getUTCDate() + (isBefore ? 1 : -1));
  }
  let weeks = 0;
  for (const day = new Date(thursday); day.getUTCFullYear() === thursday.getUTCFullYear(); weeks++)
    day.setUTCDate(day.getUTCDate() - 7);
  return `${thursday.getUTCFullYear()}-W${String(weeks).padStart(2, '0')}`;
}

function nextDay(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

type Walked = { readonly name: string; readonly due: number };

/** Each period that the clocks show, in order, with when its file is due. */
function walk(
  every: Every,
  timezone: string,
  by: string,
  daysAfter: number,
  from: number,
  to: number,
): Walked[] {
  const wall = wallOf(timezone);
  const moments: { ms: number; text: string }[] = [];
  for (let ms = from; ms <= to; ms += QUARTER_MS) moments.push({ ms, text: wall(ms) });
  const lastOf = new Map<string, { ms: number; text: string }>();
  for (const moment of moments) lastOf.set(named(every, moment.text), moment);
  return [...lastOf].map(([name, last]) => {
    if (every === 'hour') {
      const [hours = 0, minutes = 0] = by.split(':').map(Number);
      return { name, due: last.ms + QUARTER_MS + (hours * 60 + minutes) * 60_000 };
    }
    // The last day of the calendar, which the clocks may skip.
    let day = last.text.slice(0, 10);
    while (named(every, `${nextDay(day, 1)} 00:00`) === name) day = nextDay(day, 1);
    const at = `${nextDay(day, daysAfter)} ${by}`;
    const shown = moments.filter(({ text }) => text === at).at(-1);
    const past = moments.find(({ text }) => text > at);
    return { name, due: (shown ?? past)?.ms ?? Number.POSITIVE_INFINITY };
  });
}

const FIELDS: Readonly<Record<Every, readonly object[]>> = {
  hour: [
    { name: 'at', type: 'date' },
    { name: 'hour', type: 'integer' },
  ],
  day: [{ name: 'at', type: 'date' }],
  week: [{ name: 'at', type: 'date' }],
  month: [{ name: 'at', type: 'yearmonth' }],
};

function datasetOf(every: Every, expected: object) {
  const path = `in/region=*/at=*/${every === 'hour' ? 'hour=*/' : ''}*.csv`;
  const fields = [...FIELDS[every], { name: 'region' }, { name: 'n' }];
  const text = JSON.stringify({
    name: 'p',
    resources: [{ name: 'd', path, schema: { fields }, expect: expected }],
  });
  const [dataset] = parseContract('p/datapackage.json', 'p', text);
  if (dataset === undefined) throw new Error('no dataset');
  return dataset;
}

const story = fc
  .record({
    every: fc.constantFrom<Every>('hour', 'day', 'week', 'month'),
    timezone: fc.constantFrom(...ZONES),
    quarters: fc.integer({ min: 0, max: 95 }),
    daysAfter: fc.integer({ min: 0, max: 3 }),
    around: fc.constantFrom(...TIMES),
    /** As parts of the reach. */
    now: fc.double({ min: 0, max: 1, noNaN: true }),
    from: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
    isPer: fc.boolean(),
    come: fc.array(fc.tuple(fc.nat(10_000), fc.constantFrom('eu', 'us')), { maxLength: 30 }),
  })
  .map((words) => ({ ...words, by: `${pad(words.quarters >> 2)}:${pad((words.quarters & 3) * 15)}` }));

function pad(number: number): string {
  return String(number).padStart(2, '0');
}

test('what is overdue is what the judge finds', { timeout: 240_000 }, () => {
  let found = 0;
  fc.assert(
    fc.property(story, ({ every, timezone, by, daysAfter, around, come, isPer, ...parts }) => {
      const reach = REACH_DAYS[every] * DAY_MS;
      const [begin, end] = [around - reach, around + reach];
      const now = new Date(begin + Math.floor(parts.now * 2 * reach));
      const walked = walk(every, timezone, by, daysAfter, begin - 3 * DAY_MS, end + 10 * DAY_MS);
      // The first and the last may be cut.
      const whole = walked.slice(1, -1).filter(({ due }) => due < end + 9 * DAY_MS);
      // A contract cannot begin within a period.
      const dated = (name: string) => (every === 'hour' ? name.slice(0, 10) : firstDay(every, name));
      // Of hours the first day may be cut, too.
      const begun = every === 'hour' ? whole.slice(24) : whole;
      const fromName =
        parts.from === undefined ? undefined : begun[Math.floor(parts.from * (begun.length - 1))]?.name;
      const from = fromName && dated(fromName);
      const dataset = datasetOf(every, {
        ...{ every, by, timezone },
        ...(every === 'hour' ? {} : { daysAfter }),
        ...(isPer ? { per: ['region'] } : {}),
        ...(from === undefined ? {} : { from }),
      });
      const files = come.map(([n, region]) => ({ region, name: whole[n % whole.length]?.name ?? '' }));
      const keys = files.map(
        ({ region, name }, i) => `in/region=${region}/${folderOf(every, name)}/${i}.csv`,
      );

      const expected: string[] = [];
      for (const region of isPer ? ['eu', 'us'] : ['']) {
        const own = files.filter((file) => !isPer || file.region === region).map(({ name }) => name);
        const isLater = (name: string, day: string) => dated(name) >= day;
        if (from !== undefined && isPer && !own.some((name) => isLater(name, from))) continue;
        const first = whole.findIndex(({ name }) => own.includes(name));
        for (const [i, { name, due }] of walked.entries()) {
          const isBegun =
            from !== undefined && !isPer
              ? isLater(name, from)
              : first >= 0 && i >= first + 1 && (from === undefined || isLater(name, from));
          if (isBegun && due < now.getTime() && !own.includes(name))
            expected.push(`${region} ${name} ${new Date(due).toISOString()}`);
        }
      }
      const arrivals = arrivalsOf(dataset, keys, now);
      const files2 = arrivals?.files(10_000) ?? [];
      const shown = files2.map(({ per, period, since }) => `${per.region ?? ''} ${period} ${since}`);
      expect(shown.sort()).toEqual(expected.sort());
      const overdue = arrivals?.overdue();
      expect(overdue?.periods).toBe(expected.length);
      expect(overdue?.gaps.reduce((sum, { periods }) => sum + periods, 0)).toBe(expected.length);
      for (const { per, period } of files2) expect(arrivals?.stateOf(period, per)).toBe('overdue');
      for (const { region, name } of files)
        expect(arrivals?.stateOf(name, isPer ? { region } : {})).toBe('come');
      found += expected.length;
    }),
    tries(150),
  );
  expect(found).toBeGreaterThan(150);
});

function firstDay(every: Every, name: string): string {
  if (every === 'day') return name;
  if (every === 'month') return `${name}-01`;
  for (let day = nextDay(`${name.slice(0, 4)}-01-01`, -8); ; day = nextDay(day, 1))
    if (named('week', `${day} 00:00`) === name) return day;
}

/** A day of a week is as good as another. */
function folderOf(every: Every, name: string): string {
  if (every === 'hour') return `at=${name.slice(0, 10)}/hour=${Number(name.slice(11, 13))}`;
  if (every === 'week') return `at=${nextDay(firstDay('week', name), 4)}`;
  return `at=${name}`;
}
