// The page that maintain writes, over a lake in memory: it is nobody's reason to fail.
import { describe, expect, test } from 'vitest';
import { pageAssets } from '../../lib/adapters/page-assets.ts';
import { ingestBatch } from '../../lib/aws/ingest-batch.ts';
import { writeLakePage } from '../../lib/aws/lake-page.ts';
import { isPageDue } from '../../lib/aws/page-due.ts';
import { refreshBatch } from '../../lib/aws/refresh-batch.ts';
import {
  CSV,
  clock,
  common,
  created,
  DAILY,
  forEver,
  keyOf,
  lake,
  logged,
  measured,
  message,
  useFunctionBatches,
} from '../support/function-batches.ts';
import { put } from '../support/shop-lake.ts';
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

describe('the scheduled run of maintain', () => {
  const found = { overdue: 0, rejected: 0 };
  const isDue = (of = found) => isPageDue(lake.effects, of);

  test('writes the page where there is none, and leaves one alone that says all there is', async () => {
    expect(await isDue()).toBe(true);
    await writeLakePage(writing(), () => false);
    expect(await isDue()).toBe(false);
  });

  test('writes it where a file is late, one is refused, or a message about a commit was lost', async () => {
    await writeLakePage(writing(), () => false);
    expect(await isDue({ overdue: 1, rejected: 0 })).toBe(true);
    expect(await isDue({ overdue: 0, rejected: 1 })).toBe(true);
    await put(lake.effects.landing, keyOf(1), CSV);
    await ingestBatch(common(), [message('1', created(keyOf(1)))], forEver);
    expect(await isDue()).toBe(true);
    await writeLakePage(writing(), () => false);
    expect(await isDue()).toBe(false);
    await refreshBatch(common(), [message('2', { target: DAILY })], forEver);
    expect(await isDue()).toBe(true);
  });

  test('writes it once a day, and where it cannot be read', async () => {
    await writeLakePage(writing(), () => false);
    clock.pass(24 * 3600_000);
    expect(await isDue()).toBe(true);
    await writeLakePage(writing(), () => false);
    expect(await isDue()).toBe(false);
    await lake.effects.lake.write('site/data/index.js', Buffer.from('another program’s'));
    expect(await isDue()).toBe(true);
  });
});
