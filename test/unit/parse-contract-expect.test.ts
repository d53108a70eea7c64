// The word `expect`: what it means with which path, and how its misuse is refused.
import { describe, expect, test } from 'vitest';
import { contract, parsed, refusal, type Words } from './contract-case.ts';

const FIELDS = [
  { name: 'day', type: 'date' },
  { name: 'sent', type: 'date' },
  { name: 'period', type: 'yearmonth' },
  { name: 'year', type: 'integer' },
  { name: 'month', type: 'integer' },
  { name: 'hour', type: 'integer' },
  { name: 'fiscal', type: 'year' },
  { name: 'region' },
  { name: 'n', type: 'integer' },
];
const GERMAN = [
  { name: 'jahr', type: 'integer' },
  { name: 'monat', type: 'integer' },
  { name: 'tag', type: 'integer' },
  { name: 'stunde', type: 'integer', header: 'hour' },
  { name: 'n' },
];

const text = (path: string, words: Words, fields: readonly object[] = FIELDS, resource: Words = {}) =>
  contract({ path, expect: { by: '06:00', ...words }, ...resource }, { fields });
const meaning = (path: string, words: Words, fields = FIELDS as readonly object[], resource: Words = {}) =>
  parsed(text(path, words, fields, resource)).expect;

describe('the path tells the period', () => {
  test.each([
    ['day', 'a/day=*/*.csv', { date: 'day' }],
    ['week', 'a/day=*/*.csv', { date: 'day' }],
    ['month', 'a/day=*/*.csv', { date: 'day' }],
    ['month', 'a/period=*/*.csv', { yearmonth: 'period' }],
    ['month', 'a/fiscal=*/month=*/*.csv', { year: 'fiscal', month: 'month' }],
    ['month', 'a/year=*/month=*/*.csv', { year: 'year', month: 'month' }],
    ['hour', 'a/day=*/hour=*/*.csv', { date: 'day', hour: 'hour' }],
  ] as const)('every %s in %s', (every, path, datedBy) => {
    expect(meaning(path, { every })).toEqual({
      every,
      byMinutes: 360,
      daysAfter: every === 'hour' ? 0 : 1,
      timezone: 'UTC',
      datedBy,
      per: [],
    });
  });

  test('by the names of folders that are not those of the fields, and by fields in order', () => {
    expect(
      meaning('a/year=*/month=*/day=*/*.csv', { every: 'day' }, [
        { name: 'y', type: 'integer', header: 'Year' },
        { name: 'm', type: 'integer', header: ['mm', 'month'] },
        { name: 'd', type: 'integer', header: 'day' },
        { name: 'n' },
      ])?.datedBy,
    ).toEqual({ year: 'y', month: 'm', day: 'd' });
    expect(
      meaning('a/jahr=*/monat=*/tag=*/*.csv', { every: 'day', field: ['jahr', 'monat', 'tag'] }, GERMAN)
        ?.datedBy,
    ).toEqual({ year: 'jahr', month: 'monat', day: 'tag' });
    expect(
      meaning(
        'a/jahr=*/monat=*/tag=*/stunde=*/x.csv',
        { every: 'hour', field: ['jahr', 'monat', 'tag', 'stunde'] },
        GERMAN,
      )?.datedBy,
    ).toEqual({ year: 'jahr', month: 'monat', day: 'tag', hour: 'stunde' });
  });

  test('field decides where several do', () => {
    expect(meaning('a/day=*/sent=*/*.csv', { every: 'day', field: 'sent' })?.datedBy).toEqual({
      date: 'sent',
    });
    expect(meaning('a/period=*/day=*/*.csv', { every: 'month', field: ['period'] })?.datedBy).toEqual({
      yearmonth: 'period',
    });
  });
});

test('the other words', () => {
  const words = { every: 'day', by: '23:59', daysAfter: 0, per: ['region'], from: '2026-01-01' };
  const found = meaning('a/region=*/day=*/*.csv', words, FIELDS, { timezone: 'Europe/Helsinki' });
  expect(found).toMatchObject({
    byMinutes: 1439,
    daysAfter: 0,
    timezone: 'Europe/Helsinki',
    per: ['region'],
  });
  expect(found?.from).toBe(Math.round(Date.UTC(2026, 0, 1) / 86_400_000));
  expect(
    meaning('a/day=*/*.csv', { every: 'day', timezone: 'Asia/Tokyo' }, FIELDS, {
      timezone: 'Europe/Helsinki',
    })?.timezone,
  ).toBe('Asia/Tokyo');
});

test('it is no part of the hash: nothing is read again for it', () => {
  const path = 'a/region=*/day=*/*.csv';
  const plain = parsed(contract({ path }, { fields: FIELDS }));
  expect(plain.expect).toBeUndefined();
  for (const words of [{ every: 'day' }, { every: 'month', per: ['region'], timezone: 'Asia/Tokyo' }])
    expect(parsed(text(path, words)).hash).toBe(plain.hash);
});

