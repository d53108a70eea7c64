// What the page says of datasets: each file with its state, the calendar, what was refused; and that what did not change is not
// written again.
import { describe, expect, it } from 'vitest';
import { settle } from '../../lib/maintain/settlement.ts';
import type {
  ArrivalsDocument,
  DatasetDocument,
  FileRow,
  FilesDocument,
  RefusedDocument,
} from '../../lib/page/dataset-documents.ts';
import { datasetOf, documentOf, newDocuments, type TestPage, writeTestPage } from '../support/page-site.ts';
import { newStore, openPackage, openProcess, put, syncPrune, TestClock } from '../support/shop-lake.ts';
import { useWorld } from '../support/use-world.ts';

const HOUR_MS = 3_600_000;
const CONTRACT = {
  name: 'shop',
  resources: [
    {
      name: 'sales',
      description: 'What the tills sold.',
      path: 'sales/day=*/*.csv',
      partitionBy: ['day'],
      expect: { every: 'day', by: '06:00', from: '2024-01-01' },
      schema: {
        fields: [
          { name: 'day', type: 'date' },
          { name: 'till', type: 'string', constraints: { required: true, enum: ['north', 'south'] } },
          { name: 'amount', type: 'integer' },
        ],
      },
    },
    {
      name: 'costs',
      path: 'costs/{period}/{run}/part_*.csv',
      mode: 'replace',
      scope: ['period'],
      delivery: { by: ['run'], newest: 'name', complete: 'done.json' },
      schema: { fields: [{ name: 'amount', type: 'integer' }] },
    },
    {
      name: 'customers',
      path: 'customers/*.csv',
      mode: 'upsert',
      onDelete: 'keep',
      schema: {
        primaryKey: 'id',
        fields: [
          { name: 'id', type: 'integer' },
          { name: 'city', type: 'string' },
        ],
      },
    },
  ],
};
const world = useWorld(() => openPackage(CONTRACT));

const sale = (day: string, name: string) => `sales/day=2024-01-${day}/${name}.csv`;

/** A lake on the sixth of January 2024, 05:00, with a file of every kind. */
async function lakeOfAllKinds() {
  const clock = new TestClock();
  const landing = newStore(world, clock, 'landing');
  const lake = openProcess(world, clock, landing, newStore(world, clock, 'lake'));
  const at = (day: number, hour: number) => clock.pass(Date.UTC(2024, 0, day, hour) - clock.now().getTime());
  at(2, 5);
  await put(landing, sale('01', 'live'), 'till,amount\nnorth,1\nsouth,2\n');
  await put(landing, sale('01', 'partly'), 'till,amount\nnorth,3\nwest,4\neast,x\n');
  await put(landing, sale('01', 'gone'), 'till,amount\nnorth,5\n');
  await put(landing, 'costs/2024-01/run-9/part_1.csv', 'amount\n1\n');
  await put(landing, 'costs/2024-01/run-9/done.json', '{}');
  await put(landing, 'customers/a.csv', 'id,city\n1,Bonn\n');
  await syncPrune(lake);
  at(3, 5);
  await put(landing, sale('02', 'corrected'), 'till,amount\nnorth,6\nnorth,7\nwest,0\n');
  await put(landing, 'costs/2024-01/run-10/part_1.csv', 'amount\n2\n3\n');
  await put(landing, 'costs/2024-01/run-10/done.json', '{}');
  await put(landing, 'costs/2024-01/run-11/part_1.csv', 'amount\n4\n');
  await syncPrune(lake);
  at(3, 7);
  await put(landing, sale('02', 'corrected'), 'till,amount\nnorth,8\n');
  await put(landing, sale('02', 'rejected'), 'shop,amount\nnorth,8\n');
  await landing.remove([sale('01', 'gone'), 'customers/a.csv']);
  await syncPrune(lake);
  at(4, 8);
  await put(landing, sale('03', 'late'), 'till,amount\nsouth,9\n');
  await syncPrune(lake);
  at(6, 5);
  await put(landing, sale('05', 'waiting'), 'till,amount\nsouth,10\n');
  return { clock, landing, lake };
}

async function filesOf(page: TestPage, name: string): Promise<FileRow[]> {
  const document = await documentOf<DatasetDocument>(page.store, datasetOf(page, name).document);
  const lists = await Promise.all(
    document.lists.map(({ list }) => documentOf<FilesDocument>(page.store, list)),
  );
  return lists.flatMap(({ files }) => files);
}

const states = (files: readonly FileRow[]) =>
  files.map(({ source, state, reason }) => [source, state, reason]);

