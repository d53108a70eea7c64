// One bad contract: every verb does the rest and says it, nothing of what it may define is withdrawn, dropped or swept, and
// once it is mended the lake is what it would have been.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sluice } from './harness.ts';
import { CONTRACT, TAKINGS } from './shop.ts';
import {
  define,
  type Files,
  filesOf,
  GOODS,
  json,
  makeOld,
  of,
  rows,
  SOUND,
  twoPackages,
} from './two-packages.ts';

/** Each way in which the package's contract, or all of it, can be bad. */
const BAD_CONTRACTS: [string, Files][] = [
  ['that is not JSON', { 'stock/datapackage.json': `${JSON.stringify(GOODS).slice(0, -2)} <<<<` }],
  ['that is empty', { 'stock/datapackage.json': '' }],
  ['with a wrong word', { 'stock/datapackage.json': JSON.stringify({ ...GOODS, nam: 1 }) }],
  [
    'with a dataset that is wrong',
    {
      'stock/datapackage.json': JSON.stringify({ resources: [{ ...GOODS.resources[0], mode: 'sometimes' }] }),
    },
  ],
  [
    'with a path that is no path',
    { 'stock/datapackage.json': JSON.stringify({ resources: [{ ...GOODS.resources[0], path: '/stock' }] }) },
  ],
  [
    'whose dataset another package has too',
    {
      'twin/datapackage.json': JSON.stringify({
        resources: [{ ...GOODS.resources[0], path: 'elsewhere/*.csv' }],
      }),
    },
  ],
];

