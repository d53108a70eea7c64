// A lake with a file of every kind that the page tells apart: sales by day, costs in deliveries, and customers.
import type { DatasetDocument, FileRow, FilesDocument } from '../../lib/page/dataset-documents.ts';
import { datasetOf, documentOf, type TestPage } from './page-site.ts';
import { salesByDay } from './sales-by-day.ts';
import { newStore, openPackage, openProcess, put, syncPrune, TestClock, type World } from './shop-lake.ts';

const CONTRACT = {
  name: 'shop',
  resources: [
    salesByDay(
      [
        { name: 'till', type: 'string', constraints: { required: true, enum: ['north', 'south'] } },
        { name: 'amount', type: 'integer' },
      ],
      {
        description: 'What the tills sold.',
        expect: { every: 'day', by: '06:00', from: '2024-01-01' },
      },
    ),
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

export const openAllKinds = () => openPackage(CONTRACT);

export const sale = (day: string, name: string) => `sales/day=2024-01-${day}/${name}.csv`;

/** On the sixth of January 2024, 05:00. */
export async function lakeOfAllKinds(world: World) {
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

/** All files that the page tells of a dataset. */
export async function filesOf(page: TestPage, name: string): Promise<FileRow[]> {
  const document = await documentOf<DatasetDocument>(page.store, datasetOf(page, name).document);
  const lists = await Promise.all(
    document.lists.map(({ list }) => documentOf<FilesDocument>(page.store, list)),
  );
  return lists.flatMap(({ files }) => files);
}

export const states = (files: readonly FileRow[]) =>
  files.map(({ source, state, reason }) => [source, state, reason]);
