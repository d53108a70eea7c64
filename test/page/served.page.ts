// The page as `sluice start` serves it: it follows what is dropped.
import { afterAll, expect, inject, test } from 'vitest';
import { startSluice } from '../cli/harness.ts';
import { openPage, stopBrowser } from './browser.ts';
import { dayOf, PageLake, salesKey } from './page-lake.ts';

const lake = new PageLake(inject('pageLake'));
afterAll(stopBrowser);

test('a file that is dropped is on the page; how soon is printed', async () => {
  const running = startSluice(['start', ...lake.options('start')], lake.folder);
  const line = await running.line(/Look at http:\/\/127\.0\.0\.1:\d+/);
  const home = `${/http:\S+/.exec(line)?.[0] ?? ''}/`.replace(/\/\/$/, '/');
  await running.line(/^Watching/);
  const { page, faults, close } = await openPage(home);
  await page.goto(`${home}#/insight/revenue_daily/at/${dayOf(2)}?column=amount&row.shop=north`);
  await page.getByText('20.250000').first().waitFor();
  const file = ['shop,product,pieces,amount', 'north,tea,3,31.500000'];
  const dropped = Date.now();
  lake.put(salesKey(2, 'late'), file);
  await page.getByText('51.750000').first().waitFor();
  const tookMs = Date.now() - dropped;
  expect(faults).toEqual([]);
  await close();
  running.process.kill('SIGINT');
  expect((await running.ended).code).toBe(0);
  process.stdout.write(`on the page ${tookMs} ms after it was dropped\n`);
});
