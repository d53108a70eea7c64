// What the page shows of an insight's past: the number before, the versions between two ends, and the rows that changed.
import { describe, expect, it } from 'vitest';
import { changeRange, dayBefore, parseEnd } from '../../lib/page/app/change-range.ts';
import { changeTable, differingColumns } from '../../lib/page/app/change-table.ts';
import { composeChanges } from '../../lib/page/app/compose-changes.ts';
import type { ReceiptRoute } from '../../lib/page/app/insight-rows.ts';
import { numberBefore } from '../../lib/page/app/receipt-history.ts';
import type { ChangeDocument } from '../../lib/page/insight-documents.ts';
import { COLUMNS, TABLE } from './costs-table.ts';

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
