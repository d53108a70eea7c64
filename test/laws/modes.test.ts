// What upsert and replace mean when files come late, out of order, again, at the same moment, or go: by the files that are
// there and their LastModified alone. And rows that move to another partition.
import { beforeEach, describe, expect, test } from 'vitest';
import { apply } from '../../lib/evolve/apply.ts';
import { deliver } from '../../lib/local/deliver.ts';
import {
  newStore,
  openPackage,
  openProcess,
  put,
  rowsOf,
  syncPrune,
  TestClock,
  type TestLake,
} from '../support/shop-lake.ts';
import { useWorld } from '../support/use-world.ts';

const REGION = { name: 'region', type: 'string' };
const FIELDS = [{ name: 'id', type: 'integer' }, REGION, { name: 'seen', type: 'date' }];
const contract = {
  name: 'people',
  resources: [
    {
      name: 'newest',
      path: 'newest/*.csv',
      mode: 'upsert',
      partitionBy: ['region'],
      schema: { fields: FIELDS, primaryKey: 'id' },
    },
    {
      name: 'by_region',
      path: 'by_region/*.csv',
      mode: 'upsert',
      partitionBy: ['region'],
      schema: { fields: FIELDS, primaryKey: ['region', 'id'] },
    },
    {
      name: 'latest',
      path: 'latest/*.csv',
      mode: 'replace',
      partitionBy: ['region'],
      schema: { fields: FIELDS },
    },
    { name: 'events', path: 'events/*.csv', partitionBy: ['region'], schema: { fields: FIELDS } },
  ],
};
const insight = (over: string, words = '') => `/* ---
over: ${over}
${words}
--- */
SELECT region, count(*) AS people FROM ${over} GROUP BY region
`;
const COUNTS = {
  newest_counts: insight('newest'),
  by_region_counts: insight('by_region', 'partitionBy: [region]'),
  latest_counts: insight('latest'),
  events_counts: insight('events', 'partitionBy: [region]'),
};

const world = useWorld(() => openPackage(contract, COUNTS));
let clock: TestClock;
let lake: TestLake;
beforeEach(async () => {
  clock = new TestClock();
  lake = openProcess(world, clock, newStore(world, clock, 'landing'), newStore(world, clock, 'lake'));
  await apply(lake.effects);
});

const file = (key: string, ...rows: string[]) =>
  put(lake.effects.landing, key, ['id,region,seen', ...rows, ''].join('\n'));
const remove = (key: string) => lake.effects.landing.remove([key]);

/** Only these events come; whatever they name is brought to its present state. */
async function events(...keys: string[]): Promise<void> {
  await lake.queues.files.send(keys.map((source) => ({ source })));
  await deliver(lake.effects, lake.queues);
  expect(lake.dead).toEqual([]);
}

const people = async (dataset: string) =>
  (await rowsOf(lake, { kind: 'tables', name: dataset }, 'id, region')).map(
    ({ id, region }) => `${id} ${region}`,
  );
const counts = async (dataset: string) =>
  (await rowsOf(lake, { kind: 'insights', name: `${dataset}_counts` }, 'region, people')).map(
    ({ region, people }) => `${region} ${people}`,
  );

describe.each(['newest', 'by_region'])('upsert: %s', (name) => {
  const [one, two, three] = [1, 2, 3].map((n) => `${name}/${n}.csv`) as [string, string, string];

  test('events out of order: the file that was written last counts', async () => {
    await file(one, '1,eu,2024-01-01', '2,eu,2024-01-01');
    clock.tick();
    await file(two, '1,eu,2024-01-02');
    clock.tick();
    await file(three, '1,eu,2024-01-03');
    await events(three, one);
    await events(two);
    const rows = await rowsOf(lake, { kind: 'tables', name }, 'id, seen');
    expect(rows).toEqual([
      { id: 1, seen: '2024-01-03' },
      { id: 2, seen: '2024-01-01' },
    ]);
  });

  test('a file of the same moment as another: the greater key counts, whichever came first', async () => {
    await file(two, '1,eu,2024-01-02');
    await file(one, '1,eu,2024-01-01', '2,eu,2024-01-01');
    await events(two);
    await events(one);
    const rows = await rowsOf(lake, { kind: 'tables', name }, 'id, seen');
    expect(rows).toEqual([
      { id: 1, seen: '2024-01-02' },
      { id: 2, seen: '2024-01-01' },
    ]);
  });

  test('an older file that is sent again is the newest; withdrawn, the older rows come back', async () => {
    await file(one, '1,eu,2024-01-01');
    clock.tick();
    await file(two, '1,eu,2024-01-02');
    await events(one, two);
    clock.tick();
    await file(one, '1,eu,2024-01-01');
    await events(one);
    const seen = () => rowsOf(lake, { kind: 'tables', name }, 'seen');
    expect(await seen()).toEqual([{ seen: '2024-01-01' }]);
    await remove(one);
    await events(one);
    expect(await seen()).toEqual([{ seen: '2024-01-02' }]);
    await remove(two);
    await events(two);
    expect(await seen()).toEqual([]);
    expect(await counts(name)).toEqual([]);
  });
});

