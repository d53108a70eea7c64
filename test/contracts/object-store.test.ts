import { execFile } from 'node:child_process';
import { mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { fileStore } from '../../lib/adapters/file-store.ts';
import { memoryStore } from '../../lib/adapters/memory-store.ts';
import { CliError } from '../../lib/errors.ts';
import { keysBelow } from '../support/store-copy.ts';
import { testTemp } from '../support/temp.ts';
import { bytes, objectStoreContract, text } from './object-store.ts';

objectStoreContract('a folder', async (folder) => fileStore(join(folder, 'root')));
objectStoreContract('memory', async (folder) =>
  memoryStore({ clock: () => new Date(0), scratch: join(folder, 'scratch') }),
);

describe('memory', () => {
  it('takes LastModified from its clock', async () => {
    const store = memoryStore({ clock: () => new Date(1234), scratch: '/nowhere' });
    await store.write('a', bytes('x'));
    expect((await store.head('a'))?.lastModifiedMs).toBe(1234);
  });
});

describe('a folder', () => {
  let root: string;
  beforeEach(() => {
    root = testTemp();
  });

  it('lets exactly one of several processes create each key', { timeout: 120_000 }, async () => {
    const script = join(import.meta.dirname, 'racing-creator.ts');
    const run = promisify(execFile);
    const runs = await Promise.all(
      ['ann', 'bob', 'cyd', 'dot'].map(async (name) => {
        const { stdout } = await run(process.execPath, ['--import', 'tsx', script, root, name, '60']);
        return { name, won: JSON.parse(stdout) as string[] };
      }),
    );
    expect(runs.flatMap((r) => r.won)).toHaveLength(60);
    const store = fileStore(root);
    for (const { name, won } of runs)
      for (const key of won) expect(text(await store.read(key))).toBe(`${name}\n`.repeat(2000));
    expect(await readdir(join(root, 'log'))).toHaveLength(60);
  });

  it('lists nothing where it does not exist', async () => {
    expect(await keysBelow(fileStore(join(root, 'absent')), '')).toEqual([]);
  });

  it('does not see hidden files and folders, and does not make them', async () => {
    const store = fileStore(root);
    await mkdir(join(root, '.git'));
    await writeFile(join(root, '.git', 'config'), 'x');
    await writeFile(join(root, '.hidden'), 'x');
    await store.write('seen', bytes('x'));
    expect(await keysBelow(store, '')).toEqual(['seen']);
    expect(await keysBelow(store, '.git/')).toEqual([]);
    expect(await store.head('.hidden')).toBeUndefined();
    await expect(store.write('a/.b', bytes('x'))).rejects.toThrow(
      "names that start with '.' are not objects",
    );
    await store.remove(['.hidden']);
    expect((await readdir(root)).toSorted()).toEqual(['.git', '.hidden', 'seen']);
  });

  it('follows symbolic links, skips broken ones and does not run in circles', async () => {
    const store = fileStore(root);
    await store.write('real/a', bytes('a'));
    await symlink(join(root, 'real'), join(root, 'link'));
    await symlink(join(root, 'real', 'a'), join(root, 'one'));
    await symlink(join(root, 'nowhere'), join(root, 'broken'));
    await symlink('self', join(root, 'self'));
    await symlink(root, join(root, 'real', 'up'));
    expect(await keysBelow(store, '')).toEqual(['link/a', 'one', 'real/a']);
    expect(await store.head('broken')).toBeUndefined();
    expect(await store.head('self')).toBeUndefined();
    expect(text(await store.read('link/a'))).toBe('a');
  });

  it('has folders neither as objects nor left over', async () => {
    const store = fileStore(root);
    await store.write('a/b/c', bytes('x'));
    await store.write('a/d', bytes('x'));
    expect(await store.head('a/b')).toBeUndefined();
    expect(await store.read('a/b')).toBeUndefined();
    await store.remove(['a/b']);
    await store.remove(['a/b/c']);
    expect(await readdir(join(root, 'a'))).toEqual(['d']);
    await store.remove(['a/d']);
    expect(await readdir(root)).toEqual([]);
  });

  it('changes the etag when size and time stay the same', async () => {
    const store = fileStore(root);
    const at = new Date('2024-01-01T00:00:00.125Z');
    const seen = new Set<string | undefined>();
    for (const content of ['one', 'two']) {
      await writeFile(join(root, 'k'), content);
      await utimes(join(root, 'k'), at, at);
      seen.add((await store.head('k'))?.etag);
    }
    expect(seen.size).toBe(2);
    expect((await store.head('k'))?.lastModifiedMs).toBe(at.getTime());
  });

  it('says which path failed and what to do', async () => {
    const store = fileStore(root);
    await store.write('file', bytes('x'));
    const failed = store.write('file/below', bytes('x'));
    await expect(failed).rejects.toBeInstanceOf(CliError);
    await expect(failed).rejects.toThrow(`cannot write ${join(root, 'file/below')}`);
    await expect(failed).rejects.toThrow('a part of the path is a file, not a folder: move that file away');
    expect(await store.read('file/below')).toBeUndefined();
    await expect(store.write('x'.repeat(300), bytes('x'))).rejects.toThrow('the path is too long');
    expect(await readdir(root)).toEqual(['file']);
  });
});
