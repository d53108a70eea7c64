// What a user is told, and with which exit code, when a lake was restored, cut, damaged or written to by another program; and that
// the way out that is named works.
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { fileStore } from '../../lib/adapters/file-store.ts';
import { type ForeignOperation, writeForeign } from '../support/foreign-writer.ts';
import { sluice } from './harness.ts';
import { CONTRACT, makeShop, type Shop, TAKINGS } from './shop.ts';

const A = 'shop/day=2024-05-01/a.csv';
const B = 'shop/day=2024-05-02/b.csv';

let sql: Awaited<ReturnType<typeof openDuckDb>>;
let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'sluice-other-hands-'));
  sql = await openDuckDb({ threads: 1, tempDirectory: join(scratch, 'spill') });
});
afterAll(async () => {
  sql.close();
  await rm(scratch, { recursive: true });
});

async function twoDays(): Promise<Shop> {
  const shop = await makeShop();
  await shop.sell(A, 'north,1.00', 'south,2.00');
  await shop.sell(B, 'north,4.00');
  expect((await sluice(['sync', ...shop.places])).code).toBe(0);
  return shop;
}

async function takings(shop: Shop): Promise<string> {
  const select = 'SELECT day, till, takings FROM takings ORDER BY ALL';
  return (await sluice(['query', select, '--format', 'csv', ...shop.places.slice(2)])).out.replaceAll(
    '\r',
    '',
  );
}

const BOTH = 'day,till,takings\n2024-05-01,north,1.00\n2024-05-01,south,2.00\n2024-05-02,north,4.00\n';
const entry = (version: number) => `_delta_log/${String(version).padStart(20, '0')}.json`;

function foreign(shop: Shop, prefix: string, operation: ForeignOperation): Promise<boolean> {
  return writeForeign(sql, scratch, fileStore(shop.lake, { durable: false }), prefix, operation, 0);
}

/** The code and all that is printed. */
async function said(verb: string, shop: Shop, ...words: string[]): Promise<{ code: number; text: string }> {
  const { code, out, err } = await sluice([verb, ...words, ...shop.places]);
  expect(`${out}${err}`).not.toMatch(/unexpected error|\n {4}at /);
  return { code, text: `${out}${err}` };
}

async function isWell(shop: Shop): Promise<void> {
  for (const verb of ['sync', 'status', 'certify'])
    expect(await said(verb, shop), verb).toMatchObject({ code: 0 });
}

test.each(['DELETE', 'UPDATE', 'INSERT', 'OPTIMIZE', 'DELETE FILES'] as const)(
  'a %s of another program on a table of source files is named, taken back, and said',
  async (operation) => {
    const shop = await twoDays();
    expect(await foreign(shop, 'tables/sales', operation)).toBe(true);
    const line = `tables/sales, version 2: ${operation} by delta-rs:1.6.2`;
    expect(await said('status', shop)).toMatchObject({ code: 3, text: expect.stringContaining(line) });
    expect(await said('certify', shop)).toMatchObject({
      code: 3,
      text: expect.stringContaining(`tables/sales was changed by another program, version 2: ${operation}`),
    });
    const sync = await said('sync', shop);
    expect(sync).toMatchObject({ code: 3, text: expect.stringContaining(line) });
    expect(await takings(shop)).toBe(BOTH);
    await isWell(shop);
  },
);

test('rows that another program wrote into an insight go at the next sync, which says whose they were', async () => {
  const shop = await twoDays();
  await foreign(shop, 'insights/takings', 'UPDATE');
  expect(await takings(shop)).not.toBe(BOTH);
  const { code, text } = await said('sync', shop);
  expect({ code, text }).toMatchObject({
    code: 3,
    text: expect.stringContaining('insights/takings, version 2: UPDATE by delta-rs:1.6.2'),
  });
  expect(await takings(shop)).toBe(BOTH);
  await isWell(shop);
});