test('upsert: a row that moves to another region leaves the first, and comes back when the file goes', async () => {
  await file('newest/1.csv', '1,eu,2024-01-01', '2,eu,2024-01-01');
  clock.tick();
  await file('newest/2.csv', '1,us,2024-01-02');
  await events('newest/1.csv', 'newest/2.csv');
  expect(await people('newest')).toEqual(['1 us', '2 eu']);
  expect(await counts('newest')).toEqual(['eu 1', 'us 1']);
  await remove('newest/2.csv');
  await events('newest/2.csv');
  expect(await people('newest')).toEqual(['1 eu', '2 eu']);
  expect(await counts('newest')).toEqual(['eu 2']);
});

test('upsert with the partition in its key: the same id elsewhere is another row', async () => {
  await file('by_region/1.csv', '1,eu,2024-01-01');
  clock.tick();
  await file('by_region/2.csv', '1,us,2024-01-02', '1,eu,2024-01-02');
  await events('by_region/1.csv', 'by_region/2.csv');
  expect(await people('by_region')).toEqual(['1 eu', '1 us']);
  expect(await counts('by_region')).toEqual(['eu 1', 'us 1']);
});

describe('replace', () => {
  test('the newest file alone counts, in whatever order the events come; withdrawn, the one before it', async () => {
    await file('latest/1.csv', '1,eu,2024-01-01', '2,us,2024-01-01');
    clock.tick();
    await file('latest/2.csv', '3,eu,2024-01-02');
    await events('latest/2.csv');
    await events('latest/1.csv');
    expect(await people('latest')).toEqual(['3 eu']);
    expect(await counts('latest')).toEqual(['eu 1']);
    await remove('latest/2.csv');
    await events('latest/2.csv');
    expect(await people('latest')).toEqual(['1 eu', '2 us']);
    expect(await counts('latest')).toEqual(['eu 1', 'us 1']);
  });

  test('of one moment the greater key counts; an older one that is sent again is the newest', async () => {
    await file('latest/2.csv', '2,eu,2024-01-01');
    await file('latest/1.csv', '1,us,2024-01-01');
    await events('latest/1.csv', 'latest/2.csv');
    expect(await people('latest')).toEqual(['2 eu']);
    clock.tick();
    await file('latest/1.csv', '1,us,2024-01-01');
    await events('latest/1.csv');
    expect(await people('latest')).toEqual(['1 us']);
    expect(await counts('latest')).toEqual(['us 1']);
  });

  test('a newest file without rows empties the table', async () => {
    await file('latest/1.csv', '1,eu,2024-01-01');
    clock.tick();
    await file('latest/2.csv');
    await events('latest/1.csv', 'latest/2.csv');
    expect(await people('latest')).toEqual([]);
    expect(await counts('latest')).toEqual([]);
  });
});

test('append: a row that a corrected file moves to another partition leaves the first, which goes with its last row', async () => {
  await file('events/1.csv', '1,eu,2024-01-01');
  await events('events/1.csv');
  expect(await counts('events')).toEqual(['eu 1']);
  await file('events/1.csv', '1,us,2024-01-01');
  await events('events/1.csv');
  expect(await counts('events')).toEqual(['us 1']);
  await syncPrune(lake);
  expect(await counts('events')).toEqual(['us 1']);
});
