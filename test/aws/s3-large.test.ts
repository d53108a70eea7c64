// Long objects and long listings: several requests each, on sizes around their bounds, and while the object changes.
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { s3Client } from '../../lib/adapters/aws-clients.ts';
import { listObjects } from '../../lib/adapters/s3-listing.ts';
import { s3Store } from '../../lib/adapters/s3-store.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { keysBelow } from '../support/store-copy.ts';
import { testTemp } from '../support/temp.ts';
import { emulator, freshBucket, s3 } from './emulated.ts';
import { faultyProxy } from './faulty-proxy.ts';

const MIB = 1024 * 1024;
const PART = 5 * MIB;

const digest = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');

async function freshStore() {
  const [bucket, scratch] = [await freshBucket(), testTemp()];
  return { bucket, scratch, store: s3Store({ client: s3, bucket, scratch, partBytes: PART }) };
}

async function roundTrip(store: ObjectStore, folder: string, content: Uint8Array): Promise<Uint8Array> {
  const path = join(folder, 'upload.bin');
  await writeFile(path, content);
  expect(await store.upload(path, 'data/x.bin')).toEqual({ sizeBytes: content.byteLength });
  const file = await store.download('data/x.bin', (await store.head('data/x.bin'))?.etag);
  const back = await readFile(file?.path ?? '');
  await file?.release();
  return back;
}

describe(emulator.brand, () => {
  it.each([1, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 1, 30 * MIB + 7])(
    'an object of %i bytes goes up and comes back in parts',
    async (sizeBytes) => {
      const { store, bucket, scratch } = await freshStore();
      const content = randomBytes(sizeBytes);
      expect(digest(await roundTrip(store, testTemp(), content))).toBe(digest(content));
      const version = await store.head('data/x.bin');
      expect(version).toMatchObject({ sizeBytes });
      const parts = Math.ceil(sizeBytes / PART);
      if (parts > 1) expect(version?.etag).toMatch(new RegExp(`^[0-9a-f]{32}-${parts}$`));
      else expect(version?.etag).toMatch(/^[0-9a-f]{32}$/);
      expect(await readdir(scratch)).toEqual([]);
      const unfinished = await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
      expect(unfinished.Uploads ?? []).toEqual([]);
    },
  );

  it('never gives bytes of two versions while an object changes', async () => {
    const { store, bucket } = await freshStore();
    const scratch = testTemp();
    const reader = s3Store({ client: s3, bucket, scratch, partBytes: 50_000 });
    const version = (n: number) => Buffer.alloc(200_000, 'abc'[n % 3]);
    await store.write('k.csv', version(0));
    let whole = 0;
    for (let n = 0; n < 40; n += 1) {
      const etag = (await reader.head('k.csv'))?.etag ?? '';
      expect(etag).toBe(createHash('md5').update(version(n)).digest('hex'));
      const [file] = await Promise.all([
        n % 4 === 0 ? reader.download('k.csv') : reader.download('k.csv', etag),
        store.write('k.csv', version(n + 1)),
      ]);
      if (file === undefined) continue;
      whole += 1;
      const read = await readFile(file.path);
      expect([version(n), n % 4 === 0 ? version(n + 1) : version(n)].some((v) => v.equals(read))).toBe(true);
      await file.release();
    }
    expect(whole).toBeGreaterThanOrEqual(10);
    expect(await readdir(scratch)).toEqual([]);
  });

  it('starts again where the object changes in the middle of a download', async () => {
    const { store, bucket } = await freshStore();
    await store.write('k.csv', Buffer.alloc(200_000, 'a'));
    let changed = false;
    const endpoint = await faultyProxy(emulator.endpoint, {
      before: async ({ headers }) => {
        if (changed || headers.range === undefined || headers.range.startsWith('bytes=0-')) return;
        changed = true;
        await store.write('k.csv', Buffer.alloc(150_000, 'b'));
      },
    });
    const scratch = testTemp();
    const client = s3Client({ AWS_ENDPOINT_URL: endpoint });
    const reader = s3Store({ client, bucket, scratch, partBytes: 50_000 });
    const file = await reader.download('k.csv');
    expect(changed).toBe(true);
    expect(await readFile(file?.path ?? '', 'latin1')).toBe('b'.repeat(150_000));
  });

  it('1,200 keys are listed in order over the pages, and removed', async () => {
    const { store, bucket } = await freshStore();
    const keys = Array.from({ length: 1200 }, (_, n) => `many/${String(n).padStart(5, '0')}.csv`);
    for (let first = 0; first < keys.length; first += 50)
      await Promise.all(keys.slice(first, first + 50).map((key) => store.write(key, new Uint8Array([1]))));
    const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    expect(page.IsTruncated).toBe(true);
    expect(await keysBelow(store, '')).toEqual(keys);
    expect(await keysBelow(store, 'many/', keys[99])).toEqual(keys.slice(100));
    await store.remove(keys);
    expect(await keysBelow(store, '')).toEqual([]);
  });

  it('a listing of very many pages comes in parts, with the same keys in the same order', async () => {
    const { store, bucket } = await freshStore();
    const folders = ['a', 'a b', 'a+b', 'a/', 'b'].flatMap((top) =>
      Array.from({ length: 6 }, (_, n) => `${top}/month=${n}/`),
    );
    const names = ['', ...Array.from({ length: 9 }, (_, n) => `day=${n}/x%20y & <z>.csv`), 'loose.csv'];
    const keys = folders.flatMap((folder) => names.map((name) => folder + name)).sort();
    for (let first = 0; first < keys.length; first += 50)
      await Promise.all(keys.slice(first, first + 50).map((key) => store.write(key, new Uint8Array([1]))));
    const asked: ListObjectsV2CommandInput[] = [];
    const found: string[] = [];
    for await (const { key } of listObjects(pagesOf(7, asked), bucket, '')) found.push(key);
    expect(found).toEqual(keys);
    expect(asked.filter(({ StartAfter }) => StartAfter !== undefined).length).toBeGreaterThan(3);
  });
});

/** A client whose listings have pages of so many keys. */
function pagesOf(MaxKeys: number, asked: ListObjectsV2CommandInput[]): S3Client {
  const client = s3Client({ ...process.env, AWS_ENDPOINT_URL: emulator.endpoint });
  client.middlewareStack.add(
    (next) => (args) => {
      asked.push(args.input as ListObjectsV2CommandInput);
      return next({ ...args, input: { ...args.input, MaxKeys } as ListObjectsV2CommandInput });
    },
    { step: 'initialize' },
  );
  return client;
}
