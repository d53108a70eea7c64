// What the page shows of an insight's numbers: charts' points, receipts' addresses and older numbers, what lies between versions,
// and the part of the lineage around a table.
import { describe, expect, it } from 'vitest';
import { changeRange, dayBefore, parseEnd } from '../../lib/page/app/change-range.ts';
import { changeTable, differingColumns } from '../../lib/page/app/change-table.ts';
import { composeChanges } from '../../lib/page/app/compose-changes.ts';
import { likelyLists } from '../../lib/page/app/file-list.ts';
import { partitionText, type ReceiptRoute, receiptRoute, rowsAt } from '../../lib/page/app/insight-rows.ts';
import { lineagePart } from '../../lib/page/app/lineage-part.ts';
import { chartPoints } from '../../lib/page/app/parts/chart-series.ts';
import { digitsOf, longestFraction, paddingOf } from '../../lib/page/app/parts/digits.ts';
import { numberBefore } from '../../lib/page/app/receipt-history.ts';
import { href, parseRoute } from '../../lib/page/app/routes.ts';
import type { ChangeDocument, ChartSpec, PageColumn } from '../../lib/page/insight-documents.ts';
import type { Cell } from '../../lib/page/page-values.ts';

const column = (name: string, type: string): PageColumn => ({
  name,
  type,
  isNumber: /^(?:long|decimal)/.test(type),
  description: null,
  unit: null,
});

const COLUMNS = [
  column('year', 'long'),
  column('month', 'long'),
  column('region', 'string'),
  column('cost', 'decimal(38,2)'),
];
const TABLE = { name: 'costs', columns: COLUMNS, partitionBy: ['year', 'month'], key: ['region'] };

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

function change(version: number, more: Partial<ChangeDocument>): ChangeDocument {
  return {
    table: 'costs',
    version,
    committedAt: '2024-03-05T10:00:00.000Z',
    columns: COLUMNS,
    key: ['year', 'month', 'region'],
    counts: { added: 0, removed: 0, changed: 0 },
    rows: [],
    moreRows: 0,
    totals: [],
    sources: [],
    moreSources: 0,
    definitions: [],
    ...more,
  };
}

const eu = ['2024', '3', 'eu', '97.00'];
const euBefore = ['2024', '3', 'eu', '100.00'];

describe('the number before', () => {
  const route: ReceiptRoute = {
    view: 'receipt',
    name: 'costs',
    partition: ['2024', '3'],
    column: 'cost',
    row: { region: 'eu' },
  };
  const told = (more: Partial<ChangeDocument>, name = 'cost') =>
    numberBefore(TABLE, change(2, more), route, name);

  it('is that of the same row', () => {
    const april = {
      change: 'changed' as const,
      old: ['2024', '4', 'eu', '1.00'],
      new: ['2024', '4', 'eu', '2.00'],
    };
    const rows = [april, { change: 'changed' as const, old: euBefore, new: eu }];
    expect(told({ rows })).toEqual({ state: 'known', cell: '100.00' });
    expect(told({ rows }, 'profit')).toEqual({ state: 'no column' });
    expect(told({ rows: [april] })).toEqual({ state: 'same' });
    expect(told({ rows: [{ change: 'added', old: null, new: eu }] })).toEqual({ state: 'absent' });
  });

  it('is said not to be known where it is not', () => {
    expect(told({ rows: null }).state).toBe('unknown');
    expect(told({ rows: [], moreRows: 1 }).state).toBe('unknown');
    expect(told({ key: [], rows: [{ change: 'added', old: null, new: eu }] }).state).toBe('unknown');
    expect(told({ key: [], rows: [] })).toEqual({ state: 'same' });
  });
});

describe('versions between two ends', () => {
  const at = (version: number, day: string, rowsAdded = 1) => ({
    version,
    committedAt: `${day}T12:00:00.000Z`,
    cause: '',
    rowsAdded,
    rowsRemoved: 0,
    rows: 1,
  });
  const ref = (version: number, day: string) => ({
    version,
    committedAt: `${day}T12:00:00.000Z`,
    change: `change-${version}`,
  });
  const past = {
    versions: [
      at(6, '2024-03-05', 0),
      at(5, '2024-03-05'),
      at(4, '2024-03-04'),
      at(3, '2024-03-01'),
      at(2, '2024-02-01'),
    ],
    moreVersions: 2,
    changes: [ref(5, '2024-03-05'), ref(4, '2024-03-04'), ref(3, '2024-03-01')],
  };
  const between = (from: string | null, to: string | null) => {
    const [start, end] = [from, to].map((text) => (text === null ? null : parseEnd(text)));
    const range = changeRange(past, start ?? null, end ?? null);
    return [range.changes.map(({ version }) => version), range.from, range.to, range.untold];
  };

  it('are the newest that changed rows, if nothing is said', () => {
    expect(between(null, null)).toEqual([[5], 4, 6, 0]);
  });

  it('are those after the first and up to the last, versions or days', () => {
    expect(between('3', '5')).toEqual([[4, 5], 3, 5, 0]);
    expect(between('2024-03-01', '2024-03-04')).toEqual([[4], 3, 4, 0]);
    expect(between('2024-03-03', null)).toEqual([[4, 5], 3, 6, 0]);
    expect(between('2024-03-05', null)).toEqual([[], 6, 6, 0]);
  });

  it('are said to be more where the page does not tell all', () => {
    expect(between('1', null)).toEqual([[3, 4, 5], 1, 6, 2]);
    expect(between('2024-01-31', null)).toEqual([[3, 4, 5], null, 6, 2]);
  });

  it('have ends that are versions or days', () => {
    expect(parseEnd('12')).toEqual({ version: 12 });
    expect(parseEnd('2024-02-29')).toEqual({ day: '2024-02-29' });
    expect(parseEnd('2024-02-29T12:00:00Z')).toEqual({ moment: '2024-02-29T12:00:00.000Z' });
    for (const text of ['', '-1', 'v2', '2024-3-1', '2024-02-29T99:00Z', '2024-02-29T'])
      expect(parseEnd(text)).toBeNull();
    expect(dayBefore('2024-03-01T00:30:00.000Z', 1)).toBe('2024-02-29');
  });
});

describe('rows that changed', () => {
  it('stand old beside new, with differences that add up', () => {
    const composed = composeChanges([
      change(2, {
        rows: [
          { change: 'changed', old: euBefore, new: eu },
          { change: 'removed', old: ['2024', '3', 'us', '5.00'], new: null },
        ],
      }),
    ]);
    expect(differingColumns(composed, TABLE.partitionBy).map(({ name }) => name)).toEqual(['cost']);
    const { columns, rows, shows } = changeTable(composed, TABLE.partitionBy, ['cost']);
    expect(columns.map(({ name }) => name)).toEqual([
      ...['row', 'year', 'month', 'region'],
      ...['cost before', 'cost now', 'cost difference', 'cost per cent'],
    ]);
    expect(rows).toEqual([
      ['changed', '2024', '3', 'eu', '100.00', '97.00', '-3.00', '-3.0'],
      ['gone', '2024', '3', 'us', '5.00', null, '-5.00', null],
    ]);
    expect(shows.indexOf('cost')).toBe(5);
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
