// A query needs the lake alone: from any folder, without definitions, which only add hints where they are found.
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testTemp } from '../support/temp.ts';
import { sluice, startSluice } from './harness.ts';
import { CONTRACT, makeShop, type Shop, TAKINGS } from './shop.ts';

async function soldShop(): Promise<Shop> {
  const shop = await makeShop();
  await shop.sell('shop/day=2024-01-01/a.csv', 'north,1.50', 'south,2');
  await sync(shop);
  return shop;
}

async function sync(shop: Shop): Promise<void> {
  expect((await sluice(['sync', ...shop.places])).code).toBe(0);
}

const alone = (shop: Shop, sql: string, ...more: string[]) =>
  sluice(['query', sql, '--format', 'csv', '--lake', shop.lake, ...more]);
const schemas = (shop: Shop) => join(shop.folder, 'schemas');

describe('the lake alone', () => {
  it('answers from any folder, once its definitions and landing are gone', async () => {
    const shop = await soldShop();
    await rm(schemas(shop), { recursive: true });
    await rm(shop.landing, { recursive: true });
    const elsewhere = testTemp();
    const ask = (...args: string[]) => startSluice([...args, '--lake', shop.lake], elsewhere).ended;
    expect(
      await ask('query', 'SELECT day, till, takings FROM takings JOIN sales USING (day, till) ORDER BY 2'),
    ).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/\n2024-01-01 {2}north +1\.50\n2024-01-01 {2}south +2\.00\n2 rows\n$/),
    });
    expect(await ask('query', 'SHOW TABLES', '--format', 'csv')).toMatchObject({
      code: 0,
      err: '',
      out: 'name\r\nsales\r\ntakings\r\n',
    });
    expect(await ask('history', 'takings')).toMatchObject({ code: 0, err: '' });
    expect((await ask('history', 'taking')).err).toContain('Did you mean "takings"?');
  });

  it('knows names in any case, and columns whose names want quotes', async () => {
    const shop = await makeShop();
    const [sales] = CONTRACT.resources;
    const fields = [...(sales?.schema.fields ?? []), { name: 'order', type: 'string' }];
    await shop.define(
      { ...CONTRACT, resources: [{ ...sales, name: 'Sales', schema: { fields } }] },
      TAKINGS.replace('over: sales', 'over: Sales').replace('FROM sales', 'FROM Sales'),
    );
    await shop.write('shop/day=2024-01-01/a.csv', 'till,amount,order\na,1.50,x\n');
    await sync(shop);
    for (const name of ['Sales', 'sales', '"SALES"'])
      expect(await alone(shop, `SELECT count(*) AS n FROM ${name}`)).toMatchObject({
        code: 0,
        out: 'n\r\n1\r\n',
      });
    expect((await alone(shop, 'SELECT min(order) FROM sales')).err).toContain(
      'order is a reserved SQL keyword: write it as a column name with quotes, "order".',
    );
    expect((await alone(shop, 'FROM sale')).err).toBe(
      `There is no table or insight "sale" in ${shop.lake}. Did you mean "Sales"?\nThere are: Sales, takings\n`,
    );
  });

  it('has the columns of its tables, whatever the definitions say by now', async () => {
    const shop = await soldShop();
    await shop.define(CONTRACT, TAKINGS.replace('AS takings FROM', 'AS takings, count(*) AS sales FROM'));
    const definitions = ['--schemas', schemas(shop)];
    const out = 'day,till,takings\r\n2024-01-01,north,1.50\r\n';
    expect(await alone(shop, "FROM takings WHERE till = 'north'")).toMatchObject({ code: 0, out });
    expect(await alone(shop, "FROM takings WHERE till = 'north'", ...definitions)).toMatchObject({
      code: 0,
      out,
    });
  });

  it('that is empty, or no lake, is said', async () => {
    const empty = testTemp();
    expect(await sluice(['query', 'FROM sales', '--lake', empty])).toMatchObject({
      code: 1,
      err: `There is no table or insight "sales" in ${empty}.\nThere are none.\n`,
    });
    expect((await sluice(['query', 'SELECT 1', '--lake', join(empty, 'no')])).err).toMatch(
      /^There is no lake in /,
    );
  });

  it('with two tables of one name asks which is meant, until one is dropped', async () => {
    const shop = await soldShop();
    await cp(join(shop.lake, 'insights/takings'), join(shop.lake, 'insights/sales'), { recursive: true });
    for (const sql of ['FROM sales', 'SHOW TABLES'])
      expect(await alone(shop, sql)).toMatchObject({
        code: 1,
        err: expect.stringMatching(
          /^This lake has two tables that are called sales: tables\/sales and insights\/sales\. .* --schemas DIR\.\n$/,
        ),
      });
    expect((await alone(shop, 'FROM takings')).code).toBe(0);
    const definitions = ['--schemas', schemas(shop)];
    const columns = 'SELECT string_agg(column_name) AS c FROM (DESCRIBE sales)';
    expect((await alone(shop, columns, ...definitions)).out).toBe('c\r\n"day,till,amount"\r\n');
    expect((await sluice(['drop', 'insights/sales', '--yes', ...shop.places.slice(2)])).code).toBe(0);
    expect((await alone(shop, columns)).out).toBe('c\r\n"day,till,amount"\r\n');
  });
});

