// `sluice query --output`: exact values in each format, and never a file that is half or lost.
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import type { Row, SqlEngine } from '../../lib/ports.ts';
import { readParquet } from '../../lib/sql/quoting.ts';
import { testTemp, useTemp } from '../support/temp.ts';
import { sluice, startSluice } from './harness.ts';
import { makeShop, type Shop } from './shop.ts';

const folder = useTemp();
let shop: Shop;
let engine: SqlEngine & { close(): void };
beforeAll(async () => {
  engine = await openDuckDb({ threads: 1 });
  shop = await makeShop(folder);
  await shop.sell('shop/day=2024-01-01/a.csv', 'north,1.50', 'south,12345678.25', ',9');
  await shop.sell('shop/day=2024-01-02/a.csv', 'west,');
  expect((await sluice(['sync', ...shop.places])).code).toBe(0);
});
afterAll(() => engine.close());

const write = (sql: string, file: string, ...more: string[]) =>
  sluice(['query', sql, '--lake', shop.lake, '--output', file, ...more]);
const parquetRows = (file: string, select = '*'): Promise<Row[]> =>
  engine.session((session) => session.rows(`SELECT ${select} FROM ${readParquet(file)}`));
const parquetTypes = (file: string) =>
  engine.session(async (session) =>
    Object.fromEntries(
      (await session.describe(`FROM ${readParquet(file)}`)).map(({ name, type }) => [name, type]),
    ),
  );

const SALES = `SELECT *, sum(1) OVER () AS n, TIMESTAMPTZ '2024-02-29 10:00:00.123456+02' AS utc FROM sales
  ORDER BY till DESC; -- the last first`;

describe('a file', () => {
  it('has the same CSV and JSON as standard output', async () => {
    for (const format of ['csv', 'json']) {
      const file = join(testTemp(), `sales.${format.toUpperCase()}`);
      expect(await write(SALES, file)).toEqual({
        code: 0,
        err: '',
        out: expect.stringMatching(/sales\.\w+: 3 rows\n$/),
      });
      const { out } = await sluice(['query', SALES, '--lake', shop.lake, '--format', format]);
      expect(await readFile(file, 'utf8')).toBe(out);
    }
    const named = join(testTemp(), 'sales.txt');
    expect((await write('SELECT 1 AS a', named, '--format', 'csv')).code).toBe(0);
    expect(await readFile(named, 'utf8')).toBe('a\r\n1\r\n');
  });

  it('of Parquet has the rows in their order, with exact decimals and times', async () => {
    const file = join(testTemp(), 'sales.parquet');
    expect((await write(SALES, file)).code).toBe(0);
    expect(await parquetTypes(file)).toEqual({
      day: 'DATE',
      till: 'VARCHAR',
      amount: 'DECIMAL(10,2)',
      n: 'DECIMAL(38,0)',
      utc: 'TIMESTAMP WITH TIME ZONE',
    });
    expect(await parquetRows(file, 'till, amount, n, epoch_us(utc) AS us')).toEqual([
      { till: 'west', amount: null, n: '3', us: 1709193600123456 },
      { till: 'south', amount: '12345678.25', n: '3', us: 1709193600123456 },
      { till: 'north', amount: '1.50', n: '3', us: 1709193600123456 },
    ]);
  });

  it('of Parquet keeps each value of every type of DuckDB, nested ones too', async () => {
    const file = join(testTemp(), 'all.parquet');
    // Beyond 38 digits there is no decimal; of a union Parquet keeps the parts as a struct.
    const types = 'SELECT * EXCLUDE (hugeint, uhugeint, "union") FROM test_all_types()';
    const big = '12345678901234567890123456789012345678';
    const nested = `SELECT [${big}::HUGEINT, -1] AS l, {'HUGEINT': ${big}::HUGEINT, 'b': INTERVAL '1.000001 s'} AS s, MAP {'k': 1::UHUGEINT} AS m`;
    for (const sql of [types, nested]) {
      expect(await write(sql, file)).toMatchObject({ code: 0 });
      const texts = 'CAST(COLUMNS(*) AS VARCHAR)';
      const expected = await engine.session((session) => session.rows(`SELECT ${texts} FROM (${sql})`));
      expect(await parquetRows(file, texts)).toEqual(expected);
    }
    expect(await write('SELECT 170141183460469231731687303715884105727::HUGEINT AS h', file)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^Conversion Error: .*DECIMAL\(38,0\)/),
    });
  });

  it('of Parquet takes any query: columns of one name, comments, DESCRIBE, PIVOT, none at all', async () => {
    const file = join(testTemp(), 'odd.parquet');
    expect((await write('SELECT 1 AS a, 2 AS a, 3 AS "b""c" -- ;', file)).code).toBe(0);
    expect(await parquetRows(file)).toEqual([{ a: 1, 'a:1': 2, 'b"c': 3 }]);
    expect((await write('DESCRIBE sales;', file)).code).toBe(0);
    expect(await parquetRows(file, 'column_name AS c, column_type AS t')).toEqual([
      { c: 'day', t: 'DATE' },
      { c: 'till', t: 'VARCHAR' },
      { c: 'amount', t: 'DECIMAL(10,2)' },
    ]);
    expect((await write('SHOW TABLES', file)).out).toMatch(/: 2 rows\n$/);
    expect(await parquetRows(file)).toEqual([{ name: 'sales' }, { name: 'takings' }]);
    const pivot = "PIVOT (SELECT till, amount FROM sales) ON till IN ('north', 'south') USING sum(amount)";
    expect((await write(pivot, file)).code).toBe(0);
    expect(await parquetRows(file)).toEqual([{ north: '1.50', south: '12345678.25' }]);
    expect((await write('FROM sales WHERE false', file)).out).toMatch(/: 0 rows\n$/);
    expect(await parquetRows(file)).toEqual([]);
  });
});

