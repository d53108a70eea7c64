// The faults on the page: what each is, its cause, what mends it, and which of them a person settled.
import { describe, expect, it } from 'vitest';
import { settle } from '../../lib/maintain/settlement.ts';
import type { DatasetDocument } from '../../lib/page/dataset-documents.ts';
import { filesOf, lakeOfAllKinds, openAllKinds, sale, states } from '../support/all-kinds-lake.ts';
import { datasetOf, documentOf, writeTestPage } from '../support/page-site.ts';
import { newStore, put } from '../support/shop-lake.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld(openAllKinds);

describe('faults', () => {
  it('come the gravest first, each with its cause and what mends it', async () => {
    const { lake, clock } = await lakeOfAllKinds(world);
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
    const { lake, clock } = await lakeOfAllKinds(world);
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
    const { lake, clock } = await lakeOfAllKinds(world);
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
