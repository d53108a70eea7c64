// Contracts and insights that change while `sluice start` watches: taken up as the next start would take them.
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sluice, startSluice } from './harness.ts';
import { CONTRACT, makeShop, type Shop, TAKINGS } from './shop.ts';

const [SALES] = CONTRACT.resources;
const NOTED = {
  ...CONTRACT,
  resources: [
    { ...SALES, schema: { fields: [...(SALES?.schema.fields ?? []), { name: 'note', type: 'string' }] } },
  ],
};
const DOUBLED = TAKINGS.replace('sum(amount)', 'sum(2 * amount)');

async function watched() {
  const shop = await makeShop();
  await shop.sell('shop/day=2024-01-01/a.csv', 'north,1');
  const running = startSluice(['start', ...shop.places], shop.folder);
  await running.line(/^Watching .*landing and .*schemas; press Ctrl-C to stop\.$/);
  return { shop, running, file: (name: string) => join(shop.folder, 'schemas/shop', name) };
}

async function takings(shop: Shop): Promise<string[]> {
  const { out } = await sluice([
    'query',
    'FROM takings ORDER BY ALL',
    '--format',
    'csv',
    ...shop.places.slice(2),
  ]);
  return out.trim().split('\r\n').slice(1);
}

describe('definitions that change', () => {
  it('are taken up: SQL, a contract, a further insight, one that goes', async () => {
    const { shop, running, file } = await watched();
    await shop.define(CONTRACT, DOUBLED);
    expect(await running.line(/^Definitions changed/)).toMatch(
      /^Definitions changed: .*shop\/insights\/takings\.sql$/,
    );
    await running.line(/^Refreshed: 1 partition of takings \(1\)$/);
    await running.line(/^Done after/);
    expect(await takings(shop)).toEqual(['2024-01-01,north,2.00']);

    await shop.define(NOTED, DOUBLED);
    await running.line(/^Contract of sales changed: 1 file read under it$/);
    await shop.write('shop/day=2024-01-01/b.csv', 'till,amount,note\nsouth,3,late\n');
    expect(await running.line(/^sales/)).toMatch(/accepted 1 row; refreshed takings/);
    const noted = await sluice([
      'query',
      'SELECT note FROM sales',
      '--format',
      'csv',
      ...shop.places.slice(2),
    ]);
    expect(noted.out).toContain('late');

    await writeFile(file('insights/best.sql'), '/* ---\n--- */\nSELECT max(takings) AS best FROM takings\n');
    await running.line(/^Refreshed: 1 partition of best \(1\)$/);
    await shop.sell('shop/day=2024-01-02/c.csv', 'east,50');
    expect(await running.line(/^sales/)).toMatch(/refreshed takings\(day=2024-01-02\), best/);
    await rm(file('insights/best.sql'));
    await running.line(/^Definitions changed: schemas\/shop\/insights\/best\.sql$/);
    await running.line(/^insights\/best has no definition any more: its rows are kept/);
    await running.line(/^Done after|^Nothing to do/);
    await shop.sell('shop/day=2024-01-03/d.csv', 'west,1');
    expect(await running.line(/^sales/)).toMatch(/; refreshed takings\(day=2024-01-03\) \(/);
    running.process.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 0 });
    const { code, out } = await sluice(['sync', '--format', 'json', ...shop.places]);
    expect({ code, totals: JSON.parse(out).totals }).toMatchObject({ code: 0, totals: { accepted: 0 } });
  });

  it('and files that go at the same moment are both seen', async () => {
    const { shop, running } = await watched();
    await rm(join(shop.landing, 'shop/day=2024-01-01/a.csv'));
    await shop.define(CONTRACT, DOUBLED);
    // In the order in which they are noticed.
    const said = [await running.line(/^(Definitions|sales)/), await running.line(/^(Definitions|sales)/)];
    expect(said.sort()).toEqual([
      expect.stringMatching(/^Definitions changed/),
      expect.stringMatching(/^sales day=2024-01-01 withdrawn 1 row/),
    ]);
    running.process.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 0 });
  });

  it('and are wrong are said, and the text before stays in force', async () => {
    const { shop, running, file } = await watched();
    await writeFile(file('datapackage.json'), JSON.stringify(NOTED).slice(0, -1));
    expect(await running.line(/^Not applied/)).toMatch(
      /datapackage\.json, line 1, column \d+: this is not JSON/,
    );
    await writeFile(file('insights/takings.sql'), TAKINGS.replace('till, CAST', 'tll, CAST'));
    expect(await running.line(/takings\.sql/)).toMatch(/^Not applied.*takings\.sql, line 11: Binder Error/);
    await shop.sell('shop/day=2024-01-01/b.csv', 'south,2');
    expect(await running.line(/^sales/)).toMatch(/accepted 1 row; refreshed takings/);
    expect(await takings(shop)).toEqual(['2024-01-01,north,1.00', '2024-01-01,south,2.00']);
    await shop.define(NOTED, DOUBLED);
    await running.line(/^Contract of sales changed/);
    expect(await takings(shop)).toEqual(['2024-01-01,north,2.00', '2024-01-01,south,4.00']);
  });

  it('that need each other are taken up together, and what has no text before is set aside', async () => {
    const { shop, running, file } = await watched();
    const renamed = { ...CONTRACT, resources: [{ ...SALES, name: 'deals' }] };
    await writeFile(file('datapackage.json'), JSON.stringify(renamed));
    await writeFile(
      file('insights/takings.sql'),
      TAKINGS.replace('over: sales', 'over: deals').replace('FROM sales', 'FROM deals'),
    );
    await running.line(/^Files: 1 accepted$/);
    expect(await takings(shop)).toEqual(['2024-01-01,north,1.00']);
    await mkdir(join(shop.folder, 'schemas/new'));
    await writeFile(join(shop.folder, 'schemas/new/datapackage.json'), '{"resources": [');
    await running.line(/^Set aside, with everything that depends on it/);
    await shop.write('other/x.csv', 'a\n1\n');
    expect(await running.line(/^other/)).toMatch(
      /^other\/x\.csv waits: .*new\/datapackage\.json, line 1, column \d+: this is not JSON/,
    );
    const other = {
      name: 'other',
      path: 'other/*.csv',
      schema: { fields: [{ name: 'a', type: 'integer' }] },
    };
    await writeFile(
      join(shop.folder, 'schemas/new/datapackage.json'),
      JSON.stringify({ resources: [other] }),
    );
    await running.line(/^Files: 1 accepted, 1 unchanged$/);
  });

  it('and are gone for a while, or lie beside an editor’s files, change nothing', async () => {
    const { shop, running, file } = await watched();
    const schemas = join(shop.folder, 'schemas');
    await rename(schemas, `${schemas}-away`);
    await running.line(
      /^The definitions cannot be read; the previous ones stay in effect: there is no folder/,
    );
    await shop.sell('shop/day=2024-01-02/b.csv', 'north,2');
    expect(await running.line(/^sales/)).toMatch(/accepted 1 row; refreshed takings/);
    await rename(`${schemas}-away`, schemas);
    await writeFile(file('.datapackage.json.swp'), 'x');
    await writeFile(file('insights/takings.sql~'), 'x');
    await shop.sell('shop/day=2024-01-03/c.csv', 'north,3');
    await running.line(/^sales/);
    await shop.define(CONTRACT, DOUBLED);
    await running.line(/^Definitions changed: .*shop\/insights\/takings\.sql$/);
    running.process.kill('SIGINT');
    const { out } = await running.ended;
    expect(out.match(/Definitions changed/g)).toHaveLength(1);
    expect(out.match(/cannot be read/g)).toHaveLength(1);
  });
});
