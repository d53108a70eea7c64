// What the page says of files: the state of each and what it was before, and the calendar of a dataset.
import { describe, expect, it } from 'vitest';
import type { ArrivalsDocument } from '../../lib/page/dataset-documents.ts';
import { filesOf, lakeOfAllKinds, openAllKinds, sale, states } from '../support/all-kinds-lake.ts';
import { datasetOf, documentOf, writeTestPage } from '../support/page-site.ts';
import { newStore } from '../support/shop-lake.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld(openAllKinds);

describe('files', () => {
  it('have the states that people know, and what each was before', async () => {
    const { lake, clock } = await lakeOfAllKinds(world);
    const page = await writeTestPage(lake, newStore(world, clock, 'page'));
    const files = await filesOf(page, 'sales');
    expect(states(files)).toEqual([
      [sale('01', 'gone'), 'withdrawn', 'it was deleted, and its rows were withdrawn on 2024-01-03'],
      [sale('01', 'live'), 'live', null],
      [sale('01', 'partly'), 'partly-refused', '2 of its 3 rows were refused'],
      [sale('02', 'corrected'), 'corrected', null],
      [sale('02', 'rejected'), 'rejected', expect.stringContaining('"shop"')],
      [sale('03', 'late'), 'late', 'it was due 2024-01-04 06:00 UTC'],
      [sale('05', 'waiting'), 'waiting', 'it was not read yet'],
    ]);
    const [gone, live, partly, corrected, rejected] = files;
    expect(gone).toMatchObject({ rows: 0, sizeBytes: null, version: null, refused: null });
    expect(gone?.before).toEqual([
      {
        lastModified: '2024-01-02T05:00:00.000Z',
        rows: 1,
        refusedRows: 0,
        from: '2024-01-02T05:00:00.000Z',
        until: '2024-01-03T07:00:00.000Z',
      },
    ]);
    expect(live).toEqual({
      source: sale('01', 'live'),
      period: '2024-01-01',
      state: 'live',
      reason: null,
      rows: 2,
      refusedRows: 0,
      skippedRows: 0,
      sizeBytes: 28,
      lastModified: '2024-01-02T05:00:00.000Z',
      version: 1,
      committedAt: '2024-01-02T05:00:00.000Z',
      before: [],
      refused: null,
    });
    expect(partly).toMatchObject({ rows: 1, refusedRows: 2, refused: expect.stringMatching(/^refused-/) });
    expect(corrected).toMatchObject({ rows: 1, refusedRows: 0, refused: null });
    expect(corrected?.before).toEqual([
      {
        lastModified: '2024-01-03T05:00:00.000Z',
        rows: 2,
        refusedRows: 1,
        from: '2024-01-03T05:00:00.000Z',
        until: '2024-01-03T07:00:00.000Z',
      },
    ]);
    expect(rejected).toMatchObject({ rows: 0, version: null, committedAt: null });
  });

  it('stand in a calendar with what is missing', async () => {
    const { lake, clock } = await lakeOfAllKinds(world);
    const page = await writeTestPage(lake, newStore(world, clock, 'page'));
    const { unit, from, periods } = await documentOf<ArrivalsDocument>(
      page.store,
      datasetOf(page, 'sales').arrivals,
    );
    expect([unit, from]).toEqual(['day', 'name']);
    expect(periods.map(({ list: _, ...period }) => period)).toEqual([
      {
        period: '2024-01-01',
        states: { withdrawn: 1, live: 1, 'partly-refused': 1 },
        ...{ missing: 0, files: 2, rows: 3, refusedRows: 2 },
      },
      {
        period: '2024-01-02',
        states: { corrected: 1, rejected: 1 },
        ...{ missing: 0, files: 1, rows: 1, refusedRows: 0 },
      },
      { period: '2024-01-03', states: { late: 1 }, missing: 0, files: 1, rows: 1, refusedRows: 0 },
      { period: '2024-01-04', states: {}, missing: 1, files: 0, rows: 0, refusedRows: 0 },
      { period: '2024-01-05', states: { waiting: 1 }, missing: 0, files: 0, rows: 0, refusedRows: 0 },
    ]);
    expect(periods.map(({ list }) => list === null)).toEqual([false, false, false, true, false]);
  });

  it('of deliveries: the newest that is complete counts, an older one is superseded, one without its marker waits', async () => {
    const { lake, clock } = await lakeOfAllKinds(world);
    const page = await writeTestPage(lake, newStore(world, clock, 'page'));
    const files = await filesOf(page, 'costs');
    expect(states(files)).toEqual([
      ['costs/2024-01/run-10/part_1.csv', 'live', null],
      [
        'costs/2024-01/run-11/part_1.csv',
        'waiting',
        'its delivery (run run-11) is not complete: it waits for costs/2024-01/run-11/done.json',
      ],
      ['costs/2024-01/run-9/part_1.csv', 'superseded', 'a newer delivery counts in its place: run run-10'],
    ]);
    expect(files.map(({ rows }) => rows)).toEqual([2, 0, 0]);
    const calendar = await documentOf<ArrivalsDocument>(page.store, datasetOf(page, 'costs').arrivals);
    expect([calendar.unit, calendar.from]).toEqual(['month', 'name']);
    expect(datasetOf(page, 'costs')).toMatchObject({ rows: 2, waiting: 1, state: 'attention' });
  });

  it('that the contract keeps stay, and say that they were deleted', async () => {
    const { lake, clock } = await lakeOfAllKinds(world);
    const page = await writeTestPage(lake, newStore(world, clock, 'page'));
    expect(states(await filesOf(page, 'customers'))).toEqual([
      ['customers/a.csv', 'live', 'it was deleted; its rows are kept, as the contract says'],
    ]);
    expect(datasetOf(page, 'customers')).toMatchObject({
      state: 'well',
      rows: 1,
      lastArrival: '2024-01-02T05:00:00.000Z',
    });
  });
});
