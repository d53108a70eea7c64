// What several versions changed together, against a judge that compares the first state with the last.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeChanges, type RowChange } from '../../lib/page/app/compose-changes.ts';
import type { ChangeDocument, SourceMove } from '../../lib/page/insight-documents.ts';
import type { Cell } from '../../lib/page/page-values.ts';

type Row = readonly Cell[];

const COLUMNS = [
  { name: 'region', type: 'string', isNumber: false, description: null, unit: null },
  { name: 'cost', type: 'decimal(18,2)', isNumber: true, description: null, unit: 'EUR' },
];

function version(
  nth: number,
  changes: readonly RowChange[],
  more: Partial<ChangeDocument> = {},
): ChangeDocument {
  return {
    table: 'costs',
    version: nth,
    committedAt: `2024-01-0${(nth % 9) + 1}T00:00:00.000Z`,
    columns: COLUMNS,
    key: ['region'],
    counts: { added: 0, removed: 0, changed: 0 },
    rows: changes,
    moreRows: 0,
    totals: [{ column: 'cost', old: null, new: null }],
    sources: [],
    moreSources: 0,
    definitions: [],
    ...more,
  };
}

/** The judge: compares two states key by key. */
function keyedDiff(before: ReadonlyMap<string, Row>, after: ReadonlyMap<string, Row>): RowChange[] {
  const changes: RowChange[] = [];
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(key) ?? null, after.get(key) ?? null];
    if (old === null) changes.push({ change: 'added', old, new: now });
    else if (now === null) changes.push({ change: 'removed', old, new: now });
    else if (old.join() !== now.join()) changes.push({ change: 'changed', old, new: now });
  }
  return changes;
}

/** The judge of rows without a key: takes equal ones away from both sides, one by one. */
function bagDiff(before: readonly Row[], after: readonly Row[]): RowChange[] {
  const left = [...before];
  const added = after.filter((row) => {
    const same = left.findIndex((other) => JSON.stringify(other) === JSON.stringify(row));
    if (same >= 0) left.splice(same, 1);
    return same < 0;
  });
  return [
    ...left.map((old): RowChange => ({ change: 'removed', old, new: null })),
    ...added.map((row): RowChange => ({ change: 'added', old: null, new: row })),
  ];
}

const ordered = (changes: readonly RowChange[]) => changes.map((change) => JSON.stringify(change)).sort();

const region = fc.constantFrom('eu', 'us', 'ap', '', '\u202eeu');
const cost = fc.option(fc.integer({ min: -3, max: 3 }).map((n) => `${n}.00`));
const state = fc
  .dictionary(region, cost)
  .map((rows) => new Map(Object.entries(rows).map(([key, value]): [string, Row] => [key, [key, value]])));

describe('rows', () => {
  it('of a key: the changes of versions in a row are those between the first state and the last', () => {
    fc.assert(
      fc.property(fc.array(state, { minLength: 2, maxLength: 7 }), (states) => {
        const changes = states
          .slice(1)
          .map((after, nth) => version(nth + 1, keyedDiff(states[nth] ?? new Map(), after)));
        const composed = composeChanges(changes);
        const wanted = keyedDiff(states[0] ?? new Map(), states.at(-1) ?? new Map());
        expect(ordered(composed.rows)).toEqual(ordered(wanted));
        const times = (change: string) => wanted.filter((row) => row.change === change).length;
        const counts = { added: times('added'), removed: times('removed'), changed: times('changed') };
        expect(composed.counts).toEqual(counts);
        expect(composed.unlisted).toEqual([]);
      }),
    );
  });

  it('without a key: likewise, equal rows as often as they are there', () => {
    const row: fc.Arbitrary<Row> = fc.tuple(fc.constantFrom('eu', 'us', null), cost);
    fc.assert(
      fc.property(fc.array(fc.array(row, { maxLength: 6 }), { minLength: 2, maxLength: 6 }), (states) => {
        const changes = states
          .slice(1)
          .map((after, nth) => version(nth + 1, bagDiff(states[nth] ?? [], after), { key: [] }));
        const wanted = bagDiff(states[0] ?? [], states.at(-1) ?? []);
        expect(ordered(composeChanges(changes).rows)).toEqual(ordered(wanted));
      }),
    );
  });

  it('are told apart by all cells where one version had no key', () => {
    const composed = composeChanges([
      version(1, [{ change: 'changed', old: ['eu', '1.00'], new: ['eu', '2.00'] }]),
      version(2, [{ change: 'removed', old: ['eu', '2.00'], new: null }], { key: [] }),
    ]);
    expect(composed.key).toEqual([]);
    expect(composed.rows).toEqual([{ change: 'removed', old: ['eu', '1.00'], new: null }]);
  });

  it('are the same where only the number of decimals changed', () => {
    const composed = composeChanges([
      version(1, [{ change: 'changed', old: ['eu', '1.5'], new: ['eu', '2.00'] }]),
      version(2, [{ change: 'changed', old: ['eu', '2.00'], new: ['eu', '1.50'] }]),
    ]);
    expect(composed.rows).toEqual([]);
  });

  it('have the columns of all versions', () => {
    const composed = composeChanges([
      version(1, [{ change: 'added', old: null, new: ['eu', '1.00'] }]),
      version(2, [{ change: 'changed', old: ['1.00', 'eu', null], new: ['1.00', 'eu', 'x'] }], {
        columns: [
          ...COLUMNS.toReversed(),
          { name: 'note', type: 'string', isNumber: false, description: null, unit: null },
        ],
      }),
    ]);
    expect(composed.columns.map(({ name }) => name)).toEqual(['cost', 'region', 'note']);
    expect(composed.rows).toEqual([{ change: 'added', old: null, new: ['1.00', 'eu', 'x'] }]);
  });
});

