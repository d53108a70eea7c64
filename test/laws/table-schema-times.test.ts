// Law 4 for moments and times of day, on random texts: as table-schema.test.ts.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { useWorld } from '../support/use-world.ts';
import { type Case, mutations, type Reading, testCases, two, values } from './typed-cells.ts';

const world = useWorld();

const timeOfDay =
  (shape: RegExp): Reading =>
  (text) => {
    const [, hour, minute, second = '00', fraction = ''] = shape.exec(text) ?? [];
    if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
    const digits = fraction.replace(/0+$/, '');
    if (hour === undefined || digits.length > 6) return undefined;
    return `${hour}:${minute}:${second}${digits === '' ? '' : `.${digits}`}`;
  };

const twelve: Reading = (text) => {
  const [, hour, minute, half] = /^(\d\d?):(\d\d?) ([AP]M)$/i.exec(text) ?? [];
  if (!(Number(hour) >= 1 && Number(hour) <= 12 && Number(minute) <= 59)) return undefined;
  return `${two((Number(hour) % 12) + (half?.toUpperCase() === 'PM' ? 12 : 0))}:${two(Number(minute))}:00`;
};

const offsetTime: Reading = (text) => {
  const match = /^(\d\d?)\.(\d\d?)\.(\d{4}) (\d\d?):(\d\d?)(Z|[+-]\d\d(?::?\d\d)?)$/.exec(text);
  const [, day, month, year, hour, minute, zone = ''] = match ?? [];
  const days = new Date(Date.UTC(2000, Number(month), 0));
  days.setUTCFullYear(Number(year), Number(month), 0);
  if (!match || Number(hour) > 23 || Number(minute) > 59 || !(Number(month) >= 1 && Number(month) <= 12))
    return undefined;
  if (Number(day) < 1 || Number(day) > days.getUTCDate()) return undefined;
  const [hours, minutes] = zone === 'Z' ? ['+00', '00'] : [zone.slice(0, 3), zone.slice(3).slice(-2) || '00'];
  if (Math.abs(Number(hours)) > 23 || Number(minutes) > 59) return undefined;
  const iso = `${year}-${two(Number(month))}-${two(Number(day))}T${two(Number(hour))}:${two(Number(minute))}`;
  const instant = new Date(`${iso}:00${hours}:${minutes}`);
  return `${instant.toISOString().slice(0, 19).replace('T', ' ')}+00`;
};

