// What the engine makes of the beginning and the end of a text, it must not make of the text that a bundle's files become.
import { expect, test } from 'vitest';
import {
  ONE_BY_ONE,
  openLake,
  openPackage,
  put,
  rowsOf,
  syncPrune,
  TestClock,
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