describe('refused', () => {
  test.each<[string, string, Words, string]>([
    [
      'no field in the path',
      'a/*.csv',
      { every: 'day' },
      `expect: the key of a file must tell its day, and the path "a/*.csv" names no field: add a folder for a field of type date, such as "day=*", or folders for integers named year, month and day`,
    ],
    [
      'a month for a day',
      'a/period=*/*.csv',
      { every: 'day' },
      'names only period (yearmonth): add a folder for a field of type date',
    ],
    [
      'a month for a week',
      'a/year=*/month=*/*.csv',
      { every: 'week' },
      'must tell its day, and the path "a/year=*/month=*/*.csv" names only year (integer), month (integer)',
    ],
    ['a text for a day', 'a/region=*/*.csv', { every: 'day' }, 'names only region (string)'],
    ['a day for an hour', 'a/day=*/*.csv', { every: 'hour' }, 'and one for an integer named hour'],
    [
      'two days',
      'a/day=*/sent=*/*.csv',
      { every: 'day' },
      'expect: the path tells the day in more than one way (day; sent): add the one that counts, such as "field": "day"',
    ],
    [
      'a day and a month',
      'a/day=*/year=*/month=*/*.csv',
      { every: 'month' },
      'in more than one way (day; year, month)',
    ],
    [
      'a field that is none',
      'a/day=*/*.csv',
      { every: 'day', field: 'dya' },
      `expect.field: "dya" is not a field of this resource. Did you mean "day"?`,
    ],
    [
      'a field that the path does not name',
      'a/day=*/*.csv',
      { every: 'day', field: ['sent'] },
      'expect.field[0]: the path "a/day=*/*.csv" does not name sent, so that no key tells it: add a folder such as "sent=*" to the path',
    ],
    [
      'a field that tells too little',
      'a/period=*/*.csv',
      { every: 'day', field: 'period' },
      'expect.field: period tells no more than the month, but "every": "day" needs the day: list a field for it, too',
    ],
    [
      'a field of another type',
      'a/region=*/*.csv',
      { every: 'day', field: 'region' },
      'expect.field: region is of type string: list a date, yearmonth or year',
    ],
    [
      'too many fields',
      'a/day=*/hour=*/month=*/*.csv',
      { every: 'hour', field: ['day', 'hour', 'month'] },
      'expect.field[2]: month is of type integer',
    ],
    [
      'no time',
      'a/day=*/*.csv',
      { every: 'day', by: '6:00' },
      `expect.by: "6:00" is not a time: write a time of day from "00:00" to "23:59", such as "06:00"`,
    ],
    ['midnight at the end', 'a/day=*/*.csv', { every: 'day', by: '24:00' }, 'is not a time'],
    [
      'no duration',
      'a/day=*/hour=*/*.csv',
      { every: 'hour', by: '15' },
      'hours and minutes after the end of the hour, such as "00:15"',
    ],
    [
      'days after an hour',
      'a/day=*/hour=*/*.csv',
      { every: 'hour', daysAfter: 1 },
      'expect.daysAfter: an hour is due "by" hours and minutes after its end',
    ],
    [
      'no zone',
      'a/day=*/*.csv',
      { every: 'day', timezone: 'Helsinki' },
      'expect.timezone: "Helsinki" is not a time zone',
    ],
    [
      'no day to begin with',
      'a/day=*/*.csv',
      { every: 'day', from: '2026-02-30' },
      'expect.from: "2026-02-30" is not a day',
    ],
    [
      'within a week',
      'a/day=*/*.csv',
      { every: 'week', from: '2026-11-28' },
      'expect.from: "2026-11-28" is within a week, so that it is not clear whether that week is expected: write a Monday, "2026-11-23" or "2026-11-30"',
    ],
    [
      'within a month',
      'a/day=*/*.csv',
      { every: 'month', from: '2026-11-28' },
      'write the first day of a month, "2026-11-01" or "2026-12-01"',
    ],
    [
      'per no field',
      'a/day=*/*.csv',
      { every: 'day', per: ['regoin'] },
      'expect.per[0]: "regoin" is not a field of this resource. Did you mean "region"?',
    ],
    [
      'per a column',
      'a/day=*/*.csv',
      { every: 'day', per: ['region'] },
      'expect.per[0]: the path "a/day=*/*.csv" does not name region',
    ],
    [
      'per twice',
      'a/day=*/region=*/*.csv',
      { every: 'day', per: ['region', 'region'] },
      'expect.per[1]: "region" is listed twice',
    ],
    [
      'per the day',
      'a/day=*/*.csv',
      { every: 'day', per: ['day'] },
      'expect.per[0]: day tells the day already',
    ],
    [
      'another rhythm',
      'a/day=*/*.csv',
      { every: 'year' },
      'expect.every: "year" is not supported yet: write "hour" or "day" or "week" or "month"',
    ],
    [
      'another word',
      'a/day=*/*.csv',
      { every: 'day', until: '2026-01-01' },
      'expect.until: "until" is not a known contract property here',
    ],
    [
      'too many days',
      'a/day=*/*.csv',
      { every: 'day', daysAfter: 367 },
      'expect.daysAfter: 367 is not allowed here',
    ],
  ])('%s', (_, path, words, problem) => {
    const found = refusal(text(path, words));
    expect(found).toContain('shop/datapackage.json');
    expect(found).toContain(problem);
  });

  test('by is needed', () => {
    const path = 'a/day=*/*.csv';
    expect(refusal(contract({ path, expect: { every: 'day' } }, { fields: FIELDS }))).toContain(
      'resources[0].expect.by: "by" is missing: add it',
    );
  });
});
