// What `sluice query` cannot be made to read, write or change; and lakes whose files lie elsewhere, behind symbolic links.
import { mkdir, readdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLake } from '../../lib/local/open-lake.ts';
import { testTemp } from '../support/temp.ts';
import { SCHEMAS, sluice } from './harness.ts';
import { makeShop } from './shop.ts';

async function shopWithSales() {
  const shop = await makeShop();
  await shop.sell('shop/day=2024-01-01/a.csv', 'a,1.50', 'b,2.00');
  await shop.sell('shop/day=2024-01-02/a.csv', 'a,4.00');
  expect((await sluice(['sync', ...shop.places])).code).toBe(0);
  const ask = (sql: string) => sluice(['query', sql, '--format', 'csv', ...shop.places.slice(2)]);
  return { ...shop, ask };
}

describe('query', () => {
  it('reads nothing outside of the lake', async () => {
    const { ask } = await shopWithSales();
    const folder = testTemp();
    await writeFile(join(folder, 'secret.csv'), 'a\nword4711\n');
    for (const sql of [
      `FROM read_text('${folder}/secret.csv')`,
      `FROM '${folder}/secret.csv'`,
      `SELECT * FROM sales, glob('${folder}/*')`,
      "FROM read_csv('/etc/passwd')",
      "FROM read_text('/proc/self/environ')",
    ]) {
      const { code, out, err } = await ask(sql);
      expect({ code, out }, sql).toEqual({ code: 1, out: '' });
      expect(err).toMatch(
        /^A query reads tables, insights and the lake's own files: "\/.*" is not one of them\. To query/,
      );
    }
  });

  it('writes nothing and changes nothing', async () => {
    const { ask } = await shopWithSales();
    const folder = testTemp();
    for (const sql of [
      `FROM enable_logging('FileSystem', storage := 'file', storage_path := '${folder}/logs')`,
      `FROM enable_profiling(save_location := '${folder}/profile.json', format := 'json')`,
      "FROM query('FROM enable_' || 'logging()')",
      'FROM checkpoint()',
    ])
      expect(await ask(sql)).toMatchObject({
        code: 1,
        out: '',
        err: expect.stringMatching(/^This query is not answered: /),
      });
    expect((await ask(`COPY (SELECT 1) TO '${folder}/x.csv'`)).err).toContain('Only queries are answered');
    expect(await readdir(folder)).toEqual([]);
  });

  it('reads all files of a table that is named by text too, and says where a name is no name of a table', async () => {
    const { ask } = await shopWithSales();
    const all = "(SELECT count(*) FROM query_table('sales'))";
    expect((await ask(`SELECT amount, ${all} AS n FROM sales WHERE day = '2024-01-02'`)).out).toBe(
      'amount,n\r\n4.00,3\r\n',
    );
    expect((await ask("SELECT count(*) AS n FROM query_table('SA' || 'LES')")).out).toBe('n\r\n3\r\n');
    expect((await ask('SELECT count(*) AS n FROM temp.sales')).out).toBe('n\r\n3\r\n');
    expect((await ask('SELECT count(*) AS n FROM memory.main.sales')).err).toMatch(
      /^Tables and insights belong to no schema/,
    );
    expect((await ask("FROM query('SELECT count(*) FROM sal' || 'es')")).err).toBe(
      'This query is not answered: query() runs SQL built from text, so it is unknown what it reads: write the SQL itself.\n',
    );
  });
});

it('the engine of a sync reads landing, the lake and what it makes, and nothing else', async () => {
  const { places } = await shopWithSales();
  const [landing = '', lake = '', schemas = ''] = [places[1], places[3], places[5]];
  const local = await openLake({ landing, lake, schemas }, () => {});
  try {
    await local.effects.sql.session(async (session) => {
      expect(await session.rows(`SELECT count(*) AS n FROM read_text('${landing}/shop/**')`)).toEqual([
        { n: 2 },
      ]);
      expect(await session.rows(`SELECT count(*) AS n FROM '${lake}/tables/sales/**/*.parquet'`)).toEqual([
        { n: 3 },
      ]);
      await session.run(`COPY (SELECT 1 AS a) TO '${local.effects.scratch}/x.parquet'`);
      await expect(session.rows("FROM read_text('/etc/passwd')")).rejects.toThrow('Permission Error');
      await expect(session.rows(`FROM read_text('${schemas}/**')`)).rejects.toThrow('Permission Error');
    });
  } finally {
    await local.close();
  }
});

it('tables that symbolic links bring in from elsewhere are read as before', async () => {
  const shop = await makeShop();
  const elsewhere = testTemp();
  const lake = shop.places[3] ?? '';
  await shop.sell('shop/day=2024-01-01/a.csv', 'a,1.50');
  expect(await sluice(['sync', ...shop.places])).toMatchObject({ code: 0 });
  await rename(join(lake, 'tables'), join(elsewhere, 'tables'));
  await symlink(join(elsewhere, 'tables'), join(lake, 'tables'));
  await shop.sell('shop/day=2024-01-02/a.csv', 'a,4.00');
  expect(await sluice(['sync', ...shop.places])).toMatchObject({ code: 0 });
  const asked = await sluice([
    'query',
    'SELECT count(*) AS n FROM sales',
    '--format',
    'csv',
    ...shop.places.slice(2),
  ]);
  expect(asked).toEqual({ code: 0, err: '', out: 'n\r\n2\r\n' });
  expect((await sluice(['certify', ...shop.places])).code).toBe(0);
  expect(
    (await readdir(join(lake, '.scratch'), { recursive: true })).filter((name) => name.includes('.csv')),
  ).toEqual([]);
});

it('folders whose names hold the characters of globs are read', async () => {
  const folder = join(testTemp(), 'a[1]*?');
  await mkdir(join(folder, 'landing/dwh-fina/exchange_rates'), { recursive: true });
  await writeFile(
    join(folder, 'landing/dwh-fina/exchange_rates/[a]*.csv'),
    'month,currency,rate_to_eur\n2024-01,JPY,0.00628\n',
  );
  const places = ['--lake', join(folder, 'lake'), '--schemas', SCHEMAS];
  expect(await sluice(['sync', '--landing', join(folder, 'landing'), ...places])).toMatchObject({ code: 0 });
  expect(
    await sluice(['query', 'SELECT currency FROM exchange_rates', '--format', 'csv', ...places]),
  ).toEqual({
    code: 0,
    err: '',
    out: 'currency\r\nJPY\r\n',
  });
  const file = join(folder, 'landing/dwh-fina/exchange_rates/[a]*.csv');
  expect(await sluice(['validate', file, '--dataset', 'exchange_rates', '--schemas', SCHEMAS])).toMatchObject(
    { code: 0 },
  );
});
