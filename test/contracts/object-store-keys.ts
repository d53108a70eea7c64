// What every ObjectStore must do with keys, as a part of its contract: which it takes, and which it refuses.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keysBelow } from '../support/store-copy.ts';
import { bytes, type Current, text } from './stored-objects.ts';

/** Keys that file systems, URLs and globs find hard. */
const HARD_KEYS = [
  'year=2024/month=01/a b.csv',
  '100%/%20.csv',
  'a+b#c?d/[x]*{y}.csv',
  'quote\'double"/&=;:@$,~.csv',
  'äöü/日本/🚤.csv',
  'back\\slash.csv',
  `${'long'.repeat(50)}/x.csv`,
];

export function hardKeys(current: Current): void {
  it('takes keys of any characters', async () => {
    const { store } = current();
    for (const key of HARD_KEYS) await store.write(key, bytes(key));
    for (const key of HARD_KEYS) expect(text(await store.read(key))).toBe(key);
    expect((await keysBelow(store, '')).toSorted()).toEqual(HARD_KEYS.toSorted());
    await store.remove(HARD_KEYS);
    expect(await keysBelow(store, '')).toEqual([]);
  });
}

export function refusedKeys(current: Current): void {
  it.each(['', '/a', 'a/', 'a//b', '../a', 'a/../../b', 'a/..', './a', 'a/.', 'a\0b'])(
    'refuses the key %j',
    async (key) => {
      const { store, folder } = current();
      const refused = expect.objectContaining({
        message: expect.stringContaining("cannot be an object's key"),
      });
      const path = join(folder, 'upload.tmp');
      await writeFile(path, 'x');
      await expect(store.write(key, bytes('x'))).rejects.toEqual(refused);
      await expect(store.create(key, bytes('x'))).rejects.toEqual(refused);
      await expect(store.upload(path, key)).rejects.toEqual(refused);
      await expect(store.read(key)).rejects.toEqual(refused);
      await expect(store.head(key)).rejects.toEqual(refused);
      await expect(store.download(key)).rejects.toEqual(refused);
      await expect(store.remove([key])).rejects.toEqual(refused);
    },
  );

  it.each(['../', '/', 'a//', 'a/../b'])('refuses to list below %j', async (prefix) => {
    await expect(keysBelow(current().store, prefix)).rejects.toThrow("cannot be an object's key");
  });
}

/** No paths, but keys of a store that knows no folders. */
const FREE_KEYS = [
  '/a',
  'a/',
  'a//b',
  '../a',
  'a/../../b',
  'a/..',
  './a',
  'a/.',
  '.hidden',
  ' in front',
  'behind ',
  'a\nb\tc',
  'a\u0001b\uFFFEc',
  '%2e%2e/+',
];

export function freeKeys(current: Current): void {
  it('takes keys that no file system takes', async () => {
    const { store } = current();
    for (const key of FREE_KEYS) expect(await store.create(key, bytes(key)), key).toBe(true);
    for (const key of FREE_KEYS) {
      expect(text(await store.read(key)), key).toBe(key);
      expect(await store.head(key), key).toMatchObject({ key, sizeBytes: bytes(key).byteLength });
    }
    expect((await keysBelow(store, '')).toSorted()).toEqual(FREE_KEYS.toSorted());
    expect(await keysBelow(store, 'a//')).toEqual(['a//b']);
    await store.remove(FREE_KEYS);
    expect(await keysBelow(store, '')).toEqual([]);
  });

  it('refuses the empty key', async () => {
    const { store } = current();
    await expect(store.write('', bytes('x'))).rejects.toThrow("cannot be an object's key");
    await expect(store.remove([''])).rejects.toThrow("cannot be an object's key");
  });
}
