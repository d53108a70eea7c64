// What the page shows of an insight's numbers: charts' points, receipts' addresses, how a number is set, where a file is looked for,
// and the part of the lineage around a table.
import { describe, expect, it } from 'vitest';
import { likelyLists } from '../../lib/page/app/file-list.ts';
import { partitionText, receiptRoute, rowsAt } from '../../lib/page/app/insight-rows.ts';
import { lineagePart } from '../../lib/page/app/lineage-part.ts';
import { chartPoints } from '../../lib/page/app/parts/chart-series.ts';
import { digitsOf, longestFraction, paddingOf } from '../../lib/page/app/parts/digits.ts';
import { href, parseRoute } from '../../lib/page/app/routes.ts';
import type { ChartSpec } from '../../lib/page/insight-documents.ts';
import type { Cell } from '../../lib/page/page-values.ts';
import { COLUMNS, TABLE } from './costs-table.ts';

describe('a chart', () => {
  const spec: ChartSpec = { kind: 'line', x: ['year', 'month'], measures: ['cost'], colour: 'region' };
  const rows: Cell[][] = [
    ['2024', '10', 'eu', '1.00'],
    ['2024', '9', 'eu', '90000000000000000000.01'],
    ['2024', '9', 'eu', '0.01'],
    ['2023', '12', 'us', '5.00'],
    ['2024', '10', null, null],
  ];

  it('has its points in the order of time, and exact sums', () => {
    expect(chartPoints(spec, 'cost', COLUMNS, rows)).toEqual({
      points: ['2023-12', '2024-09', '2024-10'],
      series: [
        { name: 'eu', isOthers: false, texts: [null, '90000000000000000000.02', '1.00'] },
        { name: 'us', isOthers: false, texts: ['5.00', null, null] },
        { name: 'no value', isOthers: false, texts: [null, null, null] },
      ],
      left: 0,
      addsUp: true,
    });
  });

  it('shows the largest of many series, and the sum of the others', () => {
    const many = Array.from({ length: 9 }, (_, n) => ['2024', '1', `r${n}`, `${n === 0 ? -100 : n}.00`]);
    const { series, addsUp } = chartPoints(spec, 'cost', COLUMNS, many);
    expect(series.map(({ name, texts }) => [name, texts[0]])).toEqual([
      ['r0', '-100.00'],
      ['r4', '4.00'],
      ['r5', '5.00'],
      ['r6', '6.00'],
      ['r7', '7.00'],
      ['r8', '8.00'],
      ['3 others', '6.00'],
    ]);
    expect(addsUp).toBe(true);
  });

  it('of names has the largest first, and says how many are left out', () => {
    const bars: ChartSpec = { kind: 'bar', x: ['region'], measures: ['cost'], colour: null };
    const many = Array.from({ length: 42 }, (_, n) => ['2024', '1', `r${n}`, `${n}`]);
    const { points, series, left } = chartPoints(bars, 'cost', COLUMNS, many);
    expect([points[0], points.at(-1), points.length, left]).toEqual(['r41', 'r2', 40, 2]);
    expect(series).toHaveLength(1);
    expect(series[0]?.texts.slice(0, 2)).toEqual(['41', '40']);
  });
});

describe("a number's address", () => {
  const row = ['2024', '3', 'a/b?&=\\N', '97.00'];

  it('leads back to its row', () => {
    const route = receiptRoute(TABLE, COLUMNS, row, 'cost');
    expect(parseRoute(href(route))).toEqual(route);
    expect(route).toEqual({
      view: 'receipt',
      name: 'costs',
      partition: ['2024', '3'],
      column: 'cost',
      row: { region: 'a/b?&=\\N' },
    });
    const rows = [row, ['2024', '4', 'a/b?&=\\N', '1.00'], ['2024', '3', 'us', '1.00']];
    expect(rowsAt(TABLE.partitionBy, COLUMNS, rows, route)).toEqual([row]);
  });

  it('without a key has all values that are no numbers', () => {
    const table = { ...TABLE, key: [], partitionBy: [] };
    expect(receiptRoute(table, COLUMNS, ['2024', '3', null, '1'], 'cost').row).toEqual({ region: null });
  });

  it('is headed by the partition', () => {
    expect(partitionText(['2024', '3', '5'])).toBe('2024-03-05');
    expect(partitionText(['eu', '2024', '11'])).toBe('eu / 2024-11');
    expect(partitionText([null, '7'])).toBe('no value / 7');
    expect(partitionText([])).toBe('');
  });
});

describe('the lineage around a table', () => {
  const node = (name: string, rank: number, order: number) => ({
    name,
    kind: 'insight' as const,
    description: null,
    state: 'well' as const,
    rows: 1,
    columns: [],
    rank,
    order,
  });
  const edge = (from: string, to: string) => ({ from, to, kind: 'over' as const });
  const lineage = {
    nodes: [
      node('a', 0, 0),
      node('b', 0, 1),
      node('c', 1, 0),
      node('d', 3, 1),
      node('e', 3, 0),
      node('f', 4, 0),
    ],
    edges: [edge('a', 'c'), edge('b', 'd'), edge('c', 'd'), edge('c', 'e'), edge('d', 'f')],
  };
  const placed = (
    ...opened: Parameters<typeof lineagePart>[2] extends ReadonlySet<infer Step> ? Step[] : never
  ) =>
    lineagePart(lineage, 'c', new Set(opened)).nodes.map(
      ({ name, column: at, row, more }) => `${name} ${at},${row} -${more.before} +${more.after}`,
    );

  it('is its neighbours, close together, and how many more there are', () => {
    expect(placed()).toEqual(['a 0,0.5 -0 +0', 'c 1,0.5 -0 +0', 'e 2,0 -0 +0', 'd 2,1 -1 +1']);
  });

  it('grows by a step, and only from what is shown', () => {
    expect(placed('before d')).toEqual([
      'a 0,0 -0 +0',
      'b 0,1 -0 +0',
      'c 1,0.5 -0 +0',
      'e 2,0 -0 +0',
      'd 2,1 -0 +1',
    ]);
    expect(placed('before f', 'after b')).toEqual(placed());
  });
});

describe('how a number is set', () => {
  it('in groups of three, with room to the column’s longest fraction', () => {
    expect(digitsOf('-1234567.50')).toEqual({ sign: '-', groups: ['1', '234', '567'], fraction: '.50' });
    expect(digitsOf('1e-7')).toBeNull();
    expect(longestFraction(['1', '2.50', null, 'nan', '3.1'])).toBe(2);
    const padding = (text: string, decimals: number) => paddingOf(digitsOf(text) as never, decimals);
    expect([padding('1', 2), padding('1.5', 2), padding('1.50', 2), padding('7', 0)]).toEqual([
      '.00',
      '0',
      '',
      '',
    ]);
  });
});

describe('the list of a file', () => {
  it('is looked for where its name points to first', () => {
    const lists = ['2024-03', '2024-02', '2024-01'].map((label) => ({ label, files: 1, list: label }));
    const order = (source: string) => likelyLists(lists, source).map(({ label }) => label);
    expect(order('billing/year=2024/month=02/day=10/billing.csv')).toEqual(['2024-02', '2024-03', '2024-01']);
    expect(order('costs/20240115.csv')).toEqual(['2024-01', '2024-03', '2024-02']);
    expect(order('prices.csv')).toEqual(['2024-03', '2024-02', '2024-01']);
  });
});
