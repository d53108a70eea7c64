// What is kept from look to look is what one look finds afresh, also where another program describes live files anew.
import { expect, it } from 'vitest';
import { entryKey } from '../../lib/delta/log-keys.ts';
import { DatasetFiles } from '../../lib/inspect/dataset-files.ts';
import { openLake, openPackage, put, syncPrune, TestClock } from '../support/shop-lake.ts';

const CONTRACT = {
  name: 'p',
  resources: [
    {
      name: 'sales',
      path: 'sales/*.csv',
      format: 'csv',
      partitionBy: [{ field: 'at', transform: 'date', name: 'day' }],
      schema: {
        fields: [
          { name: 'at', type: 'date' },
          { name: 'amount', type: 'integer' },
        ],
      },
    },
  ],
};

it('keeps the order of the data files of a source', async () => {
  const world = await openPackage(CONTRACT);
  try {
    const lake = openLake(world, new TestClock());
    const { landing, tables, catalog } = lake.effects;
    const [dataset] = catalog.datasets;
    if (dataset === undefined) throw new Error('no dataset');
    for (const name of ['b', 'a'])
      await put(landing, `sales/${name}.csv`, 'at,amount\n2024-01-01,1\n2024-01-02,2\n');
    await syncPrune(lake);
    const versions = [];
    for await (const version of landing.list('sales/')) versions.push(version);
    const kept = new DatasetFiles(dataset);
    await kept.renew(lake.effects, versions);
    expect([...kept.live.values()].map((adds) => adds.length)).toEqual([2, 2]);
    const snapshot = await tables.latest('tables/sales');
    const [first] = snapshot?.files.values() ?? [];
    const described = { ...first, modificationTime: 1, dataChange: false };
    const next = entryKey('tables/sales', (snapshot?.version ?? 0) + 1);
    await put(lake.effects.lake, next, JSON.stringify({ add: described }));
    await kept.renew(lake.effects, versions);
    const fresh = new DatasetFiles(dataset);
    await fresh.renew(lake.effects, versions);
    expect([...kept.live]).toEqual([...fresh.live]);
    expect(kept.sources).toEqual(fresh.sources);
    expect(kept.waiting).toEqual(new Set());
  } finally {
    await world.close();
  }
});
