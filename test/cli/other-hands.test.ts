// What a user is told, and with which exit code, when a lake was restored, cut, damaged or written to by another program; and that
// the way out that is named works.
import { cp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileStore } from '../../lib/adapters/file-store.ts';
import { writeForeign } from '../support/foreign-writer.ts';
import { sluice } from './harness.ts';
import {
  A,
  B,
  BOTH,
  entry,
  foreign,
  isWell,
  said,
  scratch,
  sql,
  takings,
  twoDays,
  useForeignHands,
} from './two-days.ts';

useForeignHands();

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
  expect(refused.text).toContain(`sales was not changed:\n    ${source}\n`);
  expect(refused.text).toContain('also held back: takings');
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
  const receipt = JSON.parse(
    (await sluice(['explain', 'takings', '--format', 'json', ...shop.places.slice(2)])).out,
  );
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
      '1.checkpoint.parquet was altered after it was written: "npx sluice maintain" writes it again',
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
    expect((await said(verb, shop)).text).toContain('requires reader version 3 and writer version 7');
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
    (await sluice(['explain', 'sales', '--as-of', '1', '--format', 'json', ...shop.places.slice(2)])).out,
  );
  expect(receipt.sources.map(({ source }: { source: string }) => source)).toEqual([A, B]);
  expect(await takings(shop)).toBe('day,till,takings\n2024-05-01,north,10.00\n2024-05-02,north,4.00\n');
  await isWell(shop);
});

test('a table that is gone is said, where something was computed from it, and made again by the next sync', async () => {
  const shop = await twoDays();
  await rm(join(shop.lake, 'tables/sales'), { recursive: true });
  const gone = 'insights/takings was computed from version 1 of tables/sales, which is no longer in the lake';
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
