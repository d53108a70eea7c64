// `sluice query` and `sluice status` over the bundled samples; the expected numbers are the samples' own.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { testTemp, useTemp } from '../support/temp.ts';
import { SCHEMAS, sluice, startSluice } from './harness.ts';
import { CONTRACT, makeShop, TAKINGS } from './shop.ts';

const folder = useTemp();
let places: string[];
let lake: string[];

beforeAll(async () => {
  lake = ['--lake', join(folder, 'lake'), '--schemas', SCHEMAS];
  places = ['--landing', join(folder, 'landing'), ...lake];
  expect((await sluice(['start', '--once', ...places])).code).toBe(0);
});

async function ask(sql: string, ...args: string[]) {
  return sluice(['query', sql, ...lake, ...args]);
}

async function rows(sql: string): Promise<string[]> {
  const { code, out, err } = await ask(sql, '--format', 'csv');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out.trimEnd().split('\r\n').slice(1);
}

const COUNTS: Record<string, number> = {
  billing: 15037,
  usage_daily: 324,
  user_daily: 1280,
  user_monthly: 611,
  resource_daily: 2044,
  resource_type_monthly: 30,
  spend_by_month: 3,
  aeroplanes: 22,
  aeroplane_models: 17,
  customers: 21,
  customer_groups: 12,
  orders: 26,
  trips: 21,
};

describe('query', () => {
  it('finds every table and insight by its name, in any case', async () => {
    const counts = Object.keys(COUNTS).map((name) => `SELECT '${name}', count(*) FROM ${name.toUpperCase()}`);
    expect(await rows(counts.join(' UNION ALL '))).toEqual(
      Object.entries(COUNTS).map(([name, n]) => `${name},${n}`),
    );
  });

  it('gives exact sums', async () => {
    expect(
      await rows(
        'SELECT currency, users, operations, credit_usage, credit_usage_change FROM spend_by_month ORDER BY 1',
      ),
    ).toEqual(['EUR,241,7494,-296.058765,', 'JPY,143,2024,-13240.964281,', 'USD,227,5519,-216.733773,']);
    expect(
      await rows('SELECT sum(revenue), CAST(sum(number_of_orders) AS BIGINT) FROM customer_revenue'),
    ).toEqual(['8190.63,24']);
  });

  const ODD = `SELECT * FROM (VALUES (1, 'a,"b"', 1.50, true, DATE '2024-02-29', [1, 2]), (22, 'two
lines', NULL, NULL, NULL, NULL), (-3, '', 12345678901234567890.25, false, NULL, [])) t(id, "the text", amount, flag, day, list)`;

  it('as a table: numbers to the right, NULL to be seen, a row a line', async () => {
    expect((await ask(ODD)).out).toBe(
      [
        'id  the text                     amount  flag   day         list',
        '──  ──────────  ───────────────────────  ─────  ──────────  ─────',
        ' 1  a,"b"                          1.50  true   2024-02-29  [1,2]',
        '22  two\\nlines                     NULL  NULL   NULL        NULL',
        '-3              12345678901234567890.25  false  NULL        []',
        '3 rows',
        '',
      ].join('\n'),
    );
  });

  it('as CSV: RFC 4180, NULL and an empty text apart', async () => {
    expect((await ask(ODD, '--format', 'csv')).out).toBe(
      'id,the text,amount,flag,day,list\r\n1,"a,""b""",1.50,true,2024-02-29,"[1,2]"\r\n22,"two\nlines",,,,\r\n-3,"",12345678901234567890.25,false,,[]\r\n',
    );
    expect((await ask('SELECT NULL AS n', '--format', 'csv')).out).toBe('n\r\n""\r\n');
  });

  it('as JSON: all digits, one object a row', async () => {
    const { out } = await ask(ODD, '--format', 'json');
    expect(out).toContain('"amount": 12345678901234567890.25');
    expect(JSON.parse(out)).toMatchObject([
      { id: 1, 'the text': 'a,"b"', amount: 1.5, flag: true, day: '2024-02-29', list: [1, 2] },
      { id: 22, 'the text': 'two\nlines', amount: null, flag: null, day: null, list: null },
      { id: -3, 'the text': '', flag: false, day: null, list: [] },
    ]);
    expect((await ask('FROM billing WHERE false', '--format', 'json')).out).toBe('[]\n');
  });

  it('keeps columns of one name, and columns that are numbers, in their order', async () => {
    expect((await ask('SELECT 1 AS a, 2 AS a, 3 AS "2", 4 AS "1"', '--format', 'csv')).out).toBe(
      'a,a,2,1\r\n1,2,3,4\r\n',
    );
  });

  it('shows a thousand rows of many, and as wide as the terminal', async () => {
    const { out } = await ask('SELECT user_id FROM billing');
    expect(out.split('\n')).toHaveLength(2 + 1000 + 2);
    expect(out).toContain('… 14,037 more rows: use --format csv\n');
    const narrow = await sluice(['query', `SELECT 1 AS a, repeat('x', 100) AS b`, ...lake], { columns: 20 });
    expect(narrow.out.split('\n')[2]).toBe('1  xxxxxxxxxxxxxxxx…');
  });

  it('reads standard input, and refuses what is no single query', async () => {
    expect(
      await sluice(['query', '-', ...lake, '--format', 'csv'], { input: '-- one\nSELECT 1 AS a;\n' }),
    ).toMatchObject({ code: 0, out: 'a\r\n1\r\n' });
    expect(await ask('SELECT 1; SELECT 2')).toMatchObject({
      code: 2,
      err: 'One query at a time, and these are 2.\n',
    });
    expect(await ask(' ')).toMatchObject({ code: 2, err: 'The query is empty.\n' });
    for (const sql of [
      'DELETE FROM billing',
      'CREATE TABLE x AS SELECT 1',
      `COPY (SELECT 1) TO '${folder}/x'`,
      'SET threads = 1',
    ])
      expect(await ask(sql)).toMatchObject({
        code: 1,
        out: '',
        err: expect.stringContaining('Only queries are answered'),
      });
  });

  it('says what is wrong without a stack', async () => {
    expect(await ask('SELECT * FROM user_dayly')).toMatchObject({
      code: 1,
      err: expect.stringContaining('Did you mean "user_daily"?\nThere are: '),
    });
    expect(await ask('SELECT nope FROM billing')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/Binder Error: .*"nope"/),
    });
    expect(await ask('SELEC 1')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^Parser Error: .*\n\n {2}LINE 1: SELEC 1\n {10}\^\n$/),
    });
  });

  it('ends quietly when its reader has seen enough', async () => {
    const running = startSluice(
      ['query', 'SELECT a.* FROM billing a, billing b', '--format', 'csv', ...lake],
      folder,
    );
    await running.line(/^2024,/);
    running.process.stdout?.destroy();
    expect(await running.ended).toMatchObject({ code: 0, err: '' });
  });
});

