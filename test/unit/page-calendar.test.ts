// The calendar of arrivals: its windows, the state of a field, and the keys that move in it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  elsewhereOf,
  ordinalOf,
  periodOf,
  periodWords,
  reachOf,
  spansOf,
  stateOf,
} from '../../lib/page/app/calendar.ts';
import { nextPlace } from '../../lib/page/app/parts/grid-keys.ts';
import type { ArrivalPeriod, ArrivalsDocument } from '../../lib/page/dataset-documents.ts';

const period = (states: ArrivalPeriod['states'], missing = 0): ArrivalPeriod => ({
  ...{ period: '2024-01-03', states, missing, rows: 5000, refusedRows: 2, list: null },
  files: Object.values(states).reduce((sum, count) => sum + count, 0),
});

describe('periods', () => {
  it('are counted from 1970, both ways', () => {
    expect([ordinalOf('1970-01-02', 'day'), ordinalOf('1969-12-31', 'day')]).toEqual([1, -1]);
    expect([ordinalOf('1971-02', 'month'), periodOf(-1, 'month')]).toEqual([13, '1969-12']);
    expect(periodOf((ordinalOf('2024-02-28', 'day') ?? 0) + 1, 'day')).toBe('2024-02-29');
    fc.assert(
      fc.property(fc.integer({ min: -700_000, max: 2_900_000 }), (day) => {
        expect(ordinalOf(periodOf(day, 'day'), 'day')).toBe(day);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: -23_000, max: 96_000 }), (month) => {
        expect(ordinalOf(periodOf(month, 'month'), 'month')).toBe(month);
      }),
    );
  });

  it('outside the time that is shown are told of datasets that have none within', () => {
    const row = (dataset: string, ...days: readonly string[]): ArrivalsDocument => ({
      ...{ dataset, unit: 'day', from: 'name' },
      periods: days.map((day) => ({ ...period({ live: 1 }), period: day })),
    });
    const last = ordinalOf('2024-12-31', 'day') ?? 0;
    const rows = [
      row('old', '2023-01-01', '2023-01-05'),
      row('present', '2023-01-01', '2024-12-01'),
      row('typed wrong', '2023-02-01', '9999-01-01'),
    ];
    const found = elsewhereOf(rows, 'day', { last, latest: last + 92 });
    expect(found.map(({ dataset, newest }) => [dataset, periodOf(newest, 'day')])).toEqual([
      ['old', '2023-01-05'],
      ['typed wrong', '2023-02-01'],
    ]);
  });

  it('of another form are none', () => {
    expect(['2024-01', 'x', ''].map((text) => ordinalOf(text, 'day'))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(ordinalOf('2024-01-03', 'month')).toBeUndefined();
    expect(ordinalOf('2024-99-99', 'day')).toBeUndefined();
    expect(ordinalOf('2024-02-30', 'day')).toBeUndefined();
    expect(ordinalOf('2024-13', 'month')).toBeUndefined();
  });

  it('reach from the first to the last; a date far ahead is not the newest', () => {
    expect(reachOf([5, 90_000, 7], 100)).toEqual({ first: 5, last: 90_000, newest: 7 });
    expect(reachOf([5000, 6000], 100)).toEqual({ first: 5000, last: 6000, newest: 6000 });
    expect(reachOf([], 100)).toBeUndefined();
  });

  it('are headed by their months', () => {
    expect(spansOf(ordinalOf('2024-02-28', 'day') ?? 0, 4, 'day')).toEqual([
      { label: '2024-02', length: 2 },
      { label: '2024-03', length: 2 },
    ]);
  });
});

describe('a field', () => {
  it('has the gravest of its states', () => {
    expect(stateOf(period({ live: 3, corrected: 1 }))).toBe('corrected');
    expect(stateOf(period({ live: 3 }, 1))).toBe('missing');
    expect(stateOf(period({ live: 3, rejected: 1 }, 1))).toBe('rejected');
    expect(stateOf(period({ withdrawn: 1, live: 1 }))).toBe('live');
    expect(stateOf(period({}))).toBeUndefined();
  });

  it('says all of them', () => {
    expect(periodWords(period({ live: 2, corrected: 1 }, 1))).toBe(
      '3 files, 5,000 rows, 2 refused rows: 1 missing, 1 corrected, 2 counted',
    );
  });
});

it('keys lead within the grid and not out of it', () => {
  const size = { row: 2, column: 10 };
  const at = { row: 0, column: 9 };
  expect(nextPlace('ArrowLeft', at, size)).toEqual({ row: 0, column: 8 });
  expect(nextPlace('ArrowDown', at, size)).toEqual({ row: 1, column: 9 });
  expect(nextPlace('PageUp', at, size)).toEqual({ row: 0, column: 2 });
  expect(nextPlace('Home', at, size)).toEqual({ row: 0, column: 0 });
  expect(nextPlace('ArrowRight', at, size)).toBeUndefined();
  expect(nextPlace('ArrowUp', at, size)).toBeUndefined();
  expect(nextPlace('x', at, size)).toBeUndefined();
});