test('where the data files of a source are gone as well, landing brings them back, or nothing is changed', async () => {
  const shop = await twoDays();
  await foreign(shop, 'tables/sales', 'DELETE');
  await rm(join(shop.lake, 'tables/sales/day=2024-05-01'), { recursive: true });
  expect((await said('sync', shop)).code).toBe(3);
  expect(await takings(shop)).toBe(BOTH);

  await foreign(shop, 'tables/sales', 'DELETE FILES');
  const log = await readFile(join(shop.lake, 'tables/sales', entry(4)), 'utf8');
  const lost = decodeURIComponent(/"path":"([^"]+)"/.exec(log)?.[1] ?? '');
  await rm(join(shop.lake, 'tables/sales', lost));
  const source = lost.includes('05-01') ? A : B;
  const kept = await readFile(join(shop.landing, source));
  await shop.remove(source);
  const refused = await said('sync', shop);
  expect(refused.code).toBe(1);
  expect(refused.text).toContain(`Nothing of sales was changed:\n    ${source}\n`);
  expect(refused.text).toContain('held back with it: takings');
  await writeFile(join(shop.landing, source), kept);
  expect((await said('sync', shop)).code).toBe(3);
  expect(await takings(shop)).toBe(BOTH);
});

test('a restored table: what is computed from it follows, and no receipt names a file that had no part', async () => {
  const shop = await twoDays();
  const backup = join(shop.folder, 'backup');
  await cp(join(shop.lake, 'tables/sales'), backup, { recursive: true });
  await shop.sell(B, 'north,5.00');
  expect((await said('sync', shop)).code).toBe(0);
  await rm(join(shop.lake, 'tables/sales'), { recursive: true });
  await cp(backup, join(shop.lake, 'tables/sales'), { recursive: true });
  for (const verb of ['status', 'certify'])
    expect(await said(verb, shop)).toMatchObject({
      code: 3,
      text: expect.stringContaining('was computed from version 2 of tables/sales, which has 1 as its newest'),
    });
  // The corrected file comes again, in another commit of the same number.
  await shop.sell(B, 'north,6.00');
  expect((await said('sync', shop)).code).toBe(0);
  expect(await takings(shop)).toBe(BOTH.replace('4.00', '6.00'));
  const receipt = JSON.parse((await sluice(['explain', 'takings', '--json', ...shop.places.slice(2)])).out);
  expect(receipt.lost).toEqual([]);
  expect(receipt.sources.map(({ source }: { source: string }) => source)).toEqual([A, B]);
  await isWell(shop);
});

test('an entry that is lost, emptied or cut is named by status and certify, with a way out that works', async () => {
  const shop = await twoDays();
  await shop.sell(B, 'north,5.00');
  await said('sync', shop);
  const newest = join(shop.lake, 'tables/sales', entry(2));
  const whole = await readFile(newest, 'utf8');
  for (const text of ['', whole.slice(0, whole.length / 2), whole.split('\n').slice(0, 2).join('\n')]) {
    await writeFile(newest, text);
    const wayOut = expect.stringContaining(
      'move the folder tables/sales out of the lake and run "npx sluice sync"',
    );
    expect(await said('certify', shop)).toMatchObject({ code: 3, text: wayOut });
    expect(await said('sync', shop)).toMatchObject({ code: 1, text: wayOut });
    expect(await sluice(['query', 'FROM sales', ...shop.places.slice(2)])).toMatchObject({
      code: 1,
      err: wayOut,
    });
  }
  await rename(join(shop.lake, 'tables/sales'), join(shop.folder, 'set-aside'));
  expect((await said('sync', shop)).code).toBe(0);
  expect(await takings(shop)).toBe(BOTH.replace('4.00', '5.00'));
  await isWell(shop);
});