/** As PostgreSQL and spreadsheets write a moment, in UTC where it has no offset. */
const anyMoment: Reading = (text) => {
  const match =
    /^([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?$/.exec(
      text,
    );
  if (!match) return undefined;
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '0', fraction = '', zone = 'Z'] =
    match;
  const isMidnight = hour === '24' && Number(minute) === 0 && Number(second) === 0 && /^0*$/.test(fraction);
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCDate() !== Number(day) || date.getUTCMonth() !== Number(month) - 1) return undefined;
  if ((Number(hour) > 23 && !isMidnight) || Number(minute) > 59 || Number(second) > 59) return undefined;
  const micros = fraction.replace(/0+$/, '');
  const [ahead, more] =
    zone === 'Z' ? [0, 0] : [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', ''))];
  if (micros.length > 6 || ahead > 23 || more > 59) return undefined;
  const minutes = Number(hour) * 60 + Number(minute) - (zone.startsWith('-') ? -1 : 1) * (ahead * 60 + more);
  return momentText(date.getTime() + (minutes * 60 + Number(second)) * 1000, micros);
};

/** `micros`: digits after the second's point. */
function momentText(millis: number, micros: string): string | undefined {
  const instant = new Date(millis);
  if (Number.isNaN(millis) || instant.getUTCFullYear() < 1 || instant.getUTCFullYear() > 9999)
    return undefined;
  const fraction = micros.replace(/0+$/, '');
  return `${instant.toISOString().slice(0, 19).replace('T', ' ')}${fraction === '' ? '' : `.${fraction}`}+00`;
}

/** `places`: decimals of the unit down to the microsecond. */
const epochOf =
  (places: number): Reading =>
  (text) => {
    const [, sign, whole = '', fraction = ''] = /^(-?)([0-9]+)(?:\.([0-9]+))?$/.exec(text) ?? [];
    const part = fraction.replace(/0+$/, '');
    if (sign === undefined || part.length > places || whole.length > 18 - places) return undefined;
    const micros = BigInt(`${sign}${whole}${part.padEnd(places, '0')}`);
    // Rounded down, also before 1970.
    const seconds = (micros - (((micros % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1_000_000n;
    return momentText(Number(seconds) * 1000, String(micros - seconds * 1_000_000n).padStart(6, '0'));
  };

/** What the first reading that knows a text says. */
const oneOf =
  (...readings: readonly Reading[]): Reading =>
  (text) =>
    readings.map((reading) => reading(text)).find((value) => value !== undefined);

const time = fc
  .tuple(fc.nat(23), fc.nat(59), fc.nat(59))
  .map(([hour, minute, second]) => `${two(hour)}:${two(minute)}:${two(second)}`);
const moment = fc
  .tuple(fc.integer({ min: 1, max: 31 }), fc.integer({ min: 1, max: 12 }), fc.nat(23), fc.nat(59))
  .chain(([day, month, hour, minute]) =>
    fc
      .constantFrom('Z', '+02:00', '-0330', '-11')
      .map((zone) => `${day}.${month}.2023 ${hour}:${minute}${zone}`),
  );
const written = fc
  .tuple(
    fc.constantFrom('2024-02-29', '2023-12-31', '0001-01-01', '9999-12-31'),
    fc.constantFrom('T', ' '),
    fc.constantFrom(
      '00:00',
      '24:00',
      '24:00:00',
      '24:00:00.0',
      '12:34',
      '23:59:59',
      '12:34:56.123456',
      '12:34:56.70',
      '12:34:56.000',
      '12:34:56.1234560',
    ),
    fc.constantFrom('', '', 'Z', '+02', '-0330', '+05:45', '-23:59'),
  )
  .map((parts) => parts.join(''));
const sinceEpoch = fc.oneof(
  fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }).map(String),
  fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }).map(String),
  fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((value) => value.toFixed(3)),
);

const CASES: readonly Case[] = [
  [
    'time',
    { type: 'time' },
    mutations(time, '0129.:'),
    timeOfDay(/^([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?$/),
  ],
  [
    'time any',
    { type: 'time', format: 'any' },
    mutations(
      time.map((text) => text.slice(0, 5)),
      '0129.:',
    ),
    timeOfDay(/^([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?$/),
  ],
  [
    'time by a pattern',
    { type: 'time', format: '%I:%M %p' },
    mutations(
      time.map((text) => `${text.slice(0, 5)} aM`),
      '01 pM:',
    ),
    twelve,
  ],
  [
    'datetime with an offset',
    { type: 'datetime', format: '%d.%m.%Y %H:%M%z' },
    mutations(moment, '0:.+Z'),
    offsetTime,
  ],
  ['datetime any', { type: 'datetime', format: 'any' }, mutations(written, '0249:.T +Z'), anyMoment],
  ['seconds since 1970', { type: 'datetime', format: 'epoch' }, mutations(sinceEpoch, '05.-e+'), epochOf(6)],
  [
    'milliseconds since 1970',
    { type: 'datetime', format: 'epoch-ms' },
    mutations(sinceEpoch, '05.-e+'),
    epochOf(3),
  ],
  [
    'microseconds since 1970',
    { type: 'datetime', format: 'epoch-us' },
    mutations(sinceEpoch, '05.-e+'),
    epochOf(0),
  ],
  [
    'datetime in several formats',
    { type: 'datetime', format: ['%d.%m.%Y %H:%M%z', 'epoch-ms', 'any'] },
    fc.oneof(mutations(written, '0:'), mutations(moment, '0:'), mutations(sinceEpoch, '0.')),
    oneOf(anyMoment, offsetTime, epochOf(3)),
  ],
  [
    'time in several formats',
    { type: 'time', format: ['%I:%M %p', 'any'] },
    fc.oneof(
      mutations(time, '01:.'),
      mutations(
        time.map((text) => `${text.slice(0, 5)} PM`),
        '01:',
      ),
    ),
    oneOf(twelve, timeOfDay(/^([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?$/)),
  ],
];

testCases(world, CASES);

const DAY_MS = 86_400_000;
const shownUtc = (instant: number) => new Date(instant).toISOString().slice(0, 19).replace('T', ' ');

/** What the clocks of a zone show ahead of UTC, by Node's own time zones. */
function offsetOf(zone: string): (instant: number) => number {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  return (instant) => Date.parse(`${clock.format(instant).replace(' ', 'T')}Z`) - instant;
}

test.each(['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/St_Johns', 'Asia/Kolkata'])(
  'a local time in %s that the clocks skip or show twice is refused',
  async (zone) => {
    const offset = offsetOf(zone);
    const days = Array.from({ length: 11 * 366 }, (_, i) => Date.UTC(2010, 0, i));
    const offsets = [...new Set(days.map(offset))];
    const changes = days.filter((day) => offset(day) !== offset(day + DAY_MS));
    // Every quarter of an hour on the days around each change of the clocks.
    const locals = [Date.UTC(2015, 5, 15), ...changes].flatMap((day) =>
      Array.from({ length: 3 * 96 }, (_, i) => day - DAY_MS + i * 900_000),
    );
    const expected = locals.flatMap((local) => {
      const [only, second] = offsets.filter((ahead) => offset(local - ahead) === ahead);
      if (only === undefined || second !== undefined) return [];
      return [[shownUtc(local), `${shownUtc(local - only)}+00`]];
    });
    const found = await values(
      world,
      { type: 'datetime', format: 'any', timezone: zone },
      locals.map(shownUtc),
    );
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
    expect(found.size < locals.length).toBe(zone !== 'Asia/Kolkata');
  },
);
