// Deliveries that are accepted and want a look: far fewer rows than before, a column that nobody knows beside one that is missing,
// the same rows under two names. Said once by sync and start, and by status as long as it stands.
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sluice, startSluice } from './harness.ts';
import { CONTRACT, makeShop, type Shop, TAKINGS } from './shop.ts';

const KEY = 'shop/day=2024-01-01/a.csv';
const [RESOURCE] = CONTRACT.resources;
const tills = (rows: number, amount = '1') => Array.from({ length: rows }, (_, i) => `t${i},${amount}`);

async function sync(shop: Shop) {
  const { code, out } = await sluice(['sync', '--format', 'json', ...shop.places]);
  return { code, ...JSON.parse(out) };
}

async function status(shop: Shop) {
  const { code, out } = await sluice(['status', '--format', 'json', ...shop.places]);
  expect(code).toBe(0);
  return JSON.parse(out).datasets[0];
}

async function textOf(shop: Shop, verb: string): Promise<string> {
  return (await sluice([verb, ...shop.places])).out;
}

describe('fewer than half of the rows that were there before', () => {
  const before = { accepted: 10, records: 10 };

  it('a file that was cut off', async () => {
    const shop = await makeShop();
    await shop.sell(KEY, ...tills(10));
    expect((await sync(shop)).shrunk).toEqual([]);
    await shop.sell(KEY, ...tills(5));
    expect((await sync(shop)).shrunk).toEqual([]);
    await shop.sell(KEY, ...tills(10));
    await sync(shop);
    await shop.sell(KEY, ...tills(4));
    const shrunk = { source: KEY, accepted: 4, records: 4, before, cause: 'fewer-records' };
    const synced = await sluice(['sync', ...shop.places]);
    expect(synced.code).toBe(0);
    const line = `${KEY} (sales): 4 rows accepted, 10 before: it has 4 records, previously 10: is it complete?`;
    expect(synced.out).toContain(`Fewer than half of the previous rows:\n  ${line}\n`);
    expect(synced.err).not.toContain('warning');
    expect((await status(shop)).shrunk).toEqual([shrunk]);
    expect(await textOf(shop, 'status')).toContain(line);
    expect((await sync(shop)).shrunk).toEqual([]);
    // The same bytes once more correct nothing; other ones are a new delivery.
    await shop.sell(KEY, ...tills(4));
    expect((await sync(shop)).shrunk).toEqual([{ dataset: 'sales', ...shrunk }]);
    await shop.sell(KEY, ...tills(3));
    expect((await sync(shop)).shrunk).toEqual([]);
    expect((await status(shop)).shrunk).toEqual([]);
  });

  it('a file most of whose rows are refused, now or by a new contract', async () => {
    const shop = await makeShop();
    await shop.sell(KEY, ...tills(10));
    await sync(shop);
    await shop.sell(KEY, ...tills(2), ...tills(9, '1,5'));
    expect(await sync(shop)).toMatchObject({
      code: 0,
      shrunk: [{ dataset: 'sales', source: KEY, accepted: 2, records: 11, before, cause: 'refused' }],
    });
    expect(await textOf(shop, 'status')).toContain(
      `${KEY} (sales): 2 rows accepted, 10 before: 9 of its 11 records are refused ("npx sluice rejects ${KEY}" shows why)`,
    );
    await shop.sell(KEY, ...tills(9), 't9,-1');
    await sync(shop);
    const fields = RESOURCE?.schema.fields.map((field) =>
      field.name === 'amount' ? { ...field, constraints: { maximum: 0 } } : field,
    );
    await shop.define({ ...CONTRACT, resources: [{ ...RESOURCE, schema: { fields } }] }, TAKINGS);
    expect((await sync(shop)).shrunk).toMatchObject([{ accepted: 1, records: 10, before, cause: 'refused' }]);
  });

  it('a file without records, of which the report alone is left', async () => {
    const shop = await makeShop();
    await shop.sell(KEY, ...tills(10));
    await sync(shop);
    await shop.sell(KEY);
    const shrunk = { source: KEY, accepted: 0, records: 0, before, cause: 'fewer-records' };
    expect((await sync(shop)).shrunk).toEqual([{ dataset: 'sales', ...shrunk }]);
    expect((await status(shop)).shrunk).toEqual([shrunk]);
  });

  it('in a replace dataset the file whose place the new one takes, whatever its name', async () => {
    const shop = await makeShop();
    const insight = TAKINGS.replace('partitionBy: [day]\n', '');
    await shop.define({ ...CONTRACT, resources: [{ ...RESOURCE, mode: 'replace' }] }, insight);
    await shop.sell(KEY, ...tills(10));
    await sync(shop);
    const next = 'shop/day=2024-01-02/b.csv';
    await shop.sell(next, ...tills(3));
    expect((await sync(shop)).shrunk).toMatchObject([
      { source: next, accepted: 3, before: { ...before, source: KEY } },
    ]);
    expect(await textOf(shop, 'status')).toContain(
      `${next} (sales): 3 rows accepted, 10 in ${KEY}, which it replaces: it has 3 records`,
    );
  });

  it('start says it in the line below', async () => {
    const shop = await makeShop();
    await shop.sell(KEY, ...tills(10));
    const running = startSluice(['start', ...shop.places], shop.folder);
    await running.line(/^Watching /);
    await shop.sell(KEY, ...tills(4));
    await running.line(/^sales day=2024-01-01 accepted 4 rows/);
    expect(await running.line(/before/)).toBe(
      '  4 rows accepted, 10 before: it has 4 records, previously 10: is it complete?',
    );
    running.process.kill('SIGINT');
    await running.ended;
  });
});