test('a gap below a checkpoint, an unreadable checkpoint and a pointer to nowhere are named, and maintain mends what it can', async () => {
  const shop = await twoDays();
  await said('maintain', shop);
  const log = join(shop.lake, 'tables/sales/_delta_log');
  const checkpoint = join(log, '00000000000000000001.checkpoint.parquet');
  await writeFile(checkpoint, 'PAR1 rubbish');
  expect(await said('certify', shop)).toMatchObject({
    code: 3,
    text: expect.stringContaining(
      '1.checkpoint.parquet is not what was written: "npx sluice maintain" writes it again',
    ),
  });
  expect((await said('status', shop)).code).toBe(1);
  await said('maintain', shop);
  await isWell(shop);

  await rm(checkpoint);
  expect(await said('status', shop)).toMatchObject({
    code: 1,
    text: expect.stringContaining('_last_checkpoint points to version 1, which has no checkpoint'),
  });
  await said('maintain', shop);
  await writeFile(join(log, '_last_checkpoint'), '{"version":');
  expect((await said('certify', shop)).text).toContain('_last_checkpoint cannot be read');
  await said('maintain', shop);
  await isWell(shop);

  await rm(join(log, '00000000000000000000.json'));
  for (const verb of ['status', 'certify'])
    expect((await said(verb, shop)).text).toContain('version 0 of the log of tables/sales is missing');
});

test('a table that another program upgraded beyond us ends in a sentence, and is made again once it is out of the way', async () => {
  const shop = await twoDays();
  const upgraded = {
    protocol: { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ['deletionVectors'] },
  };
  await writeFile(join(shop.lake, 'tables/sales', entry(2)), `${JSON.stringify(upgraded)}\n`);
  for (const verb of ['sync', 'certify'])
    expect((await said(verb, shop)).text).toContain('asks for reader version 3 and writer version 7');
  await rename(join(shop.lake, 'tables/sales'), join(shop.folder, 'set-aside'));
  expect((await said('sync', shop)).code).toBe(0);
  expect(await takings(shop)).toBe(BOTH);
});

test('what another program restores is taken back, and every version says again what it said before', async () => {
  const shop = await twoDays();
  const past = () => sluice(['query', 'FROM sales ORDER BY ALL', '--as-of', '1', ...shop.places.slice(2)]);
  const before = await past();
  await shop.sell(A, 'north,10.00');
  await said('sync', shop);
  await foreign(shop, 'tables/sales', 'RESTORE');
  await writeForeign(sql, scratch, fileStore(shop.lake, { durable: false }), 'tables/sales', 'RESTORE', 1);
  expect((await past()).out).toBe(before.out);
  expect((await said('sync', shop)).code).toBe(3);
  expect((await past()).out).toBe(before.out);
  const receipt = JSON.parse(
    (await sluice(['explain', 'sales', '--as-of', '1', '--json', ...shop.places.slice(2)])).out,
  );
  expect(receipt.sources.map(({ source }: { source: string }) => source)).toEqual([A, B]);
  expect(await takings(shop)).toBe('day,till,takings\n2024-05-01,north,10.00\n2024-05-02,north,4.00\n');
  await isWell(shop);
});

test('a table that is gone is said, where something was computed from it, and made again by the next sync', async () => {
  const shop = await twoDays();
  await rm(join(shop.lake, 'tables/sales'), { recursive: true });
  const gone =
    'insights/takings was computed from version 1 of tables/sales, which is not in the lake any more';
  for (const verb of ['status', 'certify'])
    expect(await said(verb, shop), verb).toMatchObject({ code: 3, text: expect.stringContaining(gone) });
  expect((await said('sync', shop)).code).toBe(0);
  expect(await takings(shop)).toBe(BOTH);
  await isWell(shop);
});

test('a data file of another program that says nothing of its rows is no problem once it is taken back', async () => {
  const shop = await twoDays();
  const day = join(shop.lake, 'tables/sales/day=2024-05-01');
  const [name = ''] = (await readdir(day)).filter((file) => file.endsWith('.parquet'));
  await cp(join(day, name), join(day, 'foreign.parquet'));
  const add = {
    path: 'day=2024-05-01/foreign.parquet',
    size: (await stat(join(day, name))).size,
    partitionValues: { day: '2024-05-01' },
    modificationTime: 1,
    dataChange: true,
  };
  await writeFile(join(shop.lake, 'tables/sales', entry(2)), `${JSON.stringify({ add })}\n`);
  const asked = await sluice(['query', 'FROM sales', ...shop.places.slice(2)]);
  expect(asked).toMatchObject({
    code: 0,
    err: expect.stringContaining('warning: tables/sales was changed by other programs'),
  });
  expect((await said('sync', shop)).code).toBe(3);
  expect(await takings(shop)).toBe(BOTH);
  await isWell(shop);
});

