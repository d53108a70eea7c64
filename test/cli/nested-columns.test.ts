// Every verb over an insight whose columns are lists and structs: it is published, asked, compared, explained and certified.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sluice } from './harness.ts';
import { CONTRACT, makeShop, type Shop } from './shop.ts';

const A = 'shop/day=2024-05-01/a.csv';
const B = 'shop/day=2024-05-02/b.csv';

const insight = (select: string, more = '') =>
  `/* ---\nover: sales\npartitionBy: [day]\nkey: [till]\nheadline: true\n${more}--- */\n${select}\n`;
const COLUMNS = `list(amount ORDER BY amount) AS amounts, {'n': count(*), 'of all': {'most': max(amount)}} AS "so many"`;
const BASKETS = insight(
  `SELECT day, till, ${COLUMNS} FROM sales GROUP BY day, till`,
  'audits:\n  - {name: not many, sql: SELECT * FROM this WHERE len(amounts) > 3}\n',
);

async function shopOfLists(): Promise<Shop> {
  const shop = await makeShop();
  await shop.define(CONTRACT, BASKETS);
  await shop.sell(A, 'north,1.00', 'north,0.50', '"so, ""<b>"" it\'s",7');
  await shop.sell(B, 'north,12345678.90', 'south,');
  await said(shop, 'sync');
  return shop;
}

/** What is printed; the verb must end well. */
async function said(shop: Shop, verb: string, ...words: string[]): Promise<string> {
  const places = ['query', 'explain', 'check'].includes(verb) ? shop.places.slice(2) : shop.places;
  const { code, out, err } = await sluice([verb, ...words, ...places]);
  expect(err).not.toMatch(/warning|rror/);
  expect(`${code} ${err}`).toMatch(/^0 /);
  return out;
}

describe('an insight of lists and structs', () => {
  it('is asked as a table, CSV, JSON and Parquet, by its fields and elements', async () => {
    const shop = await shopOfLists();
    const sql = 'FROM takings ORDER BY day, till';
    expect(await said(shop, 'query', sql)).toContain(
      '2024-05-01  so, "<b>" it\'s  [7.00]         {"n":1,"of all":{"most":7.00}}',
    );
    expect((await said(shop, 'query', sql, '--format', 'csv')).split('\r\n')).toEqual([
      'day,till,amounts,so many',
      '2024-05-01,north,"[0.50,1.00]","{""n"":2,""of all"":{""most"":1.00}}"',
      '2024-05-01,"so, ""<b>"" it\'s",[7.00],"{""n"":1,""of all"":{""most"":7.00}}"',
      '2024-05-02,north,[12345678.90],"{""n"":1,""of all"":{""most"":12345678.90}}"',
      '2024-05-02,south,[null],"{""n"":1,""of all"":{""most"":null}}"',
      '',
    ]);
    expect(await said(shop, 'query', `${sql} LIMIT 1`, '--format', 'json')).toBe(
      '[\n  {"day": "2024-05-01", "till": "north", "amounts": [0.50,1.00], "so many": {"n":2,"of all":{"most":1.00}}}\n]\n',
    );
    const fields = `SELECT till, "so many"."of all".most AS most FROM (SELECT *, unnest(amounts) AS one FROM takings) WHERE one < 1`;
    expect(await said(shop, 'query', fields, '--format', 'csv')).toBe('till,most\r\nnorth,1.00\r\n');
    const file = join(shop.folder, 'all.parquet');
    await said(shop, 'query', sql, '--output', file);
    expect((await readFile(file)).subarray(0, 4).toString()).toBe('PAR1');
  });

  it('says what moved in it, as of its versions, and is certified', async () => {
    const shop = await shopOfLists();
    await shop.sell(A, 'north,1.00', 'north,0.75');
    await said(shop, 'sync');
    const diff = await said(shop, 'explain', 'takings', '--diff', '1..2');
    expect(diff).toMatch(/changed +2024-05-01 +north +\[0\.50,1\.00\] → \[0\.75,1\.00\] +\{/);
    expect(diff).toMatch(
      /removed +2024-05-01 +so, "<b>" it's +\[7\.00\] +\{"n":1,"of all":\{"most":7\.00\}\}/,
    );
    const json = JSON.parse(await said(shop, 'explain', 'takings', '--diff', '1..2', '--format', 'json'));
    expect(json.rows[0]).toMatchObject({
      change: 'changed',
      old: { amounts: [0.5, 1], 'so many': { n: 2, 'of all': { most: 1 } } },
      new: { amounts: [0.75, 1] },
    });
    expect(
      await said(
        shop,
        'query',
        "SELECT amounts FROM takings WHERE till = 'north'",
        '--as-of',
        '1',
        '--format',
        'csv',
      ),
    ).toBe('amounts\r\n"[0.50,1.00]"\r\n[12345678.90]\r\n');
    expect(await said(shop, 'explain', 'takings', 'day=2024-05-01')).toContain(A);
    expect(await said(shop, 'certify', '--recount')).toMatch(/everything|adds up|certified/i);
    await said(shop, 'status');
    await said(shop, 'maintain');
    await said(shop, 'page', '--out', join(shop.folder, 'page'));
  });

  it('keeps a partition back whose audit of a list fails, and takes another type for a column', async () => {
    const shop = await shopOfLists();
    await shop.sell(A, 'north,1', 'north,2', 'north,3', 'north,4');
    const { code, out, err } = await sluice(['sync', ...shop.places]);
    expect({ code, text: `${out}${err}` }).toMatchObject({
      code: 3,
      text: expect.stringContaining('audit not many: 1 offending row, such as'),
    });
    expect(`${out}${err}`).toContain('amounts: "[1.00, 2.00, 3.00, 4.00]"');
    await shop.define(
      CONTRACT,
      BASKETS.replace('> 3', '> 4').replace("'n': count(*)", "'n': [count(*)], 'd': max(day)"),
    );
    await said(shop, 'sync');
    expect(
      await said(
        shop,
        'query',
        'SELECT "so many" AS s FROM takings ORDER BY day DESC, till LIMIT 1',
        '--format',
        'csv',
      ),
    ).toBe('s\r\n"{""n"":[1],""d"":""2024-05-02"",""of all"":{""most"":12345678.90}}"\r\n');
    const check = await said(shop, 'check', 'takings');
    expect(check).toContain('struct<n:array<long>,d:date,"of all":struct<most:decimal(10,2)>>');
    await said(shop, 'certify');
  });

  it('feeds an insight that takes lists apart', async () => {
    const shop = await shopOfLists();
    const place = join(shop.folder, 'schemas', 'shop', 'insights', 'amounts.sql');
    await writeFile(
      place,
      `/* ---\nover: takings\npartitionBy: [day]\n--- */\nSELECT day, amount, list(DISTINCT till ORDER BY till) AS tills, max("so many".n) AS most
FROM (SELECT day, till, "so many", unnest(amounts) AS amount FROM takings) GROUP BY day, amount\n`,
    );
    await said(shop, 'sync');
    expect(await said(shop, 'query', 'FROM amounts ORDER BY ALL LIMIT 2', '--format', 'csv')).toBe(
      'day,amount,tills,most\r\n2024-05-01,0.50,"[""north""]",2\r\n2024-05-01,1.00,"[""north""]",2\r\n',
    );
  });
});