it('each has an event of its own in the log', async () => {
  const shop = await makeShop();
  await shop.sell(KEY, ...tills(10));
  await sync(shop);
  await shop.sell(KEY, ...tills(4));
  await shop.sell('shop/day=2024-01-01/copy.csv', ...tills(4));
  await shop.write('shop/day=2024-01-02/a.csv', 'till,total\nnorth,1\n');
  const { err } = await sluice(['sync', '--verbose', ...shop.places]);
  const events = err
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter(({ level }) => level === 'warn')
    .map(({ at: _, ...event }) => event);
  const warning = { level: 'warn', dataset: 'sales' };
  const rows = { rows: 4, quarantined: 0 };
  expect(events).toEqual([
    { ...warning, event: 'ingest.shrunk', source: KEY, ...rows, before: { accepted: 10, records: 10 } },
    { ...warning, event: 'ingest.duplicate', source: KEY, ...rows, copies: ['shop/day=2024-01-01/copy.csv'] },
    { ...warning, event: 'ingest.duplicate', source: 'shop/day=2024-01-01/copy.csv', ...rows, copies: [KEY] },
    {
      ...warning,
      event: 'ingest.unmatched',
      source: 'shop/day=2024-01-02/a.csv',
      missing: ['amount'],
      ignored: ['total'],
    },
  ]);
});

describe('columns that do not fit', () => {
  it('names files that lack an optional column and bring one that nobody knows, those of one kind together', async () => {
    const shop = await makeShop();
    for (const day of [1, 2, 3]) await shop.write(`shop/day=2024-01-0${day}/a.csv`, 'till,total\nnorth,1\n');
    await shop.write('shop/day=2024-01-04/a.csv', 'till,amount,more\nnorth,1,2\n');
    await shop.write('shop/day=2024-01-05/a.csv', 'till\nnorth\n');
    const labels = { missing: ['amount'], ignored: ['total'] };
    const unmatched = { ...labels, files: 3, first: 'shop/day=2024-01-01/a.csv' };
    const synced = await sluice(['sync', ...shop.places]);
    expect(synced.code).toBe(0);
    const line =
      'shop/day=2024-01-01/a.csv and 2 more files (sales): lack "amount" and bring "total", which match no field';
    expect(synced.out).toContain(line);
    expect(synced.out).toContain('"fieldsMatch": "equal" rejects such files');
    expect((await status(shop)).unmatched).toEqual([unmatched]);
    expect(await textOf(shop, 'status')).toContain(line);
    expect((await sync(shop)).unmatched).toEqual([]);
    const validated = await sluice([
      'validate',
      join(shop.landing, unmatched.first),
      '--dataset',
      'sales',
      ...shop.places.slice(4),
    ]);
    expect(validated.out).toContain('Missing optional columns: amount');
    const partial = { ...RESOURCE?.schema, fieldsMatch: 'partial' };
    await shop.define({ ...CONTRACT, resources: [{ ...RESOURCE, schema: partial }] }, TAKINGS);
    expect(await sync(shop)).toMatchObject({ code: 0, unmatched: [] });
    expect((await status(shop)).unmatched).toEqual([]);
  });

  it('of a file without rows too', async () => {
    const shop = await makeShop();
    await shop.write(KEY, 'till,total\n');
    await sync(shop);
    expect((await status(shop)).unmatched).toMatchObject([{ files: 1, first: KEY }]);
  });
});

