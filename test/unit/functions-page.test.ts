// The page that maintain writes, over a lake in memory: it is nobody's reason to fail.
import { expect, test } from 'vitest';
import { pageAssets } from '../../lib/adapters/page-assets.ts';
import { writeLakePage } from '../../lib/aws/lake-page.ts';
import { clock, common, lake, logged, measured, useFunctionBatches } from '../support/function-batches.ts';
import { keysBelow } from '../support/store-copy.ts';

useFunctionBatches();

const writing = () => ({
  ...common(),
  assets: pageAssets,
  places: '--landing s3://landing --lake s3://lake',
});
const written = () => keysBelow(lake.effects.lake, 'site/');

test('is in the lake, and its commands name the buckets', async () => {
  await writeLakePage(writing(), () => false);
  const keys = await written();
  expect(keys).toEqual(expect.arrayContaining(['site/index.html', 'site/data/index.js']));
  const index = new TextDecoder().decode(await lake.effects.lake.read('site/data/index.js'));
  expect(index).toContain('"options":" --landing s3://landing --lake s3://lake"');
  expect([logged, measured.failedPages]).toEqual([['page.written'], [0]]);
});

test('is left for the next run where there is no time', async () => {
  await writeLakePage(writing(), () => true);
  expect([logged, measured.failedPages, await written()]).toEqual([['page.unfinished'], undefined, []]);
});

test('is logged and counted where it fails, and the page before it stays', async () => {
  await writeLakePage(writing(), () => false);
  const before = await written();
  const failing = () => {
    throw new Error('no such folder');
  };
  await writeLakePage({ ...writing(), assets: failing }, () => false);
  expect([logged, measured.failedPages]).toEqual([
    ['page.written', 'page.failed'],
    [0, 1],
  ]);
  expect(await written()).toEqual(before);
});

test('takes what links led to with it when they have expired', async () => {
  const key = 'site/links/20200101T000000Z-x.html';
  await lake.effects.lake.write(key, Buffer.from(''));
  clock.tick();
  await writeLakePage(writing(), () => false);
  expect(await written()).not.toContain(key);
});
