// What the page says of datasets as a whole, with landing and without; and that what did not change is not written again.
import { describe, expect, it } from 'vitest';
import { lookAtLanding } from '../../lib/lake/landing-census.ts';
import type { DatasetDocument } from '../../lib/page/dataset-documents.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { filesOf, lakeOfAllKinds, openAllKinds, sale } from '../support/all-kinds-lake.ts';
import { datasetOf, documentOf, newDocuments, writeTestPage } from '../support/page-site.ts';
import { newStore, put, syncPrune } from '../support/shop-lake.ts';

import { useWorld } from '../support/use-world.ts';

const world = useWorld(openAllKinds);

describe('written again', () => {
  it('without news, nothing is; after one file, its list, its dataset, its calendar', async () => {
    const { lake, clock, landing } = await lakeOfAllKinds(world);
    const store = newStore(world, clock, 'page');
    const first = await writeTestPage(lake, store);
    const before = store.keys();
    const second = await writeTestPage(lake, store);
    expect(second.written).toMatchObject({ documents: 0, kept: first.written.documents });
    expect(store.keys()).toEqual(before);
    await put(landing, 'sales/day=2023-12-31/a.csv', 'till,amount\nnorth,1\n');
    await syncPrune(lake);
    await writeTestPage(lake, store);
    // What waited since the fifth was read as well: both months have a new list.
    const third = store.keys();
    expect(newDocuments(before, third)).toEqual(['arrivals', 'dataset', 'files', 'files']);
    await put(landing, 'sales/day=2023-12-30/a.csv', 'till,amount\nnorth,1\n');
    await syncPrune(lake);
    const fourth = await writeTestPage(lake, store);
    expect(newDocuments(third, store.keys())).toEqual(['arrivals', 'dataset', 'files']);
    expect(datasetOf(fourth, 'sales').files).toBe(7);
  });
});

describe('with what a look at landing saw a while ago', () => {
  it('shows no fault that is not there: where the tables say otherwise, landing is looked at again', async () => {
    const { lake, clock, landing } = await lakeOfAllKinds(world);
    await syncPrune(lake);
    const seen = await lookAtLanding(lake.effects);
    await put(landing, 'sales/day=2023-12-31/a.csv', 'till,amount\nnorth,1\n');
    await landing.remove([sale('01', 'live')]);
    await syncPrune(lake);
    const [later, now] = [newStore(world, clock, 'later'), newStore(world, clock, 'now')];
    const page = await writeTestPage(lake, later, { seen });
    expect(page.index).toEqual((await writeTestPage(lake, now)).index);
    expect(page.index.faults.filter(({ what }) => /2023-12-31|live\.csv/.test(what))).toEqual([]);
  });

  it('does not look again where the tables say the same', async () => {
    const { lake, clock } = await lakeOfAllKinds(world);
    await syncPrune(lake);
    const seen = await lookAtLanding(lake.effects);
    const list = () => {
      throw new Error('landing was listed');
    };
    const landing: ObjectStore = Object.assign(Object.create(lake.effects.landing), { list });
    const blind = { ...lake, effects: { ...lake.effects, landing } };
    const page = await writeTestPage(blind, newStore(world, clock, 'page'), { seen });
    expect(datasetOf(page, 'sales').waiting).toBe(0);
  });
});

describe('a dataset', () => {
  it('is summed up with its trend; rows stand at the end of each day in UTC', async () => {
    const { lake, clock } = await lakeOfAllKinds(world);
    const page = await writeTestPage(lake, newStore(world, clock, 'page'));
    const { document: _, arrivals: _arrivals, trend, ...summary } = datasetOf(page, 'sales');
    expect(summary).toEqual({
      name: 'sales',
      package: 'shop',
      description: 'What the tills sold.',
      state: 'fault',
      files: 4,
      rows: 5,
      refusedRows: 2,
      waiting: 1,
      rejected: 1,
      late: 1,
      lastArrival: '2024-01-04T08:00:00.000Z',
      lastCommit: '2024-01-04T08:00:00.000Z',
      countedAt: '2024-01-04T08:00:00.000Z',
      version: 4,
    });
    expect(trend).toHaveLength(30);
    expect(trend.slice(-6)).toEqual([null, 4, 4, 5, 5, 5]);
    const { versions } = await documentOf<DatasetDocument>(page.store, datasetOf(page, 'sales').document);
    expect(
      versions.map(({ version, cause, rowsAdded, rowsRemoved, rows }) => [
        version,
        cause,
        rowsAdded,
        rowsRemoved,
        rows,
      ]),
    ).toEqual([
      [4, '1 file came', 1, 0, 5],
      [3, '1 file was replaced, 1 was withdrawn', 1, 3, 4],
      [2, '1 file came', 2, 0, 6],
      [1, '3 files came', 4, 0, 4],
      [0, 'the table was made', 0, 0, 0],
    ]);
  });

  it('whose table cannot be read is a fault, and the others stand', async () => {
    const { lake, clock } = await lakeOfAllKinds(world);
    await lake.effects.lake.write(
      'tables/sales/_delta_log/00000000000000000005.json',
      Buffer.from('{"add":'),
    );
    const page = await writeTestPage(lake, newStore(world, clock, 'page'));
    expect(datasetOf(page, 'sales')).toMatchObject({ state: 'fault', document: null, arrivals: null });
    expect(datasetOf(page, 'costs').document).not.toBeNull();
    expect(page.index.faults[0]).toMatchObject({
      state: 'fault',
      what: 'The table tables/sales cannot be read; everything else was.',
      target: { view: 'dataset', name: 'sales' },
    });
  });
});

describe('without landing', () => {
  it('nothing is missing, waiting or vanished: it is not known', async () => {
    const { lake, clock } = await lakeOfAllKinds(world);
    const far = { ...lake, effects: { ...lake.effects, landing: newStore(world, clock, 'empty') } };
    const page = await writeTestPage(far, newStore(world, clock, 'page'), { hasLanding: false });
    expect(page.index.summary).toMatchObject({
      files: 4 + 3 + 1,
      waiting: 0,
      late: 0,
      rejected: 0,
      refusedRows: 2,
    });
    const files = await filesOf(page, 'sales');
    expect(files.map(({ state, reason }) => [state, reason])).toEqual([
      ['withdrawn', 'its rows were withdrawn on 2024-01-03'],
      ['live', null],
      ['partly-refused', '2 of its 3 rows were refused'],
      ['corrected', null],
      ['late', 'it was due 2024-01-04 06:00 UTC'],
    ]);
    expect(page.index.faults.map(({ what }) => what)).toEqual([
      'The files of empty cannot be seen from here: what waits, is missing or was deleted is unknown.',
      '2 rows of sales were refused; the other rows of their files count.',
      'A delivery of costs (run run-11) does not count yet: until then the one before does.',
    ]);
  });
});