describe('the same rows under two names', () => {
  const COPY = 'shop/day=2024-01-01/copy.csv';

  it('are named, however the copy is written, and wherever it lies', async () => {
    const shop = await makeShop();
    const text = 'till,amount\nnorth,1\nsouth,2\n';
    await shop.write(KEY, text);
    expect((await sync(shop)).duplicates).toEqual([]);
    await copyFile(join(shop.landing, KEY), join(shop.landing, COPY));
    const synced = await sluice(['sync', ...shop.places]);
    expect(synced.code).toBe(0);
    expect(synced.out).toContain(
      `Same text or same rows in more than one file:\n  ${KEY}, ${COPY} (sales)\n  If one was sent`,
    );
    expect((await status(shop)).duplicates).toEqual([[KEY, COPY]]);
    expect(await textOf(shop, 'status')).toContain(`  ${KEY}, ${COPY} (sales)\n`);
    expect((await sync(shop)).duplicates).toEqual([]);
    await shop.write(COPY, text.replace('2', '3'));
    await sync(shop);
    expect((await status(shop)).duplicates).toEqual([]);

    for (const copy of [`\uFEFF${text}`, text.replaceAll('\n', '\r\n'), `${text}east,none\n`]) {
      await shop.write(COPY, copy);
      expect((await sync(shop)).duplicates, copy).toEqual([{ dataset: 'sales', sources: [KEY, COPY] }]);
    }
    const elsewhere = 'shop/day=2024-01-02/a.csv';
    await shop.write(elsewhere, text);
    expect((await sync(shop)).duplicates).toEqual([{ dataset: 'sales', sources: [KEY, elsewhere] }]);
  });

  it('packed or not', async () => {
    const shop = await makeShop();
    await shop.define(
      { ...CONTRACT, resources: [{ ...RESOURCE, path: 'shop/day=*/*.{csv,csv.gz}', format: 'csv' }] },
      TAKINGS,
    );
    await shop.sell(KEY, 'north,1');
    await writeFile(join(shop.landing, `${KEY}.gz`), gzipSync('till,amount\nnorth,1\n'));
    expect((await sync(shop)).duplicates).toEqual([{ dataset: 'sales', sources: [KEY, `${KEY}.gz`] }]);
  });

  it('are no matter where they are empty, where the contract allows them, and where they add up to nothing', async () => {
    const shop = await makeShop();
    await shop.sell(KEY);
    await shop.sell(COPY);
    expect((await sync(shop)).duplicates).toEqual([]);
    await shop.sell(KEY, 'north,1');
    await shop.sell(COPY, 'north,1');
    await shop.define({ ...CONTRACT, resources: [{ ...RESOURCE, duplicates: 'allow' }] }, TAKINGS);
    expect((await sync(shop)).duplicates).toEqual([]);
    expect((await status(shop)).duplicates).toEqual([]);
    // No hash of the contract changed: the files are what they were, and are named again.
    await shop.define(CONTRACT, TAKINGS);
    expect((await status(shop)).duplicates).toEqual([[KEY, COPY]]);
    expect((await sync(shop)).totals.unchanged).toBe(2);
  });

  it('start says which', async () => {
    const shop = await makeShop();
    await shop.sell(KEY, 'north,1');
    const running = startSluice(['start', ...shop.places], shop.folder);
    await running.line(/^Watching /);
    await copyFile(join(shop.landing, KEY), join(shop.landing, COPY));
    await running.line(/^sales day=2024-01-01 accepted 1 row/);
    expect(await running.line(/same rows/)).toBe(
      `  it has the same rows as ${KEY}, so they are counted more than once`,
    );
    running.process.kill('SIGINT');
    await running.ended;
  });
});
