// What every ObjectStore must do, run on each adapter. It asserts the preconditions that the commit protocol relies on.
import { readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { TryAgainError } from '../../lib/errors.ts';
import type { ObjectStore, ObjectVersion } from '../../lib/ports.ts';
import { keysBelow } from '../support/store-copy.ts';
import { testTemp } from '../support/temp.ts';
import { freeKeys, hardKeys, refusedKeys } from './object-store-keys.ts';
import { bytes, type Current, text } from './stored-objects.ts';

export { bytes, text };

/** In what the stores may differ. */
export type ObjectStoreTraits = {
  /** `write`: every write gives a new etag. `content`: only other bytes do, which is all that the port asks for. */
  readonly etag: 'write' | 'content';
  /** `paths`: keys are paths of a file system, and those that could leave the root are refused. `any`: all but the empty one. */
  readonly keys: 'paths' | 'any';
  /** `ascii`: a known bug, `after` compares percent-encoded keys. */
  readonly after?: 'bytes' | 'ascii';
};

const LOCAL: ObjectStoreTraits = { etag: 'write', keys: 'paths' };

/** `make` gives an empty store; `folder` is a fresh folder on disk for it and is deleted afterwards. */
export function objectStoreContract(
  name: string,
  make: (folder: string) => Promise<ObjectStore>,
  traits: ObjectStoreTraits = LOCAL,
): void {
  describe(`${name} as an ObjectStore`, () => {
    let folder: string;
    let store: ObjectStore;
    beforeEach(async () => {
      folder = testTemp();
      store = await make(folder);
    });

    const current = () => ({ store, folder });
    readingAndWriting(current);
    hardKeys(current);
    etags(current, traits);
    listing(current, traits);
    creating(current);
    localFiles(current);
    if (traits.keys === 'paths') refusedKeys(current);
    else freeKeys(current);
  });
}

function readingAndWriting(current: Current): void {
  it('reads back what was written, replaced or removed', async () => {
    const { store } = current();
    expect(await store.head('a/b.csv')).toBeUndefined();
    expect(await store.read('a/b.csv')).toBeUndefined();
    await store.write('a/b.csv', bytes('one'));
    expect(text(await store.read('a/b.csv'))).toBe('one');
    await store.write('a/b.csv', bytes('second'));
    expect(text(await store.read('a/b.csv'))).toBe('second');
    expect(await store.head('a/b.csv')).toMatchObject({ key: 'a/b.csv', sizeBytes: 6 });
    await store.remove(['a/b.csv', 'never/there.csv']);
    expect(await store.read('a/b.csv')).toBeUndefined();
    expect(await store.head('a/b.csv')).toBeUndefined();
  });

  it('holds empty objects and any bytes', async () => {
    const { store } = current();
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    await store.write('empty', new Uint8Array());
    await store.write('all', all);
    expect((await store.read('empty'))?.byteLength).toBe(0);
    expect([...((await store.read('all')) ?? [])]).toEqual([...all]);
  });
}

function etags(current: Current, traits: ObjectStoreTraits): void {
  it('gives an etag that changes with the bytes and is safe in a file name', async () => {
    const { store } = current();
    const etags = new Set<string | undefined>();
    for (const content of ['one', 'two', 'two', 'three']) {
      await store.write('k', bytes(content));
      etags.add((await store.head('k'))?.etag);
    }
    expect(etags.size).toBe(traits.etag === 'write' ? 4 : 3);
    for (const etag of etags) expect(etag).toMatch(/^[\w-]+$/);
    expect((await store.head('k'))?.etag).toBe((await store.head('k'))?.etag);
  });
}

function listing(current: Current, traits: ObjectStoreTraits): void {
  // In the order of their UTF-8 bytes: '.' and '-' sort before '/', and U+FF5E before U+1F6A4 unlike in UTF-16.
  const ORDERED = ['a-b/1', 'a.csv', 'a/b-c', 'a/b.csv', 'a/b/1', 'a/b/2', 'a0', 'aa', 'b/～', 'b/🚤', 'ä'];

  it('lists in the order of the UTF-8 bytes of whole keys', async () => {
    const { store } = current();
    for (const key of ORDERED.toReversed()) await store.write(key, bytes('x'));
    expect(await keysBelow(store, '')).toEqual(ORDERED);
  });

  const listsBelowAndAfter = async (keys: readonly string[]) => {
    const { store } = current();
    for (const key of keys) await store.write(key, bytes('x'));
    const prefixes = ['', 'a', 'a/', 'a/b', 'a/b/', 'a/b/1', 'a/b/1x', 'a.', 'b/🚤', 'none/', 'a/b.csv/'];
    const afters = [undefined, '', 'a', 'a/', 'a/b', 'a/b/', 'a/b/1', 'a/b/9', 'a0', 'b', 'zz', '~'];
    for (const prefix of prefixes)
      for (const after of afters)
        expect(await keysBelow(store, prefix, after), `prefix ${prefix}, after ${after}`).toEqual(
          keys.filter(
            (key) =>
              key.startsWith(prefix) &&
              (after === undefined || Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0),
          ),
        );
  };
  const itListsAnyKey = traits.after === 'ascii' ? it.fails : it;
  itListsAnyKey('lists below any prefix and after any key', () => listsBelowAndAfter(ORDERED));

  it('lists below any prefix and after any key of ASCII', async () => {
    await listsBelowAndAfter(ORDERED.filter((key) => /^[!-~]+$/.test(key)));
  });

  it('finds the folders of a folder, where it knows folders', async () => {
    const { store } = current();
    for (const key of ['a/y/1', 'a/x/z/1', 'a/x-y/1', 'a/1', 'ab/x/1']) await store.write(key, bytes('x'));
    if (store.folders === undefined) return;
    expect(await store.folders('a/')).toEqual(['a/x-y', 'a/x', 'a/y']);
    expect(await store.folders('none/')).toEqual([]);
  });

  it('lists the same versions as head', async () => {
    const { store } = current();
    await store.write('a/1', bytes('one'));
    await store.write('a/2', bytes('three'));
    const versions: ObjectVersion[] = [];
    for await (const version of store.list('a/')) versions.push(version);
    expect(versions).toEqual([await store.head('a/1'), await store.head('a/2')]);
    for (const version of versions) expect(Number.isInteger(version.lastModifiedMs)).toBe(true);
  });

  it('lists nothing in an empty store', async () => {
    expect(await keysBelow(current().store, '')).toEqual([]);
    expect(await keysBelow(current().store, 'a/b')).toEqual([]);
  });
}

function creating(current: Current): void {
  it('creates only where the key is absent', async () => {
    const { store } = current();
    expect(await store.create('log/0.json', bytes('first'))).toBe(true);
    const etag = (await store.head('log/0.json'))?.etag;
    expect(await store.create('log/0.json', bytes('other'))).toBe(false);
    expect(text(await store.read('log/0.json'))).toBe('first');
    expect((await store.head('log/0.json'))?.etag).toBe(etag);
    await store.remove(['log/0.json']);
    expect(await store.create('log/0.json', bytes('again'))).toBe(true);
  });

  it('lets exactly one of many racing creators win, with its whole content', async () => {
    const { store } = current();
    for (let round = 0; round < 10; round += 1) {
      const contents = Array.from({ length: 20 }, (_, writer) => `${writer}:`.repeat(1000));
      const won = await Promise.all(contents.map((content) => store.create(`race/${round}`, bytes(content))));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(text(await store.read(`race/${round}`))).toBe(contents[won.indexOf(true)]);
    }
    expect(await keysBelow(store, 'race/')).toHaveLength(10);
  });

  it('survives writers and removers of the same folder', async () => {
    const { store } = current();
    const work = Array.from({ length: 40 }, async (_, n) => {
      await store.write(`deep/er/${n}`, bytes(String(n)));
      await store.remove([`deep/er/${n}`]);
    });
    await Promise.all(work);
    expect(await keysBelow(store, '')).toEqual([]);
  });
}

function localFiles(current: Current): void {
  it('downloads to a file that keeps the extension', async () => {
    const { store } = current();
    await store.write('a/b c.csv', bytes('x,y\n'));
    const file = await store.download('a/b c.csv');
    expect(basename(file?.path ?? '')).toMatch(/\.csv$/);
    expect(await readFile(file?.path ?? '', 'utf8')).toBe('x,y\n');
    await file?.release();
    expect(text(await store.read('a/b c.csv'))).toBe('x,y\n');
    expect(await store.download('absent.csv')).toBeUndefined();
  });

  it('downloads the version that is asked for, or nothing', async () => {
    const { store } = current();
    await store.write('k.csv', bytes('one'));
    const one = await store.head('k.csv');
    const same = await store.download('k.csv', one?.etag);
    expect(same && (await readFile(same.path, 'utf8'))).toBe('one');
    await same?.release();
    await store.write('k.csv', bytes('another'));
    expect(await store.download('k.csv', one?.etag)).toBeUndefined();
  });

  it('downloads parts of the version that is asked for, or nothing', async () => {
    const { store } = current();
    await store.write('k.csv', bytes('0123456789'));
    const etag = (await store.head('k.csv'))?.etag ?? '';
    const parts = async (...ranges: { from: number; to: number }[]) => {
      const file = await store.downloadRanges('k.csv', etag, ranges);
      const found = file && (await readFile(file.path, 'utf8'));
      await file?.release();
      return found;
    };
    const read = async (key: string, from: number, to: number) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of store.readRange(key, etag, { from, to })) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    };
    const part = async (from: number, to: number) => {
      const found = await parts({ from, to });
      expect(await read('k.csv', from, to)).toBe(found);
      return found;
    };
    expect(await part(0, 4)).toBe('0123');
    expect(await part(3, 4)).toBe('3');
    expect(await part(8, 99)).toBe('89');
    expect(await part(5, 5)).toBe('');
    expect(await part(10, 20)).toBe('');
    expect(await parts({ from: 1, to: 3 }, { from: 6, to: 9 })).toBe('12678');
    expect(await parts({ from: 6, to: 8 }, { from: 4, to: 4 }, { from: 0, to: 2 }, { from: 9, to: 20 })).toBe(
      '67019',
    );
    await store.write('k.csv', bytes('another'));
    expect(await parts({ from: 0, to: 4 })).toBeUndefined();
    await expect(read('k.csv', 0, 4)).rejects.toThrow(TryAgainError);
    await expect(read('absent.csv', 0, 4)).rejects.toThrow(TryAgainError);
    expect(text(await store.read('k.csv'))).toBe('another');
    expect(await store.downloadRanges('absent.csv', etag, [{ from: 0, to: 1 }])).toBeUndefined();
  });

  it('downloads the present version, also twice at once', async () => {
    const { store } = current();
    await store.write('k.csv', bytes('old'));
    await (await store.download('k.csv'))?.release();
    await store.write('k.csv', bytes('new'));
    const files = await Promise.all([store.download('k.csv'), store.download('k.csv')]);
    for (const file of files) expect(await readFile(file?.path ?? '', 'utf8')).toBe('new');
    for (const file of files) await file?.release();
  });

  it('uploads by moving the local file', async () => {
    const { store, folder } = current();
    for (const content of ['first', 'replaced']) {
      const path = join(folder, 'upload.tmp');
      await writeFile(path, content);
      expect(await store.upload(path, 'data/x.parquet')).toEqual({ sizeBytes: content.length });
      expect(text(await store.read('data/x.parquet'))).toBe(content);
      await expect(stat(path)).rejects.toThrow('ENOENT');
    }
  });
}