test('what other programs write into a table that nothing defines is named, and goes with the table', async () => {
  const shop = await twoDays();
  const file = join(shop.folder, 'schemas/shop/insights/takings.sql');
  await rename(file, join(shop.folder, 'takings.sql'));
  const drop = () => sluice(['drop', 'takings', '--yes', ...shop.places.slice(2)]);
  const before = await sluice(['query', 'FROM takings ORDER BY ALL', ...shop.places.slice(2)]);
  expect(before).toMatchObject({
    code: 0,
    err: expect.stringContaining('warning: nothing defines insights/takings any more'),
  });
  expect((await drop()).code).toBe(0);
  const past = await sluice(['query', 'FROM takings ORDER BY ALL', '--as-of', '1', ...shop.places.slice(2)]);
  expect(past).toMatchObject({ code: 0, out: before.out });
  expect(await sluice(['query', 'FROM takings', ...shop.places.slice(2)])).toMatchObject({ code: 1 });
  await writeForeign(
    sql,
    scratch,
    fileStore(shop.lake, { durable: false }),
    'insights/takings',
    'RESTORE',
    1,
  );
  for (const verb of ['status', 'certify'])
    expect(await said(verb, shop), verb).toMatchObject({
      code: 3,
      text: expect.stringContaining('insights/takings'),
    });
  expect((await drop()).code).toBe(0);
  await isWell(shop);
});

test('a removed insight is left behind: it is named, dropped with --yes, readable by version, and filled when it comes back', async () => {
  const shop = await twoDays();
  const file = join(shop.folder, 'schemas/shop/insights/takings.sql');
  await rename(file, join(shop.folder, 'takings.sql'));
  for (const verb of ['status', 'certify'])
    expect(await said(verb, shop), verb).toMatchObject({
      code: 0,
      text: expect.stringMatching(/Nothing defines these tables any more .*\n {2}insights\/takings\n/),
    });
  expect((await said('plan', shop)).text).toContain('insights/takings');
  const asked = await sluice(['drop', 'takings', ...shop.places.slice(2)]);
  expect(asked).toMatchObject({
    code: 2,
    err: expect.stringContaining('insights/takings: 3 rows in 2 data files, version 1\nNothing was changed.'),
  });
  expect(await sluice(['drop', 'sales', '--yes', ...shop.places.slice(2)])).toMatchObject({
    code: 2,
    err: expect.stringContaining('sales is defined'),
  });
  const dropped = await sluice(['drop', 'takings', '--yes', ...shop.places.slice(2)]);
  expect(dropped).toMatchObject({
    code: 0,
    out: expect.stringContaining('Dropped insights/takings: 3 rows'),
  });
  await isWell(shop);
  expect((await said('status', shop)).text).not.toContain('insights/takings');
  const history = await sluice(['history', 'takings', '--format', 'json', ...shop.places.slice(2)]);
  expect(JSON.parse(history.out).versions[0]).toMatchObject({ operation: 'DROP', rows: 0, rowsRemoved: 3 });
  await rename(join(shop.folder, 'takings.sql'), file);
  expect((await said('sync', shop)).code).toBe(0);
  expect(await takings(shop)).toBe(BOTH);
});

test('a removed dataset is left behind, and filled again when it comes back', async () => {
  const shop = await twoDays();
  const other = { ...CONTRACT.resources[0], name: 'returns', path: 'returns/day=*/*.csv' };
  await shop.define({ name: 'shop', resources: [other] }, TAKINGS.replaceAll('sales', 'returns'));
  await mkdir(join(shop.landing, 'returns'), { recursive: true });
  expect((await said('status', shop)).text).toMatch(/Nothing defines .*\n {2}tables\/sales\n/);
  expect((await sluice(['drop', 'tables/sales', '--yes', ...shop.places.slice(2)])).code).toBe(0);
  await shop.define(CONTRACT, TAKINGS);
  expect((await said('sync', shop)).code).toBe(0);
  expect(await takings(shop)).toBe(BOTH);
  await isWell(shop);
});
