// Where a partition stands among those that a window counts, and which of them see each other.
import { expect, test } from 'vitest';
import { positionOf, type Window } from '../../lib/core/window.ts';
import { Neighbours } from '../../lib/lake/neighbours.ts';

test.each<[Window['unit'], (string | null)[], bigint | undefined]>([
  ['day', ['2024-03-01'], 19783n],
  ['day', ['2024', '3', '1'], 19783n],
  ['day', ['2024-03', '1'], 19783n],
  ['day', ['1969-12-31'], -1n],
  ['day', ['0001-01-01'], -719162n],
  ['day', ['2024', '2', '30'], undefined],
  ['day', ['2023-02-29'], undefined],
  ['day', [null], undefined],
  ['day', ['2024', null, '1'], undefined],
  ['month', ['2024-13'], undefined],
  ['month', ['2024', '0'], undefined],
  ['hour', ['1970-01-02T01'], 25n],
  ['hour', ['1970-01-02T24'], undefined],
  ['year', ['24'], 24n],
  ['number', ['-5'], -5n],
  ['number', ['9223372036854775807'], 9223372036854775807n],
  ['number', ['x'], undefined],
])('in %s %j stands at %s', (unit, texts, position) => {
  expect(positionOf(unit, texts)).toBe(position);
});

test('months follow each other over the turn of a year', () => {
  const [december, january] = [positionOf('month', ['2023', '12']), positionOf('month', ['2024-01'])];
  expect((january ?? 0n) - (december ?? 0n)).toBe(1n);
});

test('a partition without a date sees itself alone, and is seen by itself alone', () => {
  const window: Window = { unit: 'day', position: ['day'], equal: ['region'], before: 1, after: 0 };
  const [none, first, second] = [null, '2024-01-01', '2024-01-02'].map((day) => ({ region: 'eu', day }));
  if (!none || !first || !second) throw new Error('no partitions');
  const other = { region: 'us', day: '2024-01-01' };
  const neighbours = new Neighbours(window, [second, none, other, first, first]);
  expect(neighbours.of(none)).toEqual([none]);
  expect(neighbours.of(second)).toEqual([first, second]);
  expect(neighbours.of(first)).toEqual([first]);
  expect(neighbours.of({ region: 'eu', day: '2024-01-03' })).toEqual([second]);
  expect(new Neighbours(window, [first]).of(none)).toEqual([]);
});
