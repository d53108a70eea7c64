// A folder that was there and is gone, or is another one, is no empty store: nothing in it counts as absent or is written anew.
import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileStore } from '../../lib/adapters/file-store.ts';
import { LocationGoneError } from '../../lib/errors.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { keysBelow } from '../support/store-copy.ts';
import { testTemp } from '../support/temp.ts';
import { bytes } from './stored-objects.ts';

const root = () => join(testTemp(), 'store');

const QUESTIONS: [string, (store: ObjectStore) => Promise<unknown>][] = [
  ['head', (store) => store.head('a/b')],
  ['read', (store) => store.read('a/b')],
  ['download', (store) => store.download('a/b')],
  ['list', (store) => keysBelow(store, '')],
  ['write', (store) => store.write('a/c', bytes('x'))],
  ['create', (store) => store.create('a/c', bytes('x'))],
];

describe.each(QUESTIONS)('%s', (_, ask) => {
  it('of a folder that is gone throws, and makes no other', async () => {
    const folder = root();
    const store = fileStore(folder, { durable: false });
    await store.write('a/b', bytes('x'));
    await ask(store);
    await rename(folder, `${folder}-away`);
    await expect(ask(store)).rejects.toThrow(LocationGoneError);
    await expect(ask(store)).rejects.toThrow(/store is gone while Sluice uses it/);
    await expect(readdir(folder)).rejects.toThrow('ENOENT');
    await rename(`${folder}-away`, folder);
    await ask(store);
  });

  it('of a folder that is another one throws', async () => {
    const folder = root();
    const store = fileStore(folder, { durable: false });
    await store.write('a/b', bytes('x'));
    await ask(store);
    await rename(folder, `${folder}-away`);
    await mkdir(folder);
    await expect(ask(store)).rejects.toThrow(/store is not the same folder as before/);
    expect(await readdir(folder)).toEqual([]);
  });

  it('of a folder that never was is as ever', async () => {
    await expect(ask(fileStore(root(), { durable: false }))).resolves.not.toThrow();
  });
});

it('a listing that began before the folder went does not end as if it were whole', async () => {
  const folder = root();
  const store = fileStore(folder, { durable: false });
  for (const key of ['a/1', 'b/1', 'c/1']) await store.write(key, bytes('x'));
  const seen: string[] = [];
  const listing = async () => {
    for await (const { key } of store.list('')) {
      seen.push(key);
      if (seen.length === 1) await rename(folder, `${folder}-away`);
    }
  };
  await expect(listing()).rejects.toThrow(LocationGoneError);
  expect(seen).toEqual(['a/1']);
});
