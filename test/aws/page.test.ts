// The page of a lake in S3: told as what it is, behind a link that works without credentials, and served without a trace in the
// bucket; and each of the three in a browser, as far as a receipt.
import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, describe, expect, it, type TestContext } from 'vitest';
import { s3Store } from '../../lib/adapters/s3-store.ts';
import { startSluice } from '../cli/harness.ts';
import { makeShop } from '../cli/shop.ts';
import { openPage, stopBrowser, withoutBrowser } from '../page/browser.ts';
import { keysBelow } from '../support/store-copy.ts';
import { testTemp } from '../support/temp.ts';
import { emulator, freshBucket, s3 } from './emulated.ts';
import { run } from './typed.ts';

const FILE = 'shop/day=2024-01-01/a.csv';

async function lakeOfShop() {
  const shop = await makeShop();
  await shop.sell(FILE, 'north,1.50', 'south,2.25');
  const bucket = await freshBucket();
  const places = ['--landing', shop.landing, '--lake', `s3://${bucket}/lake`, ...shop.places.slice(4)];
  expect((await run('sync', ...places)).code).toBe(0);
  return { shop, bucket, places, lake: s3Store({ client: s3, bucket, prefix: 'lake', scratch: testTemp() }) };
}

async function linkOf(places: readonly string[]): Promise<string> {
  const link = await run('page', '--link', '--expires', '30m', ...places);
  expect(link.code).toBe(0);
  const [url = ''] = /^http\S+$/m.exec(link.out) ?? [];
  return url;
}

/** In CI there is a browser: where it is missing there, starting it fails. */
function requireBrowser(skip: TestContext['skip']): void {
  const problem = process.env.CI ? undefined : withoutBrowser();
  if (problem !== undefined) skip(problem);
}

/** From Today to the insight, to one of its numbers, to the file that made it. `home`: all that may be asked for lies below it. */
async function walkToReceipt(home: string, address: string): Promise<void> {
  const { page, faults, close } = await openPage(home);
  try {
    await page.goto(address);
    await page.getByText(/1 file accounted for/).waitFor();
    await page.getByRole('link', { name: 'takings' }).first().click();
    await page.getByRole('link', { name: '2.25' }).first().click();
    await page.getByText(FILE).first().waitFor();
    expect(await page.locator('main').textContent()).toContain('Made from 1 file, 2 rows');
    expect(page.url()).toBe(`${address}#/insight/takings/at/2024-01-01?column=takings&row.till=south`);
    expect(faults).toEqual([]);
  } finally {
    await close();
  }
}

describe(`the page on ${emulator.brand}`, () => {
  afterAll(stopBrowser);

  it('is written into site/ with the types of its files, and a link leads to a copy until it expires', async () => {
    const { bucket, places, lake } = await lakeOfShop();
    await lake.write('site/links/20200101T000000Z-old.html', Buffer.from('old'));
    const { code, out } = await run('page', ...places);
    expect(code).toBe(0);
    expect(out).toContain(`Wrote the page to s3://${bucket}/lake/site: `);
    const keys = await keysBelow(lake, 'site/');
    expect(keys).toEqual(expect.arrayContaining(['site/data/index.js', 'site/index.html']));
    expect(keys).not.toContain('site/links/20200101T000000Z-old.html');
    const told = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'lake/site/index.html' }));
    expect([told.ContentType, told.CacheControl]).toEqual(['text/html; charset=utf-8', 'no-store']);

    const answer = await fetch(await linkOf(places));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const [key = '', ...others] = await keysBelow(lake, 'site/links/');
    expect(others).toEqual([]);
    expect(await answer.text()).toBe(Buffer.from((await lake.read(key)) ?? []).toString());
  });

  it('refuses a link that has expired', async () => {
    const { bucket, places, lake } = await lakeOfShop();
    await linkOf(places);
    const [key = ''] = await keysBelow(lake, 'site/links/');
    const command = new GetObjectCommand({ Bucket: bucket, Key: `lake/${key}` });
    const signed = (signingDate: Date) => getSignedUrl(s3, command, { expiresIn: 1800, signingDate });
    expect((await fetch(await signed(new Date()))).status).toBe(200);
    const answer = await fetch(await signed(new Date(Date.now() - 3600_000)));
    expect([answer.status, (await answer.text()).includes('<Code>AccessDenied</Code>')]).toEqual([403, true]);
  });

  it('is served from a temporary folder', async () => {
    const { shop, places, lake } = await lakeOfShop();
    const running = startSluice(['page', '--serve', ...places], shop.folder);
    const [, url = ''] = /^Look at (\S+)$/.exec(await running.line(/^Look at /)) ?? [];
    expect(await (await fetch(`${url}/data/index.js`)).text()).toContain(`"lake":"${lake.location}"`);
    expect(await keysBelow(lake, 'site/')).toEqual([]);
    running.process.kill('SIGINT');
    expect((await running.ended).code).toBe(0);
  });

  describe('in a browser', () => {
    it('from the bucket, where whoever asks may read it', async ({ skip }) => {
      requireBrowser(skip);
      const { bucket, places } = await lakeOfShop();
      expect((await run('page', ...places)).code).toBe(0);
      const home = `${emulator.endpoint}/${bucket}/lake/site/`;
      await walkToReceipt(home, `${home}index.html`);
    });

    it('by a link', async ({ skip }) => {
      requireBrowser(skip);
      const { places } = await lakeOfShop();
      const url = await linkOf(places);
      await walkToReceipt(url, url);
    });

    it('served here with credentials', async ({ skip }) => {
      requireBrowser(skip);
      const { shop, places } = await lakeOfShop();
      const running = startSluice(['page', '--serve', ...places], shop.folder);
      const [, url = ''] = /^Look at (\S+)$/.exec(await running.line(/^Look at /)) ?? [];
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      await walkToReceipt(`${url}/`, `${url}/`);
      running.process.kill('SIGINT');
      expect((await running.ended).code).toBe(0);
    });
  });
});
