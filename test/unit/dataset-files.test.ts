// What is kept from look to look is what a first look finds, also where another program replaced what the log says of a live file.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { entryKey } from '../../lib/delta/log-keys.ts';
import { DatasetFiles, type FilesByDataset, filesOf } from '../../lib/inspect/dataset-files.ts';
import type { Effects } from '../../lib/lake/effects.ts';
import type { ObjectVersion } from '../../lib/ports.ts';
import { mortalStore } from '../support/mortal-store.ts';
import { openLake, openPackage, put, syncPrune, TestClock, type World } from '../support/shop-lake.ts';

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

let world: World;
beforeAll(async () => {
  world = await openPackage(CONTRACT);
});
afterAll(() => world.close());

async function shop() {
  const lake = openLake(world, new TestClock());
  const { landing, catalog } = lake.effects;
  const [dataset] = catalog.datasets;
  if (dataset === undefined) throw new Error('no dataset');
  for (const name of ['b', 'a'])
    await put(landing, `sales/${name}.csv`, 'at,amount\n2024-01-01,1\n2024-01-02,2\n');
  await syncPrune(lake);
  return { effects: lake.effects, dataset };
}

async function landed({ landing }: Effects): Promise<ObjectVersion[]> {
  const versions = [];
  for await (const version of landing.list('sales/')) versions.push(version);
  return versions;
}

it('keeps the order of the data files of a source', async () => {
  const { effects, dataset } = await shop();
  const { tables, lake } = effects;
  const versions = await landed(effects);
  const kept = new DatasetFiles(dataset);
  await kept.renew(effects, versions);
  expect([...kept.live.values()].map((adds) => adds.length)).toEqual([2, 2]);
  const snapshot = await tables.latest('tables/sales');
  const [first] = snapshot?.files.values() ?? [];
  const described = { ...first, modificationTime: 1, dataChange: false };
  const next = entryKey('tables/sales', (snapshot?.version ?? 0) + 1);
  await put(lake, next, JSON.stringify({ add: described }));
  await kept.renew(effects, versions);
  const fresh = new DatasetFiles(dataset);
  await fresh.renew(effects, versions);
  expect([...kept.live]).toEqual([...fresh.live]);
  expect(kept.sources).toEqual(fresh.sources);
  expect(kept.waiting).toEqual(new Set());
});

it('a look that failed is not gone on from', async () => {
  const { effects, dataset } = await shop();
  const known: FilesByDataset = new Map();
  await filesOf(effects, dataset, await landed(effects), known);
  await put(effects.landing, 'sales/c.csv', 'at,amount\n2024-01-03,3\n');
  const versions = await landed(effects);
  const dead = { ...effects, lake: mortalStore(effects.lake, { effectsLeft: 0, dead: true }) };
  await expect(filesOf(dead, dataset, versions, known)).rejects.toThrow('the process is dead');
  const found = await filesOf(effects, dataset, versions, known);
  expect([...found.waiting]).toEqual(['sales/c.csv']);
  expect(found.sources.map(({ source }) => source)).toEqual(['sales/a.csv', 'sales/b.csv', 'sales/c.csv']);
});
