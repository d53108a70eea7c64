// When an expected file is due: over the changes of clocks, over months and ISO weeks.
import { expect, test } from 'vitest';
import { dueMs, type Expect, isOnTheClock, lastDue } from '../../lib/core/expect.ts';
import { localClock } from '../../lib/core/local-time.ts';
import { dayMs, type Every, periodAt, periodOfText, periodText } from '../../lib/core/period.ts';

function due(every: Every, period: string, timezone: string, by: string, daysAfter = 1): string {
  const [hours = 0, minutes = 0] = by.split(':').map(Number);
  const expected: Expect = {
    every,
    byMinutes: hours * 60 + minutes,
    daysAfter: every === 'hour' ? 0 : daysAfter,
    timezone,
    datedBy: {},
    per: [],
  };
  const number = periodOfText(every, period);
  if (number === undefined) throw new Error(`${period} is no ${every}`);
  const clock = localClock(timezone);
  if (!isOnTheClock(expected, clock, number)) return 'never';
  return new Date(dueMs(expected, clock, number)).toISOString().replace('.000Z', 'Z');
}

test.each([
  // Helsinki is two hours ahead of UTC in winter, three in summer; clocks change on 2026-03-29 03:00 and 2026-10-25 04:00.
  ['day', '2026-11-28', 'Europe/Helsinki', '06:00', '2026-11-29T04:00:00Z'],
  ['day', '2026-07-01', 'Europe/Helsinki', '06:00', '2026-07-02T03:00:00Z'],
  ['day', '2026-03-27', 'Europe/Helsinki', '06:00', '2026-03-28T04:00:00Z'],
  ['day', '2026-03-28', 'Europe/Helsinki', '06:00', '2026-03-29T03:00:00Z'],
  ['day', '2026-10-24', 'Europe/Helsinki', '06:00', '2026-10-25T04:00:00Z'],
  // 03:30 is skipped: when it is skipped. 03:30 is shown twice: the second time.
  ['day', '2026-03-28', 'Europe/Helsinki', '03:30', '2026-03-29T01:00:00Z'],
  ['day', '2026-10-24', 'Europe/Helsinki', '03:30', '2026-10-25T01:30:00Z'],
  ['day', '2026-11-28', 'UTC', '00:00', '2026-11-29T00:00:00Z'],
  ['day', '2026-12-31', 'Asia/Kolkata', '23:59', '2027-01-01T18:29:00Z'],
  // Midnight itself is skipped in São Paulo, and shown twice in Havana.
  ['day', '2018-11-03', 'America/Sao_Paulo', '00:00', '2018-11-04T03:00:00Z'],
  ['day', '2025-11-01', 'America/Havana', '00:00', '2025-11-02T05:00:00Z'],
  // Samoa skipped a day.
  ['day', '2011-12-29', 'Pacific/Apia', '06:00', '2011-12-30T10:00:00Z'],
  ['day', '2011-12-30', 'Pacific/Apia', '06:00', 'never'],
  ['day', '2011-12-31', 'Pacific/Apia', '06:00', '2011-12-31T16:00:00Z'],
  ['week', '2026-W48', 'Europe/Helsinki', '09:00', '2026-11-30T07:00:00Z'],
  ['week', '2026-W53', 'UTC', '09:00', '2027-01-04T09:00:00Z'],
  ['month', '2026-02', 'Europe/Helsinki', '12:00', '2026-03-01T10:00:00Z'],
  ['month', '2028-02', 'UTC', '12:00', '2028-03-01T12:00:00Z'],
  ['month', '2026-12', 'America/New_York', '12:00', '2027-01-01T17:00:00Z'],
  ['hour', '2026-11-28 05:00', 'UTC', '00:15', '2026-11-28T06:15:00Z'],
  ['hour', '2026-11-28 23:00', 'Europe/Helsinki', '00:15', '2026-11-28T22:15:00Z'],
  // The hour that is skipped is not expected; of the one that is shown twice, the second one's end counts.
  ['hour', '2026-03-29 02:00', 'Europe/Helsinki', '00:15', '2026-03-29T01:15:00Z'],
  ['hour', '2026-03-29 03:00', 'Europe/Helsinki', '00:15', 'never'],
  ['hour', '2026-10-25 02:00', 'Europe/Helsinki', '00:15', '2026-10-25T00:15:00Z'],
  ['hour', '2026-10-25 03:00', 'Europe/Helsinki', '00:15', '2026-10-25T02:15:00Z'],
  ['hour', '2026-10-25 04:00', 'Europe/Helsinki', '00:15', '2026-10-25T03:15:00Z'],
  // Half an hour of Lord Howe's 02:00 is left.
  ['hour', '2026-10-04 02:00', 'Australia/Lord_Howe', '00:00', '2026-10-03T16:00:00Z'],
] as const)('the file of the %s %s in %s is due by %s: %s', (every, period, timezone, by, expected) => {
  expect(due(every, period, timezone, by)).toBe(expected);
});

test.each([
  ['day', '2026-11-28', 0, '2026-11-28T06:00:00Z'],
  ['day', '2026-11-28', 3, '2026-12-01T06:00:00Z'],
  ['week', '2026-W48', 0, '2026-11-29T06:00:00Z'],
  ['month', '2026-02', 0, '2026-02-28T06:00:00Z'],
  ['month', '2026-02', 5, '2026-03-05T06:00:00Z'],
] as const)('%s %s, %s days after its last day: %s', (every, period, daysAfter, expected) => {
  expect(due(every, period, 'UTC', '06:00', daysAfter)).toBe(expected);
});

test('weeks are those of ISO 8601', () => {
  const weekOf = (day: string) => periodText('week', periodAt('week', dayMs(day)));
  expect(
    ['2020-12-31', '2021-01-03', '2021-01-04', '2024-12-30', '2026-12-31', '2027-01-03', '2027-01-04'].map(
      weekOf,
    ),
  ).toEqual(['2020-W53', '2020-W53', '2021-W01', '2025-W01', '2026-W53', '2026-W53', '2027-W01']);
});

test('a text is a period only as it is written', () => {
  const texts = [
    '2026-11-28',
    '2026-02-30',
    '2026-11',
    '2026-13',
    '2026-W53',
    '2025-W53',
    '2026-11-28 05:00',
    '2026-11-28 05:30',
    'x',
  ];
  const known = (every: Every) => texts.filter((text) => periodOfText(every, text) !== undefined);
  expect(known('day')).toEqual(['2026-11-28']);
  expect(known('month')).toEqual(['2026-11']);
  expect(known('week')).toEqual(['2026-W53']);
  expect(known('hour')).toEqual(['2026-11-28 05:00']);
});

test('a file is late after the moment at which it is due, not at it', () => {
  const expected: Expect = {
    every: 'day',
    byMinutes: 360,
    daysAfter: 1,
    timezone: 'UTC',
    datedBy: {},
    per: [],
  };
  const last = (now: string) => periodText('day', lastDue(expected, localClock('UTC'), Date.parse(now)));
  expect(last('2026-11-29T05:59:59.999Z')).toBe('2026-11-27');
  expect(last('2026-11-29T06:00:00Z')).toBe('2026-11-27');
  expect(last('2026-11-29T06:00:00.001Z')).toBe('2026-11-28');
  expect(last('2026-11-30T00:00:00Z')).toBe('2026-11-28');
});
