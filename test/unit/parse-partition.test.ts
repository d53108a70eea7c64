// Which partition columns a contract may derive, and what is refused by name.
import { describe, expect, it, test } from 'vitest';
import type { Dataset } from '../../lib/core/contract.ts';
import { parseContract } from '../../lib/definitions/parse-contract.ts';

const FIELDS = [
  { name: 'ts', type: 'datetime' },
  { name: 'here', type: 'datetime', timezone: 'America/New_York' },
  { name: 'on', type: 'date' },
  { name: 'n', type: 'integer' },
];

function parsed(partitionBy: unknown[], fields: readonly object[] = FIELDS, words: object = {}): Dataset {
  const resource = { name: 'sales', path: '*.csv', partitionBy, schema: { fields }, ...words };
  const [dataset] = parseContract('p.json', 'p', JSON.stringify({ resources: [resource] }));
  if (!dataset) throw new Error('no dataset');
  return dataset;
}

function refusal(partitionBy: unknown[], fields?: readonly object[]): string {
  try {
    parsed(partitionBy, fields);
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

const zone = 'America/New_York';
const of = (transform: string, words: object = {}) => ({ field: 'ts', transform, ...words });

describe('partitionBy', () => {
  it('derives columns with names and time zones', () => {
    const columns = [
      of('date', { timezone: zone, name: 'day' }),
      of('yearmonth'),
      of('hour', { name: 'Hour' }),
      { field: 'on', transform: 'date', name: 'due' },
      of('year', { name: 'y' }),
      of('month', { name: 'm' }),
    ];
    expect(parsed(columns).partitionBy).toEqual([
      { name: 'day', field: 'ts', transform: 'date', timezone: zone },
      { name: 'yearmonth', field: 'ts', transform: 'yearmonth' },
      { name: 'Hour', field: 'ts', transform: 'hour' },
      { name: 'due', field: 'on', transform: 'date' },
      { name: 'y', field: 'ts', transform: 'year' },
      { name: 'm', field: 'ts', transform: 'month' },
    ]);
    expect(parsed(columns).partitionFields).toEqual(['ts', 'on']);
  });

  it.each<[unknown[], string]>([
    [
      [of('month')],
      '[0]: a partition by month alone has the rows of that month in every year: add the transform "year" of ts, or write "yearmonth" in the place of "month"',
    ],
    [[of('day')], '[0]: a partition by day without year and month has the rows of that day in every month'],
    [[of('year'), of('day')], '[1]: a partition by day without year and month'],
    [[of('month'), of('day')], '[0]: a partition by month alone'],
    [
      [of('year'), { field: 'on', transform: 'month' }],
      '[1]: a partition by month alone has the rows of that month in every year: add the transform "year" of on',
    ],
    [
      [of('year'), of('month', { timezone: zone })],
      `[1]: a partition by month alone has the rows of that month in every year: add the transform "year" of ts with "timezone": "${zone}"`,
    ],
    [[of('yearmonth', { timezone: zone }), of('day')], '[1]: a partition by day without year and month'],
    [
      [{ field: 'here', transform: 'date' }],
      `[0]: here has the time zone ${zone}, and the table holds its moments in UTC: say in which of them the date is counted: "timezone": "${zone}" or "timezone": "UTC"`,
    ],
    [[{ field: 'here', transform: 'yearmonth' }], '[0]: here has the time zone America/New_York'],
    [
      [{ field: 'on', transform: 'date', timezone: zone }],
      '[0].timezone: on is a date, which is the same in every time zone: remove "timezone"',
    ],
    [[{ field: 'on', transform: 'hour' }], '[0]: "hour" applies to datetime, but on is of type date'],
    [
      [of('hour', { timezone: zone })],
      '[0].timezone: hours are counted in UTC, where none comes twice and none is left out',
    ],
    [[of('date', { timezone: 'Mars/Base' })], '[0].timezone: "Mars/Base" is not a time zone'],
    [
      [of('date', { name: 'N' })],
      '[0]: the column N that it derives is already a field: partition by the field n, rename it, or give the column another "name"',
    ],
    [
      [of('date', { name: '_sluice_day' })],
      '[0].name: "_sluice_day": names that start with "_sluice" are reserved',
    ],
    [[of('date', { name: 'File_Index' })], '[0].name: "File_Index" is reserved by DuckDB'],
    [[of('date', { name: '' })], '[0].name: "" is not allowed here'],
    [[of('date', { zone })], '[0].zone: "zone" is not a known contract property here'],
    [
      [of('date'), { field: 'on', transform: 'date' }],
      '[1]: the partition column "date" is listed twice: remove one, or give it another "name"',
    ],
    [[{ field: 'on', name: 'day' }], '[0].name: the field itself is the partition column on: remove "name"'],
    [[{ field: 'on', timezone: zone }], '[0].timezone: only the date of a datetime depends on a time zone'],
    [
      ['ts'],
      '[0]: ts is of type datetime, which would create a partition for nearly every row: add a transform (date, yearmonth, hour, year, month, day)',
    ],
    [
      [{ field: 'n', transform: 'date' }],
      '[0]: "date" applies to date and datetime, but n is of type integer',
    ],
  ])('%j is refused', (partitionBy, message) => {
    expect(refusal(partitionBy)).toContain(`partitionBy${message}`);
  });

  it.each([
    [[of('year'), of('month'), of('day')]],
    [[of('month'), of('year')]],
    [[of('yearmonth'), of('day')]],
    [[of('date', { timezone: zone }), of('month'), of('day')]],
    [[of('hour'), of('day', { timezone: zone })]],
    [['on', of('month')]],
  ])('%j says which month of which year', (partitionBy) => {
    expect(refusal(partitionBy)).toBe('accepted');
  });

  it('takes the year and the month of folders, by their type or by their name', () => {
    const more = (...fields: object[]) => [...FIELDS, ...fields];
    const whole = (name: string, type: string) => ({ name, type });
    expect(refusal(['y', of('month')], more(whole('y', 'year')))).toBe('accepted');
    expect(refusal(['Year', of('month')], more(whole('Year', 'integer')))).toBe('accepted');
    expect(refusal(['period', of('day')], more(whole('period', 'yearmonth')))).toBe('accepted');
    expect(refusal(['n', of('month')], more())).toContain('[1]: a partition by month alone');
  });
});

test('an upserted table is partitioned by the date of a field of its key', () => {
  const words = (key: string) => ({ mode: 'upsert', schema: { fields: FIELDS, primaryKey: key } });
  const day = [of('date', { timezone: zone })];
  expect(parsed(day, FIELDS, words('ts')).partitionBy).toHaveLength(1);
  expect(parsed(day, FIELDS, words('n')).partitionBy).toEqual([]);
});

test('the time zone and the name of a column are part of what the contract means', () => {
  const { hash } = parsed([of('date')]);
  expect(parsed([of('date', { timezone: zone })]).hash).not.toBe(hash);
  expect(parsed([of('date', { name: 'day' })]).hash).not.toBe(hash);
  expect(parsed([of('date', { name: 'date' })]).hash).toBe(hash);
  // What the lakes of before this word hold: another hash would have every file read again.
  expect(parsed([of('year'), of('month')]).hash).toBe('8b4496cbb4ecc735');
});
