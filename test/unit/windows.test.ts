// The word "window" of insights: what it may name, what is refused, and which partitions are seen.
import { describe, expect, it, test } from 'vitest';
import { eventLines } from '../../lib/cli/event-lines.ts';
import type { Window } from '../../lib/core/window.ts';
import { contract, insight, load, useCatalogFolders } from './catalog-load-case.ts';

useCatalogFolders();

const FIELDS = [
  { name: 'region' },
  ...['year', 'month', 'day', 'batch', 'n'].map((name) => ({ name, type: 'integer' })),
  { name: 'on', type: 'date' },
  { name: 'period', type: 'yearmonth' },
  { name: 'at', type: 'datetime' },
];
const hourly = [
  { field: 'at', transform: 'date', timezone: 'America/New_York', name: 'ny' },
  { field: 'at', transform: 'hour' },
];
const byMonth = [
  { field: 'at', transform: 'yearmonth' },
  { field: 'at', transform: 'day', name: 'd' },
];

async function windowOf(partitionBy: unknown[], yaml: string, sql?: string) {
  const names = /partitionBy: \[(.*?)\]/.exec(yaml)?.[1] ?? '';
  const own = names.split(', ').map((name) => `this_partition."${name}"`);
  const catalog = await load({
    'p/datapackage.json': contract('facts', { partitionBy }, FIELDS),
    'p/insights/i.sql': insight(sql ?? `SELECT ${own.join(', ')}, n FROM facts, this_partition`, yaml),
  });
  return catalog.derivations[0];
}

describe('window', () => {
  it.each<[unknown[], string, Window]>([
    [
      ['on'],
      'partitionBy: [on]\nwindow: {on: 6}',
      { unit: 'day', position: ['on'], equal: [], before: 6, after: 0 },
    ],
    [
      ['region', 'period'],
      'partitionBy: [region, period]\nwindow: {period: {after: 2}}',
      { unit: 'month', position: ['period'], equal: ['region'], before: 0, after: 2 },
    ],
    [
      ['year', 'month', 'day', 'region'],
      'partitionBy: [year, month, day, region]\nwindow: {day: {before: 6, after: 1}}',
      { unit: 'day', position: ['year', 'month', 'day'], equal: ['region'], before: 6, after: 1 },
    ],
    [
      ['year', 'month', 'day'],
      'partitionBy: [year, month]\nwindow: {month: 2}',
      { unit: 'month', position: ['year', 'month'], equal: [], before: 2, after: 0 },
    ],
    [
      ['year', 'month'],
      'partitionBy: [year]\nwindow: {year: 1}',
      { unit: 'year', position: ['year'], equal: [], before: 1, after: 0 },
    ],
    [
      hourly,
      'partitionBy: [ny, hour]\nwindow: {hour: 23}',
      { unit: 'hour', position: ['hour'], equal: [], before: 23, after: 0 },
    ],
    [
      hourly,
      'partitionBy: [ny]\nwindow: {ny: 1000}',
      { unit: 'day', position: ['ny'], equal: [], before: 1000, after: 0 },
    ],
    [
      byMonth,
      'partitionBy: [yearmonth, d]\nwindow: {d: 1}',
      { unit: 'day', position: ['yearmonth', 'd'], equal: [], before: 1, after: 0 },
    ],
    [
      ['batch', 'on'],
      'partitionBy: [batch, on]\nwindow: {batch: 1}',
      { unit: 'number', position: ['batch'], equal: ['on'], before: 1, after: 0 },
    ],
  ])('of %j with %j', async (partitionBy, yaml, window) => {
    expect((await windowOf(partitionBy, yaml))?.window).toEqual(window);
  });

  it.each<[unknown[], string, string]>([
    [
      ['on'],
      'partitionBy: [on]\nwindow: 6',
      'line 3, window: it must be a partition column and how many partitions before it are seen, such as {day: 6}',
    ],
    [['on'], 'partitionBy: [on]\nwindow: {}', 'line 3, window: it must be a partition column and'],
    [['on'], 'partitionBy: [on]\nwindow: [on]', 'line 3, window: it must be a partition column and'],
    [
      ['on'],
      'partitionBy: [on]\nwindow: {on: -1}',
      'line 3, window.on: it must be a whole number of partitions from 0',
    ],
    [['on'], 'partitionBy: [on]\nwindow: {on: 1.5}', 'window.on: it must be a whole number'],
    [['on'], 'partitionBy: [on]\nwindow: {on: six}', 'window.on: it must be a whole number'],
    [['on'], 'partitionBy: [on]\nwindow: {on: {before: x}}', 'window.on.before: it must be a whole number'],
    [
      ['on'],
      'partitionBy: [on]\nwindow: {on: {befor: 1}}',
      'window.on.befor: "befor" is not a property of a window: write "before" and "after"',
    ],
    [
      ['on'],
      'partitionBy: [on]\nwindow: {on: 0}',
      'window.on: it sees its own partition alone: remove "window"',
    ],
    [
      ['on'],
      'partitionBy: [on]\nwindow: {on: {before: 1000, after: 1}}',
      'window.on: it sees 1001 partitions besides its own, but may see at most 1000',
    ],
    [
      ['on'],
      'partitionBy: [on]\nwindow: {o: 6}',
      'line 3, window: "o" is not in partitionBy. Did you mean "on"? Name one of on',
    ],
    [['on', 'n'], 'partitionBy: [on]\nwindow: {n: 6}', '"n" is not in partitionBy'],
    [
      ['on'],
      'over: facts\nwindow: {on: 6}',
      'window: this insight has one partition, which has no neighbours',
    ],
    [
      ['region'],
      'partitionBy: [region]\nwindow: {region: 1}',
      'window: region has neither dates nor whole numbers',
    ],
    [
      ['year', 'month', 'day'],
      'partitionBy: [year, month, day]\nwindow: {month: 1}',
      'window: day is part of the same date as month, and a partition is one of its values: count in day',
    ],
    [
      ['year', 'month', 'day'],
      'partitionBy: [year, month, day]\nwindow: {year: 1}',
      'window: month is part of the same date as year',
    ],
    [hourly, 'partitionBy: [ny, hour]\nwindow: {ny: 1}', 'window: hour is part of the same date as ny'],
    [
      ['month'],
      'partitionBy: [month]\nwindow: {month: 1}',
      'window: month alone says no date: partitionBy needs the year before it',
    ],
    [
      ['year', 'day'],
      'partitionBy: [year, day]\nwindow: {day: 1}',
      'window: day alone says no date: partitionBy needs the year and the month before it',
    ],
    [
      ['on', 'batch'],
      'partitionBy: [on, batch]\nwindow: {on: 1, batch: 1}',
      'window.batch: a window counts along one partition column: remove the others',
    ],
  ])('of %j is refused: %j', async (partitionBy, yaml, message) => {
    await expect(
      windowOf(partitionBy, yaml, 'SELECT this_partition."on", n FROM facts, this_partition'),
    ).rejects.toThrow(message);
  });

  it('needs SQL that says of which partition its rows are', async () => {
    const yaml = 'partitionBy: [on]\nwindow: {on: 6}';
    await expect(
      windowOf(['on'], yaml, 'SELECT max("on") AS "on", count(*) AS n FROM facts'),
    ).rejects.toThrow(
      'line 3, window: the SQL sees the rows of several partitions, and must return those of one: read its values from this_partition, a table of one row, such as SELECT this_partition.on … FROM this_partition, facts',
    );
  });

  it('is part of what an insight means', async () => {
    const [one, two] = [6, 7].map((days) => windowOf(['on'], `partitionBy: [on]\nwindow: {on: ${days}}`));
    expect((await one)?.hash).not.toBe((await two)?.hash);
  });

  it('counts along the columns of the insight that it is over', async () => {
    const catalog = await load({
      'p/datapackage.json': contract('facts', { partitionBy: ['on'] }, FIELDS),
      'p/insights/a.sql': insight('SELECT "on", n FROM facts', 'partitionBy: [on]'),
      'p/insights/b.sql': insight(
        'SELECT this_partition."on", n FROM a, this_partition',
        'partitionBy: [on]\nover: a\nwindow: {on: 6}',
      ),
    });
    expect(catalog.derivations[1]?.window?.unit).toBe('day');
  });
});