describe('the file that was there', () => {
  it('stays if the query fails, early or late, or was no query, and nothing lies beside it', async () => {
    const place = testTemp();
    const late = "SELECT CASE WHEN range = 999999 THEN error('late') ELSE range END AS n FROM range(1000000)";
    for (const format of ['csv', 'json', 'parquet']) {
      const file = join(place, `x.${format}`);
      await writeFile(file, 'before');
      for (const sql of ['SELEC 1', 'FROM nope', 'SELECT 1; SELECT 2', 'DELETE FROM sales', late])
        expect((await write(sql, file)).code, sql).toBeGreaterThan(0);
      expect(await readFile(file, 'utf8')).toBe('before');
    }
    expect((await readdir(place)).sort()).toEqual(['x.csv', 'x.json', 'x.parquet']);
  });

  it('is replaced where a link leads, and keeps who may read it', async () => {
    const place = testTemp();
    await writeFile(join(place, 'real.csv'), 'before');
    await chmod(join(place, 'real.csv'), 0o600);
    await symlink('real.csv', join(place, 'link.csv'));
    expect((await write('SELECT 1 AS a', join(place, 'link.csv'))).code).toBe(0);
    expect(await readFile(join(place, 'real.csv'), 'utf8')).toBe('a\r\n1\r\n');
    expect((await stat(join(place, 'real.csv'))).mode & 0o777).toBe(0o600);
    expect((await readdir(place)).sort()).toEqual(['link.csv', 'real.csv']);
  });

  it('is left whole by Ctrl-C', async () => {
    const place = testTemp();
    await writeFile(join(place, 'x.csv'), 'before');
    const endless = 'SELECT range AS n FROM range(1000000000000)';
    const running = startSluice(['query', endless, '--lake', shop.lake, '--output', 'x.csv'], place);
    const isWriting = async () => {
      const sizes = await Promise.all(
        (await readdir(place)).map(async (name) =>
          name === 'x.csv' ? 0 : (await stat(join(place, name))).size,
        ),
      );
      return sizes.some((size) => size > 0);
    };
    await expect.poll(isWriting, { timeout: 30_000 }).toBe(true);
    running.process.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 130, err: 'The query was interrupted.\n' });
    expect(await readdir(place)).toEqual(['x.csv']);
    expect(await readFile(join(place, 'x.csv'), 'utf8')).toBe('before');
  });
});

describe('--output refuses', () => {
  it.each([
    ['x.xlsx', [], 2, 'the ending says none of the formats'],
    ['x', [], 2, 'the ending says none of the formats'],
    ['x.jsn', [], 2, 'Did you mean "json"?'],
    ['x.csv', ['--format', 'table'], 2, 'is for a screen'],
    ['s3://bucket/x.csv', [], 2, 'write a local file'],
    ['nowhere/x.csv', [], 1, 'create it first'],
    ['folder.csv', [], 1, 'that is a folder'],
    ['/dev/null', ['--format', 'csv'], 1, 'a device or a pipe'],
    ['lake/tables/sales/x.parquet', [], 1, "only Sluice's own files belong"],
    ['inner.csv', [], 1, "only Sluice's own files belong"],
  ])('%s %j', async (name, more, code, message) => {
    await mkdir(join(folder, 'folder.csv'), { recursive: true });
    await symlink(join(shop.lake, 'x.csv'), join(folder, 'inner.csv')).catch(() => undefined);
    await writeFile(join(shop.lake, 'x.csv'), '');
    const file = /^(\/|s3:)/.test(name) ? name : join(folder, name);
    expect(await write('FROM sales', file, ...more)).toEqual({
      code,
      out: '',
      err: expect.stringContaining(message),
    });
    expect(await readdir(join(shop.lake, 'tables/sales'))).not.toContain('x.parquet');
  });

  it('to write for SQL: Parquet opens no other file, and no text ends our statement', async () => {
    const place = testTemp();
    await writeFile(join(place, 'secret.csv'), 'a\nword4711\n');
    for (const sql of [
      `FROM '${place}/secret.csv'`,
      `FROM '${place}/out.parquet'`,
      `SELECT 1) TO '${shop.lake}/evil.csv' (FORMAT csv); --`,
      `SELECT 1); COPY (SELECT 1) TO '${shop.lake}/evil.csv'; SELECT (1`,
      `COPY (SELECT 1) TO '${shop.lake}/evil.csv'`,
      'SELECT 1 /*',
    ]) {
      const { code, err } = await write(sql, join(place, 'out.parquet'));
      expect(code, sql).toBeGreaterThan(0);
      expect(err).not.toContain('word4711');
    }
    expect(await readdir(place)).toEqual(['secret.csv']);
    expect(await readdir(shop.lake)).not.toContain('evil.csv');
  });

  it('a format that is for files alone', async () => {
    expect(await sluice(['query', 'SELECT 1', '--lake', shop.lake, '--format', 'parquet'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('pass --output FILE'),
    });
  });
});
