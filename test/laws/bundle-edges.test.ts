// What the engine makes of the beginning and the end of a text, it must not make of the text that a bundle's files become.
import { expect, test } from 'vitest';
import { ingest } from '../../lib/ingest/ingest.ts';
import {
  ONE_BY_ONE,
  openLake,
  openPackage,
  put,
  rowsOf,
  syncPrune,
  TestClock,
  type TestLake,
} from '../support/shop-lake.ts';

const NAME = { name: 'name', type: 'string' };
const ID = { name: 'id', type: 'integer' };
const NOTE = { name: 'note', type: 'string' };
const ofNoName = (file: string) => `items/name=__HIVE_DEFAULT_PARTITION__/${file}.csv`;

/** By name: the contract's path and partitions, its fields in the file's order, and the files. */
const CASES: Readonly<
  Record<string, readonly [object, readonly object[], Readonly<Record<string, string>>]>
> = {
  'a first cell that begins like a byte order mark': [
    { path: 'items/*.csv' },
    [NAME, ID],
    { 'items/a.csv': 'name,id\n\ufeffann,1\nbob,2\n', 'items/b.csv': 'name,id\n\ufeffcid,3\n' },
  ],
  'a label that begins like a byte order mark': [
    { path: 'items/*.csv' },
    [NAME, ID],
    { 'items/a.csv': '\ufeff\ufeffname,id\nann,1\n', 'items/b.csv': '\ufeff\ufeffname,id\nbob,2\n' },
  ],
  'a value of a partition that begins like a byte order mark': [
    { path: 'items/*.csv', partitionBy: ['name'] },
    [NAME, ID],
    { 'items/a.csv': 'name,id\n"\ufeffann",1\nann,2\n', 'items/b.csv': 'name,id\n"\ufeffann",3\n' },
  ],
  'a number too many in a file whose path gives no value, and a bad row in the next': [
    { path: 'items/name=*/*.csv', partitionBy: ['name'] },
    [NAME, ID, NOTE],
    { [ofNoName('a')]: 'id,note\n1,x\n2,y,1\n', [ofNoName('b')]: 'id,note\n5,z\nbad,w\n' },
  ],
};

test.each(Object.entries(CASES))('%s: as one by one', async (_, [resource, fields, files]) => {
  const items = { name: 'items', format: 'csv', ...resource, schema: { fields } };
  const world = await openPackage({ name: 'edges', resources: [items] });
  try {
    const looks = [];
    for (const bundling of [undefined, ONE_BY_ONE]) {
      const lake = openLake(world, new TestClock(), bundling);
      for (const [key, text] of Object.entries(files)) await put(lake.effects.landing, key, text);
      await syncPrune(lake);
      const columns = 'hex(name) AS name, * EXCLUDE (name)';
      const rows = await rowsOf(lake, { kind: 'tables', name: 'items' }, columns);
      looks.push({ rows, counts: await countsOf(lake), dead: lake.dead });
    }
    expect(looks[0]).toEqual(looks[1]);
    expect(looks[0]?.dead).toEqual([]);
  } finally {
    await world.close();
  }
});

async function countsOf({ effects: { lake } }: ReturnType<typeof openLake>): Promise<unknown[]> {
  const counts: unknown[] = [];
  for await (const { key } of lake.list('files/')) {
    const { source, outcome, rows, accepted } = JSON.parse(new TextDecoder().decode(await lake.read(key)));
    counts.push([source, outcome, rows, accepted]);
  }
  return counts;
}

const SALES = {
  name: 'items',
  format: 'csv',
  path: 'items/*.csv',
  schema: { fields: [ID, NOTE], primaryKey: ['id'] },
};

/** A table into which two files came together. `texts`: by name. */
async function together(texts: Readonly<Record<string, string>>, use: (lake: TestLake) => Promise<void>) {
  const world = await openPackage({ name: 'edges', resources: [SALES] });
  try {
    const lake = openLake(world, new TestClock());
    for (const [name, text] of Object.entries(texts))
      await put(lake.effects.landing, `items/${name}.csv`, text);
    await syncPrune(lake);
    await use(lake);
  } finally {
    await world.close();
  }
}

test('a file that has a key twice drops out, and its later row waits in quarantine', () =>
  together({ a: 'id,note\n1,x\n1,y\n', b: 'id,note\n2,z\n', c: 'id,note\n3,z\n' }, async (lake) => {
    const rows = await rowsOf(lake, { kind: 'tables', name: 'items' }, 'id, note');
    expect(rows).toEqual([
      { id: 1, note: 'x' },
      { id: 2, note: 'z' },
      { id: 3, note: 'z' },
    ]);
    expect(await countsOf(lake)).toContainEqual(['items/a.csv', 'accepted', 2, 1]);
  }));

test('rows that come again beside new ones are in a data file that says so', () =>
  together({ a: 'id,note\n1,x\n', b: 'id,note\n2,z\n' }, async (lake) => {
    await put(lake.effects.landing, 'items/a.csv', 'id,note\n1,x\n');
    await put(lake.effects.landing, 'items/b.csv', 'id,note\n2,changed\n');
    await syncPrune(lake);
    const { tables } = lake.effects;
    const version = (await tables.latest('tables/items'))?.version ?? 0;
    const [entry] = (await tables.entries('tables/items', version - 1, version)) ?? [];
    const adds = entry?.actions.flatMap((action) => ('add' in action ? [action.add] : [])) ?? [];
    const said = adds.map(({ dataChange, tags }) => [dataChange, tags?.['sluice.source']]);
    expect(said.sort()).toEqual([
      [false, 'items/a.csv'],
      [true, 'items/b.csv'],
    ]);
  }));

test('a copy in another text of rows that came in a bundle is told', () =>
  together({ a: 'id,note\n1,x\n', b: 'id,note\n2,z\n' }, async (lake) => {
    await put(lake.effects.landing, 'items/c.csv', 'note,id\nx,1\n');
    const { outcomes } = await ingest(lake.effects, [{ source: 'items/c.csv' }]);
    expect(outcomes).toMatchObject([{ result: 'accepted', copies: ['items/a.csv'] }]);
  }));