describe('this_partition', () => {
  it('is there without a window, too, but only for partitions', async () => {
    const sql = 'SELECT "on", n FROM facts WHERE "on" IN (SELECT "on" FROM this_partition)';
    expect(await windowOf(['on'], 'partitionBy: [on]', sql)).toMatchObject({ readsPartition: true });
    await expect(windowOf(['on'], '', sql)).rejects.toThrow(
      'line 4: this_partition has the values of the partition columns, and this insight has none: add partitionBy',
    );
    await expect(load({ 'p/datapackage.json': contract('This_Partition') })).rejects.toThrow(
      '"this_partition" is the name of the partition that an insight computes: use another name',
    );
  });

  it('has one row, so that an order needs nothing of it; the days of a window are not constant', async () => {
    const yaml = 'partitionBy: [on]\nwindow: {on: 6}';
    const first = (order: string) =>
      `SELECT this_partition."on", n, f."on" AS seen FROM (SELECT n, "on" FROM facts GROUP BY n, "on") AS f, this_partition ORDER BY ${order} LIMIT 1`;
    await expect(windowOf(['on'], yaml, first('n'))).rejects.toThrow(
      'LIMIT takes an arbitrary one of the rows',
    );
    expect(await windowOf(['on'], yaml, first('n, f."on"'))).toBeDefined();
  });
});

test('the line of a file names the days that saw it, of its own region', async () => {
  const days = 'partitionBy: [region, on]\n';
  const catalog = await load({
    'p/datapackage.json': contract('facts', { partitionBy: ['region', 'on'] }, FIELDS),
    'p/insights/a.sql': insight(
      'SELECT this_partition.*, n FROM facts, this_partition',
      `${days}window: {on: 1}`,
    ),
    'p/insights/b.sql': insight('SELECT region, "on", n FROM a', days),
    'p/insights/c.sql': insight('SELECT region, "on", n FROM facts', days),
  });
  const partition = (region: string, day: number) => ({ region, on: `2024-01-0${day}` });
  const refreshed = (name: string, ...published: Readonly<Record<string, string>>[]) => ({
    target: { kind: 'insights' as const, name },
    published,
    dropped: [],
    stale: [],
    failed: [],
    warned: [],
    waiting: [],
    running: [],
    version: 1,
    undone: [],
  });
  const all = [partition('eu', 1), partition('eu', 2), partition('us', 1)];
  const lines = eventLines(
    catalog,
    {
      outcomes: [
        {
          source: 'facts/x.csv',
          dataset: 'facts',
          result: 'withdrawn',
          withdrawnRows: 3,
          partitions: [partition('eu', 1)],
        },
      ],
      refreshed: ['a', 'b', 'c'].map((name) => refreshed(name, ...all)),
      deadLetters: [],
      asideKeys: [],
      ms: 100,
    },
    (key) => key,
  );
  const both = 'region=eu, on=2024-01-01, region=eu, on=2024-01-02';
  expect(lines[0]).toContain(`refreshed a(${both}), b(${both}), c(region=eu, on=2024-01-01) (`);
});
