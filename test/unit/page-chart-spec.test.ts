import { describe, expect, it } from 'vitest';
import type { DatePart } from '../../lib/core/window.ts';
import { type Charted, chartSpec } from '../../lib/page/chart-spec.ts';
import type { ChartSpec, PageColumn } from '../../lib/page/insight-documents.ts';

/** `name type [unit]` */
function columns(...words: string[]): PageColumn[] {
  return words.map((text) => {
    const [name = '', type = '', unit] = text.split(' ');
    const isNumber = /^(long|integer|double|decimal)/.test(type);
    return { name, type, isNumber, description: null, unit: unit ?? null };
  });
}

const part = (unit: DatePart['unit'], isWhole: boolean, of = ''): DatePart => ({ unit, isWhole, of });
const HIVE = new Map([
  ['year', part('year', true)],
  ['month', part('month', false)],
  ['day', part('day', false)],
]);
const BY_DAY = {
  partitionBy: ['year', 'month', 'day'],
  dateParts: HIVE,
  columns: columns(
    'year integer',
    'month integer',
    'day integer',
    'region string',
    'user_id long',
    'net decimal(18,2)',
    'n long',
  ),
  key: ['region'],
};

type Case = readonly [string, Partial<Charted>, Record<string, number>, ChartSpec | null];
const CASES: readonly Case[] = [
  [
    'a line along the parts of a date, with a few values as colours',
    BY_DAY,
    { region: 3 },
    { kind: 'line', x: ['year', 'month', 'day'], measures: ['net', 'n'], colour: 'region' },
  ],
  [
    'no colours of many values',
    BY_DAY,
    { region: 9 },
    { kind: 'line', x: ['year', 'month', 'day'], measures: ['net', 'n'], colour: null },
  ],
  [
    'nor of one',
    BY_DAY,
    { region: 1 },
    { kind: 'line', x: ['year', 'month', 'day'], measures: ['net', 'n'], colour: null },
  ],
  [
    'the finest whole date of the partitioning',
    {
      partitionBy: ['month', 'day'],
      dateParts: new Map([
        ['month', part('month', true, 'at')],
        ['day', part('day', true, 'at')],
      ]),
      columns: columns('month string', 'day date', 'n long'),
    },
    {},
    { kind: 'line', x: ['day'], measures: ['n'], colour: null },
  ],
  [
    'a month without its year is no time',
    {
      partitionBy: ['month'],
      dateParts: new Map([['month', part('month', false)]]),
      columns: columns('month integer', 'till string', 'n long'),
      key: ['till'],
    },
    { till: 20 },
    { kind: 'bar', x: ['till'], measures: ['n'], colour: null },
  ],
  [
    'a date in the key',
    { columns: columns('seen timestamp', 'day date', 'n long'), key: ['day'] },
    {},
    { kind: 'line', x: ['day'], measures: ['n'], colour: null },
  ],
  [
    'a year and a month in the key',
    { columns: columns('month integer', 'year integer', 'n long'), key: ['year', 'month'] },
    {},
    { kind: 'line', x: ['year', 'month'], measures: ['n'], colour: null },
  ],
  [
    'bars of names otherwise, the fewer values as colours',
    { columns: columns('tier string', 'city string', 'n long'), key: ['tier', 'city'] },
    { tier: 2, city: 30 },
    { kind: 'bar', x: ['city'], measures: ['n'], colour: 'tier' },
  ],
  [
    'names beside a key of numbers',
    { columns: columns('id long', 'model string', 'n long'), key: ['id'] },
    {},
    { kind: 'bar', x: ['model'], measures: ['n'], colour: null },
  ],
  [
    'the numbers of the key where nothing has a name',
    { columns: columns('id long', 'n long'), key: ['id'] },
    {},
    { kind: 'bar', x: ['id'], measures: ['n'], colour: null },
  ],
  [
    'measures of one unit, at most three',
    {
      columns: columns(
        'city string',
        'n long',
        'a double EUR',
        'b double USD',
        'c double EUR',
        'd long EUR',
        'e long EUR',
      ),
      key: ['city'],
    },
    { city: 3 },
    { kind: 'bar', x: ['city'], measures: ['a', 'c', 'd'], colour: null },
  ],
  [
    'amounts before counts, and a currency as the colour',
    {
      columns: columns(
        'city string',
        'tier string',
        'currency string',
        'n long',
        'net decimal(18,2)',
        'k decimal(38,0)',
      ),
      key: ['city', 'tier', 'currency'],
    },
    { city: 30, tier: 2, currency: 3 },
    { kind: 'bar', x: ['city'], measures: ['net', 'n', 'k'], colour: 'currency' },
  ],
  [
    'nothing without a measure',
    { columns: columns('city string', 'user_id long'), key: ['city'] },
    { city: 3 },
    null,
  ],
  [
    'nothing along lists, even where they are the key',
    { columns: columns('tags array<string>', 'n long'), key: ['tags'] },
    { tags: 3 },
    null,
  ],
  ['nothing without an axis', { columns: columns('n long') }, {}, null],
  ['nothing where its author says so', { ...BY_DAY, chart: false }, { region: 3 }, null],
  [
    'what its author says',
    { ...BY_DAY, chart: { kind: 'bar', x: ['region'], y: ['n'], colour: false } },
    { region: 3 },
    { kind: 'bar', x: ['region'], measures: ['n'], colour: null },
  ],
  [
    'the rest chosen',
    { ...BY_DAY, chart: { y: ['net'] } },
    { region: 3 },
    { kind: 'line', x: ['year', 'month', 'day'], measures: ['net'], colour: 'region' },
  ],
  [
    'bars where the axis that was asked for is no time',
    { ...BY_DAY, chart: { x: ['region'] } },
    { region: 3 },
    { kind: 'bar', x: ['region'], measures: ['net', 'n'], colour: null },
  ],
];

describe('a chart shows', () => {
  it.each(CASES)('%s', (_, charted, distinct, spec) => {
    const all = { key: [], partitionBy: [], columns: [], dateParts: new Map(), ...charted };
    expect(chartSpec(all, new Map(Object.entries(distinct)))).toEqual(spec);
  });
});
