// The page of a lake in S3: told as what it is, behind a link that works without credentials, and served without a trace in the bucket.
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { s3Store } from '../../lib/adapters/s3-store.ts';
import { startSluice } from '../cli/harness.ts';
import { makeShop } from '../cli/shop.ts';
import { keysBelow } from '../support/store-copy.ts';
import { testTemp } from '../support/temp.ts';
import { emulator, freshBucket, s3 } from './emulated.ts';
import { run } from './typed.ts';

async function lakeOfShop() {
  const shop = await makeShop();
  await shop.sell('shop/day=2024-01-01/a.csv', 'north,1.50');
  const bucket = await freshBucket();
  const places = ['--landing', shop.landing, '--lake', `s3://${bucket}/lake`, ...shop.places.slice(4)];
  expect((await run('sync', ...places)).code).toBe(0);
  return { shop, bucket, places, lake: s3Store({ client: s3, bucket, prefix: 'lake', scratch: testTemp() }) };
}

describe(`the page on ${emulator.brand}`, () => {
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

    const link = await run('page', '--link', '--expires', '30m', ...places);
    expect(link.code).toBe(0);
    const [url = ''] = /^http\S+$/m.exec(link.out) ?? [];
    const answer = await fetch(url);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const [key = '', ...others] = await keysBelow(lake, 'site/links/');
    expect(others).toEqual([]);
    expect(await answer.text()).toBe(Buffer.from((await lake.read(key)) ?? []).toString());
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
});