describe('status', () => {
  it('counts what the lake holds', async () => {
    const { code, out } = await sluice(['status', '--format', 'json', ...places]);
    expect(code).toBe(0);
    const { datasets, derived, unknown, deadLetters } = JSON.parse(out);
    const counted = Object.fromEntries(
      [...datasets, ...derived].map(({ dataset, name, rows }) => [dataset ?? name, rows]),
    );
    expect(counted).toMatchObject(COUNTS);
    expect(datasets.find(({ dataset }: { dataset: string }) => dataset === 'billing')).toMatchObject({
      package: 'billing',
      files: 4,
      quarantinedRows: 15,
      rejected: [],
      waiting: 0,
      vanished: 0,
      version: 1,
    });
    expect(datasets.find(({ dataset }: { dataset: string }) => dataset === 'customers')).toMatchObject({
      files: 2,
      rows: 21,
    });
    expect(derived.find(({ name }: { name: string }) => name === 'usage_daily')).toEqual({
      table: 'insights/usage_daily',
      name: 'usage_daily',
      partitions: 3,
      rows: 324,
      version: 1,
      stale: [],
      warnings: [],
      problems: [],
      behind: 0,
    });
    expect({ unknown, deadLetters }).toEqual({ unknown: [], deadLetters: [] });
    const text = (await sluice(['status', ...places])).out;
    expect(text).toMatch(/^billing +4 +15,037 +15 +0 +0 +0 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ +1$/m);
    expect(text).toMatch(/^user_daily +3 +1,280 +0 +0 +0 +1$/m);
  });

  it('says kindly that there is no lake, and makes none', async () => {
    const empty = testTemp();
    const none = join(empty, 'lake');
    const { code, err } = await sluice(['status', '--lake', none, '--schemas', SCHEMAS]);
    expect({ code, err }).toMatchObject({
      code: 1,
      err: expect.stringMatching(/There is no lake .*npx sluice start.*npx sluice sync/),
    });
    expect(await sluice(['query', 'SELECT 1', '--lake', none, '--schemas', SCHEMAS])).toMatchObject({
      code: 1,
    });
    await rm(empty, { recursive: false, force: true }).catch((error) =>
      expect(error.code).toBe('ERR_FS_EISDIR'),
    );
  });
});

it('says how a table is named that is called by a word of SQL', async () => {
  const shop = await makeShop();
  const resources = CONTRACT.resources.map((sales) => ({ ...sales, name: 'order' }));
  await shop.define(
    { ...CONTRACT, resources },
    TAKINGS.replace('over: sales', 'over: order').replace('FROM sales', 'FROM "order"'),
  );
  await sluice(['sync', ...shop.places]);
  const asked = (sql: string) => sluice(['query', sql, '--format', 'csv', ...shop.places.slice(2)]);
  expect((await asked('SELECT * FROM order')).err).toContain(
    'order is a reserved SQL keyword: write it as a table name with quotes, "order".',
  );
  expect((await asked('SELECT count(*) AS n FROM "order"')).out).toBe('n\r\n0\r\n');
});

it('says how a column is named that is called by a word of SQL, or by several', async () => {
  const shop = await makeShop();
  const [sales] = CONTRACT.resources;
  const fields = [
    ...(sales?.schema.fields ?? []),
    { name: 'at', type: 'string' },
    { name: 'net.sum', type: 'string' },
  ];
  await shop.define({ ...CONTRACT, resources: [{ ...sales, schema: { fields } }] }, TAKINGS);
  await shop.write('shop/day=2024-01-01/a.csv', 'till,amount,at,net.sum\na,1.50,x,y\n');
  await sluice(['sync', ...shop.places]);
  const asked = (sql: string) => sluice(['query', sql, '--format', 'csv', ...shop.places.slice(2)]);
  expect((await asked('SELECT min(at) FROM sales')).err).toMatch(
    /^Parser Error: [\s\S]*\nat is a reserved SQL keyword: write it as a column name with quotes, "at"\.\n$/,
  );
  expect((await asked('SELECT net.sum FROM sales')).err).toMatch(
    /^Binder Error: [\s\S]*\nnet\.sum is not a plain SQL name: write it as a column name with quotes, "net\.sum"\.\n$/,
  );
  expect((await asked('SELECT "at", "net.sum" FROM sales')).out).toBe('at,net.sum\r\nx,y\r\n');
});
