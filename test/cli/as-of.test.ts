// `sluice query --as-of`: tables and insights as they were, by version and by time.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { vacuumTable } from '../../lib/delta/vacuum.ts';
import { parseAsOf } from '../../lib/lake/as-of.ts';
import { openLake } from '../../lib/local/open-lake.ts';
import { sluice } from './harness.ts';
import { CONTRACT, makeShop, type Shop, TAKINGS } from './shop.ts';

async function ask(shop: Shop, sql: string, ...args: string[]) {
  return sluice(['query', sql, '--format', 'csv', ...args, ...shop.places.slice(2)]);
}

async function sync(shop: Shop): Promise<void> {
  expect(await sluice(['sync', ...shop.places])).toMatchObject({
    code: 0,
    err: expect.not.stringContaining('error'),
  });
}

/** The times of a table's commits by its log, oldest first. */
async function commitTimes(shop: Shop, table: string): Promise<string[]> {
  const { out } = await sluice(['history', table, '--format', 'json', ...shop.places.slice(2)]);
  return JSON.parse(out)
    .versions.map(({ committedAt }: { committedAt: string }) => committedAt)
    .reverse();
}

/** Two days, then the first of them corrected, and a column more. */
async function changedShop(): Promise<Shop> {
  const shop = await makeShop();
  await shop.sell('shop/day=2024-01-01/a.csv', 'north,1.50');
  await shop.sell('shop/day=2024-01-02/b.csv', 'north,7');
  await sync(shop);
  await shop.sell('shop/day=2024-01-01/a.csv', 'north,2.50', 'south,1');
  await sync(shop);
  return shop;
}

it('shows every version of a table, and the newest before a time, of all tables together', async () => {
  const shop = await changedShop();
  const takings = 'SELECT till, takings FROM takings ORDER BY day, till';
  const first = 'till,takings\r\nnorth,1.50\r\nnorth,7.00\r\n';
  const second = 'till,takings\r\nnorth,2.50\r\nsouth,1.00\r\nnorth,7.00\r\n';
  expect(await ask(shop, takings, '--as-of', '0')).toMatchObject({ code: 0, out: 'till,takings\r\n' });
  expect(await ask(shop, takings, '--as-of', '1')).toMatchObject({ code: 0, out: first });
  expect(await ask(shop, takings, '--as-of', '2')).toMatchObject({ code: 0, out: second });
  const [, ingested = ''] = await commitTimes(shop, 'sales');
  const [, computed = '', corrected = ''] = await commitTimes(shop, 'takings');
  const both = `SELECT (SELECT sum(amount) FROM sales) AS sales, (SELECT sum(takings) FROM takings) AS takings`;
  expect((await ask(shop, both, '--as-of', computed)).out).toBe('sales,takings\r\n8.50,8.50\r\n');
  expect((await ask(shop, both, '--as-of', corrected)).out).toBe('sales,takings\r\n10.50,10.50\r\n');
  expect((await ask(shop, both, '--as-of', ingested)).out).toBe('sales,takings\r\n8.50,\r\n');
  const today = new Date().toISOString().slice(0, 10);
  expect((await ask(shop, takings, '--as-of', today)).out).toBe(second);
});

it('shows the columns of then', async () => {
  const shop = await changedShop();
  await shop.define(CONTRACT, TAKINGS.replace('AS takings FROM', 'AS takings, count(*) AS sales FROM'));
  await sync(shop);
  expect((await ask(shop, "FROM takings WHERE till = 'south'")).out).toBe(
    'day,till,takings,sales\r\n2024-01-01,south,1.00,1\r\n',
  );
  expect((await ask(shop, "FROM takings WHERE till = 'south'", '--as-of', '2')).out).toBe(
    'day,till,takings\r\n2024-01-01,south,1.00\r\n',
  );
});

it('says what is wrong with the version, the time, and both', async () => {
  const shop = await changedShop();
  const both = 'SELECT * FROM sales, takings';
  const refused = async (sql: string, asOf: string) => {
    const { code, out, err } = await ask(shop, sql, '--as-of', asOf);
    expect(out).toBe('');
    return `${code} ${err}`;
  };
  expect(await refused('FROM takings', '3')).toMatch(
    /^1 insights\/takings has no version 3: its newest is 2, of \d{4}-/,
  );
  expect(await refused('FROM takings', '2020-01-01')).toMatch(
    /^1 takings did not exist yet at 2020-01-01: "npx sluice history takings"/,
  );
  expect(await refused('FROM takings', '2024-02-30')).toMatch(
    /^2 --as-of 2024-02-30 is not a version or a valid time: write/,
  );
  expect(await refused(both, '1')).toMatch(
    /^2 --as-of 1 is a version, and each table counts its own: the query names sales, takings\. Use a time/,
  );
});

it('says that the files of a version were swept, and not that the lake is broken', async () => {
  const shop = await changedShop();
  const local = await openLake(
    { landing: shop.landing, lake: shop.lake, schemas: join(shop.folder, 'schemas') },
    () => {},
  );
  const swept = await vacuumTable(local.effects, 'insights/takings', { retentionMs: 0 }).finally(local.close);
  expect(swept).toMatchObject({ files: 1, finished: true });
  expect(await ask(shop, 'FROM takings')).toMatchObject({ code: 0 });
  expect(await ask(shop, 'FROM takings', '--as-of', '2')).toMatchObject({ code: 0 });
  expect(await ask(shop, 'FROM takings', '--as-of', '1')).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringMatching(
      /^Version 1 of insights\/takings cannot be read any more: .*swept by "sluice maintain" after 0 days/,
    ),
  });
});

it('reads versions, days and instants', () => {
  const ms = (text: string) => {
    const asOf = parseAsOf(text);
    return asOf && 'ms' in asOf ? new Date(asOf.ms).toISOString() : asOf?.version;
  };
  expect(ms('17')).toBe(17);
  expect(ms('2024-02-29')).toBe('2024-02-29T23:59:59.999Z');
  expect(ms('2024-02-29T10:00')).toBe('2024-02-29T10:00:59.999Z');
  expect(ms('2024-02-29 10:00:05')).toBe('2024-02-29T10:00:05.999Z');
  expect(ms('2024-02-29T10:00:05.5Z')).toBe('2024-02-29T10:00:05.599Z');
  expect(ms('2024-02-29T10:00:05.123456+02:00')).toBe('2024-02-29T08:00:05.123Z');
  for (const wrong of [
    '',
    '-1',
    '1.5',
    '2023-02-29',
    '2024-01-01T25:00',
    '2024-01-01T10',
    'yesterday',
    '2024-1-1',
  ])
    expect(ms(wrong), wrong).toBeUndefined();
});
