// Tables that nothing defines any more: named, still read, dropped, and filled again when their definition comes back.
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileStore } from '../../lib/adapters/file-store.ts';
import { writeForeign } from '../support/foreign-writer.ts';
import { sluice } from './harness.ts';
import { CONTRACT, TAKINGS } from './shop.ts';
import { BOTH, isWell, said, scratch, sql, takings, twoDays, useForeignHands } from './two-days.ts';

useForeignHands();

test('what other programs write into a table that nothing defines is named, and goes with the table', async () => {
  const shop = await twoDays();
  const file = join(shop.folder, 'schemas/shop/insights/takings.sql');
  await rename(file, join(shop.folder, 'takings.sql'));
  const drop = () => sluice(['drop', 'takings', '--yes', ...shop.places.slice(2)]);
  const before = await sluice(['query', 'FROM takings ORDER BY ALL', ...shop.places.slice(2)]);
  expect(before).toMatchObject({
    code: 0,
    err: expect.stringContaining('warning: insights/takings has no definition any more'),
  });
  expect((await drop()).code).toBe(0);
  const past = await sluice(['query', 'FROM takings ORDER BY ALL', '--as-of', '1', ...shop.places.slice(2)]);
  expect(past).toMatchObject({ code: 0, out: before.out });
  expect(await sluice(['query', 'FROM takings', ...shop.places.slice(2)])).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^There is no table or insight "takings" in .*\nThere are: sales\n$/),
  });
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
      text: expect.stringMatching(/Tables without a definition .*\n {2}insights\/takings\n/),
    });
  expect((await said('plan', shop)).text).toContain('insights/takings');
  const asked = await sluice(['drop', 'takings', ...shop.places.slice(2)]);
  expect(asked).toMatchObject({
    code: 2,
    err: expect.stringContaining('insights/takings: 3 rows in 2 data files, version 1\nNothing was changed.'),
  });
  expect(await sluice(['drop', 'sales', '--yes', ...shop.places.slice(2)])).toMatchObject({
    code: 2,
    err: expect.stringContaining('sales has a definition'),
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
  expect((await said('status', shop)).text).toMatch(/Tables without a definition .*\n {2}tables\/sales\n/);
  expect((await sluice(['drop', 'tables/sales', '--yes', ...shop.places.slice(2)])).code).toBe(0);
  await shop.define(CONTRACT, TAKINGS);
  expect((await said('sync', shop)).code).toBe(0);
  expect(await takings(shop)).toBe(BOTH);
  await isWell(shop);
});