describe('definitions', () => {
  const MORE = TAKINGS.replace('What each till', 'Again what each till');

  it('of --schemas, or of the default folder without --lake, add hints', async () => {
    const shop = await soldShop();
    await writeFile(join(schemas(shop), 'shop/insights/fresh.sql'), MORE);
    await writeFile(join(schemas(shop), 'shop/insights/wrong.sql'), 'SELECT 1');
    const fresh = 'fresh is defined, but not in the lake yet: run "npx sluice sync".\n';
    expect((await alone(shop, 'FROM fresh', '--schemas', schemas(shop))).err).toMatch(
      new RegExp(`^warning: Set aside.*\\n.*wrong\\.sql[\\s\\S]*\\n${fresh.replace(/[.]/g, '\\.')}$`),
    );
    expect((await alone(shop, 'FROM fresh')).err).toMatch(/^There is no table or insight "fresh" in /);

    const home = testTemp();
    await mkdir(join(home, '.lake'));
    await rename(shop.lake, join(home, '.lake/lake'));
    await cp(schemas(shop), join(home, 'schemas'), { recursive: true });
    const there = (...args: string[]) => startSluice(['query', ...args], home).ended;
    expect((await there('FROM fresh')).err).toMatch(
      /^warning: Set aside[\s\S]*fresh is defined, but not in the lake yet/,
    );
    await rm(join(home, 'schemas/shop/insights/takings.sql'));
    await rm(join(home, 'schemas/shop/insights/wrong.sql'));
    expect(await there('SELECT till FROM takings ORDER BY 1', '--format', 'csv')).toMatchObject({
      code: 0,
      out: 'till\r\nnorth\r\nsouth\r\n',
      err: expect.stringMatching(/^warning: insights\/takings has no definition any more/),
    });
    expect(await there('SELECT till FROM takings ORDER BY 1', '--lake', '.lake/lake')).toMatchObject({
      code: 0,
      err: '',
    });
  });

  it('that were asked for must be there; those of the default folder need not be readable', async () => {
    const shop = await soldShop();
    expect(await alone(shop, 'FROM sales', '--schemas', join(shop.folder, 'none'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is no folder'),
    });
    const home = testTemp();
    await mkdir(join(home, '.lake'));
    await rename(shop.lake, join(home, '.lake/lake'));
    await mkdir(join(home, 'schemas/empty'), { recursive: true });
    const there = () =>
      startSluice(['query', 'SELECT count(*) AS n FROM sales', '--format', 'csv'], home).ended;
    expect(await there()).toMatchObject({ code: 0, err: '', out: 'n\r\n2\r\n' });
    await mkdir(join(home, 'schemas/empty/datapackage.json'));
    expect(await there()).toMatchObject({
      code: 0,
      err: expect.stringContaining('Set aside'),
      out: 'n\r\n2\r\n',
    });
  });
});
