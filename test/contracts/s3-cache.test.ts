// Data files of a lake in S3 are kept beside the process that reads them: what is fetched once, what anew, and what is dropped.
import { readdir, readFile, rm } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { s3Store } from '../../lib/adapters/s3-store.ts';
import { isDataFile } from '../../lib/lake/layout.ts';
import { testTemp } from '../support/temp.ts';
import { bytes } from './object-store.ts';
import { ranged, scriptedEndpoint, scriptedS3 } from './scripted-endpoint.ts';

let scratch: string;
beforeEach(() => {
  scratch = testTemp();
});

describe('the cache', () => {
  const KEY = 'tables/t/1.parquet';
  async function cachedStore(maxBytes: number) {
    const { url, requests } = await scriptedEndpoint((request) =>
      request.method === 'POST' ? { body: '<DeleteResult/>' } : ranged('1234', '"e"', request),
    );
    const client = scriptedS3(url);
    return {
      store: s3Store({ client, bucket: 'b', scratch, cache: { maxBytes, immutable: isDataFile } }),
      requests,
    };
  }

  it('fetches a data file once, for all who ask', async () => {
    const { store, requests } = await cachedStore(100);
    const files = await Promise.all([store.download(KEY), store.download(KEY), store.download(KEY, 'e')]);
    for (const file of files) await file?.release();
    await (await store.download(KEY))?.release();
    expect(await store.download(KEY, 'another')).toBeUndefined();
    expect(requests).toHaveLength(1);
    expect(await readdir(scratch)).toHaveLength(1);
  });

  it('fetches everything else anew', async () => {
    const { store, requests } = await cachedStore(100);
    const others = ['quarantine/t/a.parquet', 'tables/t/_delta_log/1.checkpoint.parquet', 'files/t/a.json'];
    for (const key of [...others, ...others]) await (await store.download(key))?.release();
    expect(requests).toHaveLength(6);
    expect(await readdir(scratch)).toEqual([]);
  });

  it('drops what was used longest ago, but nothing in use', async () => {
    const { store, requests } = await cachedStore(8);
    const key = (n: number) => `tables/t/${n}.parquet`;
    const used = await store.download(key(1));
    for (const n of [2, 3, 2, 4]) await (await store.download(key(n)))?.release();
    expect(await readFile(used?.path ?? '', 'utf8')).toBe('1234');
    expect(await readdir(scratch)).toHaveLength(2);
    const before = requests.length;
    await (await store.download(key(4)))?.release();
    expect(requests).toHaveLength(before);
    await (await store.download(key(3)))?.release();
    expect(requests).toHaveLength(before + 1);
    await used?.release();
  });

  it('survives a scratch folder that was emptied', async () => {
    const { store } = await cachedStore(100);
    await (await store.download(KEY))?.release();
    await rm(scratch, { recursive: true });
    const file = await store.download(KEY);
    expect(await readFile(file?.path ?? '', 'utf8')).toBe('1234');
  });

  it('forgets what is written or removed here', async () => {
    const { store, requests } = await cachedStore(100);
    for (const change of [() => store.write(KEY, bytes('x')), () => store.remove([KEY])]) {
      await (await store.download(KEY))?.release();
      await change();
      expect(await readdir(scratch)).toEqual([]);
    }
    expect(requests.filter(({ method }) => method === 'GET')).toHaveLength(2);
  });
});