describe('files', () => {
  it('have the states that people know, and what each was before', async () => {
    const { lake, clock } = await lakeOfAllKinds();
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
    const { lake, clock } = await lakeOfAllKinds();
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
    const { lake, clock } = await lakeOfAllKinds();
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
    const { lake, clock } = await lakeOfAllKinds();
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

describe('what was refused', () => {
  it('stands by rule, and by file with its whole rows', async () => {
    const { lake, clock } = await lakeOfAllKinds();
    const page = await writeTestPage(lake, newStore(world, clock, 'page'), { options: ' --lake there' });
    const { refused } = await documentOf<DatasetDocument>(page.store, datasetOf(page, 'sales').document);
    expect(refused.byRule).toEqual([
      { field: 'till', rule: 'enum', rows: 2, files: 1 },
      { field: 'amount', rule: 'type-error', rows: 1, files: 1 },
      { field: '', rule: 'missing-label', rows: 0, files: 1 },
    ]);
    expect(refused.files.map(({ source, outcome, settled }) => [source, outcome, settled])).toEqual([
      [sale('02', 'rejected'), 'rejected', null],
      [sale('01', 'partly'), 'accepted', null],
    ]);
    const document = await documentOf<RefusedDocument>(page.store, refused.files[1]?.refused ?? null);
    expect(document).toEqual({
      dataset: 'sales',
      source: sale('01', 'partly'),
      outcome: 'accepted',
      reason: null,
      rows: 3,
      accepted: 1,
      refused: 2,
      byRule: [
        { field: 'till', rule: 'enum', rows: 2 },
        { field: 'amount', rule: 'type-error', rows: 1 },
      ],
      examples: [
        {
          line: 3,
          path: null,
          raw: 'west,4',
          violations: [
            {
              field: 'till',
              rule: 'enum',
              value: 'west',
              message: 'till: "west" is not one of "north", "south"',
            },
          ],
        },
        {
          line: 4,
          path: null,
          raw: 'east,x',
          violations: [
            {
              field: 'till',
              rule: 'enum',
              value: 'east',
              message: 'till: "east" is not one of "north", "south"',
            },
            {
              field: 'amount',
              rule: 'type-error',
              value: 'x',
              message: 'amount: "x" is not an integer (whole, within 64 bits)',
            },
          ],
        },
      ],
      raw: ['west,4', 'east,x'],
      moreRaw: 0,
      missing: null,
      header: 'till,amount\n',
      correctedName: sale('01', 'partly'),
      command: `npx sluice rejects ${sale('01', 'partly')} --format csv --lake there > corrected.csv`,
    });
  });

  it('is told from the report where its rows are gone', async () => {
    const { lake, clock } = await lakeOfAllKinds();
    const keys: string[] = [];
    for await (const { key } of lake.effects.lake.list('quarantine/')) keys.push(key);
    await lake.effects.lake.remove(keys);
    const page = await writeTestPage(lake, newStore(world, clock, 'page'));
    const { refused } = await documentOf<DatasetDocument>(page.store, datasetOf(page, 'sales').document);
    const document = await documentOf<RefusedDocument>(page.store, refused.files[1]?.refused ?? null);
    expect(document.examples.map(({ line, raw }) => [line, raw])).toEqual([
      [3, ''],
      [4, ''],
      [4, ''],
    ]);
    expect([document.raw, document.moreRaw]).toEqual([[], 2]);
    expect(document.missing).toBe(
      'In the lake the text of its refused rows is gone or damaged: what is missing here cannot be told.',
    );
  });
});

describe('written again', () => {
  it('without news, nothing is; after one file, its list, its dataset, its calendar', async () => {
    const { lake, clock, landing } = await lakeOfAllKinds();
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

describe('a dataset', () => {
  it('is summed up with its trend; rows stand at the end of each day in UTC', async () => {
    const { lake, clock } = await lakeOfAllKinds();
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
    const { lake, clock } = await lakeOfAllKinds();
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
    const { lake, clock } = await lakeOfAllKinds();
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

describe('faults', () => {
  it('come the gravest first, each with its cause and what mends it', async () => {
    const { lake, clock } = await lakeOfAllKinds();
    await put(lake.effects.landing, 'elsewhere/a.csv', 'x');
    const page = await writeTestPage(lake, newStore(world, clock, 'page'), { options: ' --lake there' });
    const sales = { view: 'dataset', name: 'sales' };
    expect(page.index.summary).toEqual({
      files: 8,
      waiting: 2,
      late: 1,
      rejected: 1,
      refusedRows: 2,
      stalePartitions: 0,
      behindPartitions: 0,
    });
    expect(page.index.faults).toEqual([
      {
        state: 'fault',
        what: `The file ${sale('02', 'rejected')} of sales was refused as a whole: none of its rows count.`,
        cause: expect.stringContaining('"shop"'),
        command: null,
        advice: 'Ask its sender to correct it and to send it again under the same name.',
        target: { view: 'refused', name: 'sales', source: sale('02', 'rejected') },
      },
      {
        state: 'fault',
        what: 'A file of sales has not come: 2024-01-04, due 2024-01-05 06:00 UTC.',
        cause: '',
        command: null,
        advice: 'Ask its sender for the file.',
        target: sales,
      },
      {
        state: 'attention',
        what: '2 rows of sales were refused; the other rows of their files count.',
        cause: 'They break the contract of sales.',
        command: 'npx sluice rejects --dataset sales --lake there',
        advice: 'Ask the sender to correct them and to send the whole file again under the same name.',
        target: sales,
      },
      {
        state: 'attention',
        what: '1 file of sales was not read yet.',
        cause: '',
        command: 'npx sluice sync --lake there',
        advice: 'This reads what waits:',
        target: sales,
      },
      {
        state: 'attention',
        what: 'A delivery of costs (run run-11) does not count yet: until then the one before does.',
        cause: '1 file since 2024-01-03 05:00:00Z; waits for costs/2024-01/run-11/done.json',
        command: null,
        advice: 'Ask its sender for what is missing.',
        target: { view: 'dataset', name: 'costs' },
      },
      {
        state: 'attention',
        what: 'The file elsewhere/a.csv belongs to no dataset, and is not read.',
        cause: '',
        command: null,
        advice: 'Rename it, delete it, or add a contract whose path matches it.',
        target: null,
      },
    ]);
  });

  it('of a kind are at most twenty, and then how many more', async () => {
    const { lake, clock } = await lakeOfAllKinds();
    for (let i = 0; i < 31; i++) await put(lake.effects.landing, `elsewhere/${i}.csv`, 'x');
    await lake.effects.landing.remove([sale('01', 'live'), sale('01', 'partly'), sale('03', 'late')]);
    const { index } = await writeTestPage(lake, newStore(world, clock, 'page'));
    const unknown = index.faults.filter(({ what }) => what.includes('no dataset'));
    expect(unknown).toHaveLength(21);
    expect(unknown.at(-1)).toMatchObject({
      what: '11 more files belong to no dataset.',
      command: 'npx sluice status --format json',
    });
    expect(index.faults[1]).toMatchObject({
      state: 'fault',
      what: `3 files, ${sale('01', 'live')} among them, of sales are not in landing any more, but their rows still count.`,
      command: 'npx sluice sync --prune',
    });
  });

  it('that a person settled are none: the file says who and why', async () => {
    const { lake, clock } = await lakeOfAllKinds();
    const page = await writeTestPage(lake, newStore(world, clock, 'page'));
    const { effects } = lake;
    for await (const { key } of effects.lake.list('files/sales/')) {
      const report = JSON.parse(new TextDecoder().decode(await effects.lake.read(key)));
      if (report.outcome === 'rejected' || report.quarantined === 2)
        await settle(effects.lake, report, { who: 'ann', why: 'agreed', at: '2024-01-06T05:00:00.000Z' });
    }
    const after = await writeTestPage(lake, page.store);
    const said = 'settled by ann, 2024-01-06 05:00:00Z: agreed';
    const files = await filesOf(after, 'sales');
    expect(states(files).slice(2, 5)).toEqual([
      [sale('01', 'partly'), 'live', said],
      [sale('02', 'corrected'), 'corrected', null],
      [
        sale('02', 'rejected'),
        'superseded',
        expect.stringMatching(new RegExp(`^${said} \\(it was refused: `)),
      ],
    ]);
    expect(after.index.summary).toMatchObject({ rejected: 0, refusedRows: 0 });
    const { refused } = await documentOf<DatasetDocument>(after.store, datasetOf(after, 'sales').document);
    expect(refused.byRule).toEqual([]);
    expect(refused.files.map(({ settled }) => settled)).toEqual([said, said]);
  });
});

describe('hostile names', () => {
  it('are shown as they are, and are one word of a command', async () => {
    const clock = new TestClock();
    const landing = newStore(world, clock, 'landing');
    const lake = openProcess(world, clock, landing, newStore(world, clock, 'lake'));
    clock.pass(30 * HOUR_MS);
    const name = sale('01', `<script>alert(1)<!-- '; rm -rf ~ #\u202e`);
    await put(landing, name, 'till,amount\nwest,1\nnorth,1\n');
    await syncPrune(lake);
    const page = await writeTestPage(lake, newStore(world, clock, 'page'));
    const [file] = await filesOf(page, 'sales');
    expect(file?.source).toBe(name);
    const bytes = await page.store.read(`data/${file?.refused}`);
    expect(new TextDecoder().decode(bytes)).not.toContain('<');
    const document = await documentOf<RefusedDocument>(page.store, file?.refused ?? null);
    expect(document.command).toBe(
      `npx sluice rejects 'sales/day=2024-01-01/<script>alert(1)<!-- '\\''; rm -rf ~ #\u202e.csv' --format csv > corrected.csv`,
    );
  });
});