describe('versions that do not list all rows', () => {
  const eu = (old: string, now: string): RowChange => ({
    change: 'changed',
    old: ['eu', old],
    new: ['eu', now],
  });
  const us = (old: string, now: string): RowChange => ({
    change: 'changed',
    old: ['us', old],
    new: ['us', now],
  });

  it('leave only rows of which both ends are known', () => {
    // us may have changed again in version 2.
    const composed = composeChanges([
      version(1, [eu('1', '2'), us('5', '6')]),
      version(2, [eu('2', '3')], { moreRows: 9 }),
    ]);
    expect(composed.rows).toEqual([eu('1', '3')]);
    expect(composed.unlisted).toEqual([{ version: 2, moreRows: 9 }]);
    expect(composed.counts).toBeNull();
  });

  it('of a single version: its own counts and totals hold', () => {
    const totals = [{ column: 'cost', old: '10.00', new: '9.70' }];
    const counts = { added: 0, removed: 0, changed: 2001 };
    const composed = composeChanges([version(1, [eu('1', '2')], { moreRows: 2000, totals, counts })]);
    expect(composed.rows).toEqual([eu('1', '2')]);
    expect(composed.counts).toEqual(counts);
    expect(composed.totals).toEqual([{ column: 'cost', old: '10.00', new: '9.70', difference: '-0.30' }]);
  });

  it('still add up their differences', () => {
    const totals = (old: string, now: string) => [{ column: 'cost', old, new: now }];
    const composed = composeChanges([
      version(1, null as never, { rows: null, totals: totals('10.00', '9.70') }),
      version(2, [], { moreRows: 1, totals: totals('100000000000000000000.01', '100000000000000000000.02') }),
    ]);
    expect(composed.totals).toEqual([{ column: 'cost', old: null, new: null, difference: '-0.29' }]);
    expect(composed.unlisted.map(({ moreRows }) => moreRows)).toEqual([null, 1]);
  });
});

describe('totals', () => {
  it('are those of the rows that are left, with all digits', () => {
    const composed = composeChanges([
      version(1, [
        { change: 'changed', old: ['eu', '90000000000000000000.01'], new: ['eu', '1.00'] },
        { change: 'added', old: null, new: ['us', '7.00'] },
      ]),
      version(2, [
        { change: 'changed', old: ['eu', '1.00'], new: ['eu', '90000000000000000000.03'] },
        { change: 'removed', old: ['us', '7.00'], new: null },
      ]),
    ]);
    expect(composed.totals).toEqual([
      {
        column: 'cost',
        old: '90000000000000000000.01',
        new: '90000000000000000000.03',
        difference: '+0.02',
      },
    ]);
  });
});

describe('files', () => {
  const move = (change: SourceMove['change'], oldRows: number | null, newRows: number | null): SourceMove => {
    return { dataset: 'billing', source: 'a.csv', change, oldRows, newRows, committedAt: null };
  };
  const composed = (...moves: readonly SourceMove[]) =>
    composeChanges(moves.map((one, nth) => version(nth + 1, [], { sources: [one] }))).sources;

  it('have the rows of the first and the last', () => {
    expect(composed(move('replaced', 10, 20), move('replaced', 20, 5))).toEqual([move('replaced', 10, 5)]);
    expect(composed(move('new', null, 20), move('replaced', 20, 5))).toEqual([move('new', null, 5)]);
    expect(composed(move('replaced', 10, 20), move('withdrawn', 20, null))).toEqual([
      move('withdrawn', 10, null),
    ]);
    expect(composed(move('withdrawn', 10, null), move('new', null, 9))).toEqual([move('replaced', 10, 9)]);
    expect(composed(move('read again', 10, 9), move('read again', 9, 8))).toEqual([
      move('read again', 10, 8),
    ]);
  });

  it('that came and went are not among them', () => {
    expect(composed(move('new', null, 20), move('withdrawn', 20, null))).toEqual([]);
  });
});