describe('a contract', () => {
  it.each(BAD_CONTRACTS)('%s stops nothing else, and loses nothing', async (_, bad) => {
    const shop = await twoPackages();
    await shop.write('notes.txt', 'no dataset takes it');
    await define(shop, bad);
    await shop.sell('shop/day=2024-01-02/b.csv', 'north,5');
    await shop.write('stock/c.csv', 'id,name\n4,jam\n');
    await shop.remove('stock/a.csv');

    const synced = await sluice(['sync', '--prune', '--yes', '--format', 'json', ...shop.places]);
    expect(synced.code).toBe(1);
    const found = JSON.parse(synced.out);
    expect(found).toMatchObject({ rows: { accepted: 1, withdrawn: 0 }, vanished: [], deadLetters: [] });
    expect(found.aside[0]).toMatchObject({ held: ['report', 'shelf'].sort().toReversed() });
    expect(found.aside[0].message).toMatch(/datapackage\.json/);
    expect(found.asideKeys).toEqual(expect.arrayContaining(['stock/b.csv', 'stock/c.csv']));
    expect(found.files.map(({ source }: { source: string }) => source)).not.toContain('stock/c.csv');
    expect((await rows(shop, 'takings')).rows).toEqual([
      '2024-01-01,north,1.00',
      '2024-01-01,south,2.00',
      '2024-01-02,north,5.00',
    ]);

    // What depends on it answers as it is, and that is said.
    for (const [table, answer] of [
      ['goods', ['1,tea', '2,milk', '3,rye']],
      ['shelf', ['1,TEA', '2,MILK', '3,RYE']],
      ['report', ['2.00,3']],
    ] as const) {
      const found = await rows(shop, table);
      expect(found).toMatchObject({ code: 0, rows: answer });
      expect(found.err).toMatch(/^warning: Set aside.*\n {2}.*datapackage\.json/);
    }

    expect(await json('status', shop)).toMatchObject({
      code: 1,
      aside: [{ held: ['shelf', 'report'] }, ...found.aside.slice(1)],
      datasets: [{ dataset: 'sales', waiting: 0, vanished: 0 }],
    });
    const again = await sluice(['sync', ...shop.places]);
    expect(again).toMatchObject({ code: 1, out: expect.stringMatching(/^Nothing was read: /) });
    const status = await sluice(['status', ...shop.places]);
    expect(status.out).toContain(
      'Set aside, with everything that depends on it (their tables and files are unchanged',
    );
    expect(status.out).toContain('    also held back: shelf, report');
    expect(status.out).not.toMatch(/These match no dataset:(\n {2}.*)*stock\//);
    const certified = await json('certify', shop);
    expect(certified).toMatchObject({ code: 1, certified: false, problems: [], aside: found.aside });
    expect(certified.unknown).not.toContain('stock/b.csv');
    expect([...certified.left, ...(await json('status', shop)).left]).toEqual([]);
    for (const table of ['goods', 'arrivals/goods', 'shelf', 'insights/report']) {
      const dropped = await sluice(['drop', table, '--yes', ...of(shop)]);
      expect(dropped).toMatchObject({ code: 1, out: '' });
      expect(dropped.err).toMatch(/datapackage\.json/);
    }
    const planned = await sluice(['plan', '--format', 'json', ...shop.places]);
    expect(planned.code).toBe(1);
    const plan = JSON.parse(planned.out);
    expect(plan.changes.filter(({ change }: { change: string }) => change === 'removed')).toEqual([]);
    expect(plan.broken).toEqual(found.aside.map(({ message }: { message: string }) => message));
    expect((await sluice(['audit', ...of(shop)])).code).toBe(1);
    expect((await sluice(['rejects', ...shop.places])).code).toBe(1);
    expect(
      (
        await sluice([
          'validate',
          join(shop.landing, 'shop/day=2024-01-01/a.csv'),
          '--dataset',
          'sales',
          ...shop.places.slice(4),
        ])
      ).code,
    ).toBe(0);
    const refused = await sluice([
      'validate',
      join(shop.landing, 'stock/b.csv'),
      '--dataset',
      'goods',
      ...shop.places.slice(4),
    ]);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toMatch(/datapackage\.json/);
    expect((await sluice(['explain', 'takings', ...of(shop)])).code).toBe(0);
    expect((await sluice(['history', 'goods', ...of(shop)])).code).toBe(0);
    expect((await sluice(['graph', ...shop.places.slice(4)])).code).toBe(1);
    expect((await sluice(['start', '--once', ...shop.places])).code).toBe(1);

    await shop.write('stock/a.csv', 'id,name\n1,tea\n2,milk\n');
    await rm(join(shop.folder, 'schemas/twin'), { recursive: true, force: true });
    await define(shop, SOUND);
    expect((await sluice(['sync', ...shop.places])).code).toBe(0);
    expect((await rows(shop, 'goods')).rows).toEqual(['1,tea', '2,milk', '3,rye', '4,jam']);
    expect((await rows(shop, 'report')).rows).toEqual(['5.00,4']);
    expect((await json('certify', shop)).code).toBe(0);
  });

  it.each(BAD_CONTRACTS)('%s leaves its reports, its notes and its tables to no sweep', async (_, bad) => {
    const shop = await twoPackages();
    await shop.write('stock/b.csv', 'id,name\n3,oat\n');
    expect((await sluice(['sync', ...shop.places])).code).toBe(0);
    await makeOld(shop);
    const mine = async () =>
      (await filesOf(shop))
        .map(({ parentPath, name }) => join(parentPath, name).slice(shop.lake.length))
        .filter((path) => /goods|shelf|report/.test(path))
        .sort();
    const before = await mine();
    await define(shop, bad);
    const swept = await sluice(['maintain', '--retention', '1', ...shop.places]);
    expect(swept.code).toBe(1);
    expect(swept.out).toContain('Set aside');
    expect(await mine()).toEqual(before);
    await rm(join(shop.folder, 'schemas/twin'), { recursive: true, force: true });
    await define(shop, SOUND);
    expect((await sluice(['maintain', '--retention', '1', ...shop.places])).code).toBe(0);
    const after = await mine();
    const gone = before.filter((path) => !after.includes(path));
    expect(gone.map((path) => path.split('/').slice(1, 3).join('/'))).toEqual(
      expect.arrayContaining(['arrivals/goods', 'files/goods', 'tables/goods', 'insights/shelf']),
    );
  });

  it('whose files another dataset matches meanwhile keeps them', async () => {
    const shop = await twoPackages();
    await define(shop, {
      'stock/datapackage.json': JSON.stringify(GOODS).slice(0, -2),
      'all/datapackage.json': JSON.stringify({
        resources: [
          {
            name: 'everything',
            path: '{stock,other}/*.csv',
            schema: { fields: [{ name: 'id', type: 'string' }] },
          },
        ],
      }),
    });
    await shop.write('stock/c.csv', 'id,name\n4,jam\n');
    await shop.write('other/d.csv', 'id\n9\n');
    expect((await sluice(['sync', ...shop.places])).code).toBe(1);
    expect((await rows(shop, 'everything')).rows).toEqual(['9']);
    expect((await rows(shop, 'goods')).rows).toEqual(['1,tea', '2,milk', '3,rye']);
  });

  it('that claims files of a sound dataset takes no row and no report from it', async () => {
    const shop = await twoPackages();
    await shop.sell('shop/day=2024-01-02/b.csv', 'north,5', 'bad,x');
    expect((await sluice(['sync', ...shop.places])).code).toBe(0);
    await shop.sell('shop/day=2024-01-02/b.csv', 'north,6', 'bad,x');
    expect((await sluice(['sync', ...shop.places])).code).toBe(0);
    const rival = { ...GOODS.resources[0], name: 'rival', path: 'shop/*/b.csv' };
    await define(shop, { 'rival/datapackage.json': JSON.stringify({ resources: [rival] }).slice(0, -1) });
    await shop.remove('shop/day=2024-01-02/b.csv');
    const found = await json('sync', shop, '--prune', '--yes');
    expect(found).toMatchObject({ code: 1, rows: { withdrawn: 0 }, vanished: [], deadLetters: [] });
    expect(await json('status', shop)).toMatchObject({
      datasets: [{ dataset: 'sales', vanished: 0 }, { dataset: 'goods' }],
    });
    expect((await json('certify', shop)).problems).toEqual([]);
    const reports = async () =>
      (await filesOf(shop)).filter(({ parentPath }) => parentPath.includes('files/sales'));
    await makeOld(shop);
    const before = await reports();
    expect((await sluice(['maintain', '--retention', '1', ...shop.places])).code).toBe(1);
    expect(await reports()).toHaveLength(before.length);
    // A path of ours that does not match them any more is no reason either, as long as nobody can say whose they are.
    await define(shop, { 'rival/datapackage.json': '{' });
    await shop.define(
      { ...CONTRACT, resources: [{ ...CONTRACT.resources[0], path: 'elsewhere/day=*/*.csv' }] },
      TAKINGS,
    );
    expect(await json('sync', shop, '--prune', '--yes')).toMatchObject({ code: 1, rows: { withdrawn: 0 } });
    expect((await rows(shop, 'takings')).rows).toContain('2024-01-02,north,6.00');
    await rm(join(shop.folder, 'schemas/rival'), { recursive: true });
    expect(await json('sync', shop)).toMatchObject({ code: 0, rows: { withdrawn: 3 } });
    expect((await rows(shop, 'takings')).rows).toEqual([]);
  });

  it('a message that failed about it waits for it', async () => {
    const shop = await twoPackages();
    const letter = join(shop.lake, 'dead-letters/files/goods/stock/c.csv.json');
    await mkdir(join(letter, '..'), { recursive: true });
    await shop.write('stock/c.csv', 'id,name\n4,jam\n');
    const message = {
      queue: 'files',
      message: { source: 'stock/c.csv', dataset: 'goods' },
      error: 'x',
      at: 'y',
    };
    await writeFile(letter, JSON.stringify(message));
    await define(shop, { 'stock/datapackage.json': '{' });
    expect((await json('sync', shop)).deadLetters).toEqual([]);
    expect((await json('status', shop)).deadLetters).toEqual([message]);
    await define(shop, SOUND);
    expect((await sluice(['sync', ...shop.places])).code).toBe(0);
    expect((await json('status', shop)).deadLetters).toEqual([]);
    expect((await rows(shop, 'goods')).rows).toContain('4,jam');
  });
});
