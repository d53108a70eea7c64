// A folder that others fill: every name in it is an object, hidden, or told. Nothing is passed over, and nothing outside is read.
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import { fileStore } from '../../lib/adapters/file-store.ts';
import { CliError } from '../../lib/errors.ts';
import type { Unseen } from '../../lib/ports.ts';
import { keysBelow } from '../support/store-copy.ts';
import { testTemp } from '../support/temp.ts';
import { tries } from '../support/tries.ts';
import { text } from './object-store.ts';

let folder: string;
let root: string;
beforeEach(async () => {
  folder = testTemp();
  root = join(folder, 'root');
  await mkdir(root);
});

const filled = () => fileStore(root, { filledByOthers: true });
const pathOf = (name: Buffer) => Buffer.concat([Buffer.from(`${root}/`), name]);

async function look(prefix = ''): Promise<{ keys: string[]; unseen: Unseen[] }> {
  const keys: string[] = [];
  const unseen: Unseen[] = [];
  for await (const { key } of filled().list(prefix, undefined, (one) => unseen.push(one))) keys.push(key);
  return { keys, unseen };
}

it('lists names of any characters, and tells them apart', async () => {
  const names = [
    'with\nnewline.csv',
    'tab\tand\u0001control\u001b[31m.csv',
    ' in front',
    'behind ',
    'behind',
    'é.csv'.normalize('NFC'),
    'é.csv'.normalize('NFD'),
    'Case.csv',
    'case.csv',
    '\uFFFD is a character too',
    '\uFEFFmark',
    `${'n'.repeat(251)}.csv`,
    'ä'.repeat(127),
  ];
  for (const [i, name] of names.entries()) await writeFile(join(root, name), `${i}`);
  const { keys, unseen } = await look();
  expect(unseen).toEqual([]);
  expect(keys.toSorted()).toEqual(names.toSorted());
  for (const [i, name] of names.entries()) expect(text(await filled().read(name))).toBe(`${i}`);
});

it('lists keys longer than any store in the cloud takes', async () => {
  const key = `${`${'d'.repeat(200)}/`.repeat(10)}x.csv`;
  await mkdir(join(root, key.slice(0, key.lastIndexOf('/'))), { recursive: true });
  await writeFile(join(root, key), 'x');
  expect(await look()).toEqual({ keys: [key], unseen: [] });
});

it('has a place for every name of any bytes: an object, hidden, or told', async () => {
  const byte = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 255 }) },
    { weight: 2, arbitrary: fc.constantFrom(0x2e, 0x61, 0xc3, 0xa9, 0xe9, 0xff, 0xf0, 0x9f, 0x0a, 0x20) },
  );
  const name = fc
    .uint8Array({ minLength: 1, maxLength: 12 })
    .chain(({ length }) => fc.array(byte, { minLength: length, maxLength: length }))
    .map((bytes) => Buffer.from(bytes))
    .filter((bytes) => !bytes.includes(0x2f) && !['.', '..'].includes(bytes.toString()));
  const names = fc.uniqueArray(name, { maxLength: 12, selector: (bytes) => bytes.toString('hex') });
  await fc.assert(
    fc.asyncProperty(names, async (all) => {
      await rm(root, { recursive: true });
      await mkdir(root);
      for (const bytes of all) await writeFile(pathOf(bytes), 'x');
      const seen = all.filter((bytes) => bytes[0] !== 0x2e);
      const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
      const isText = (bytes: Buffer) => {
        try {
          return decoder.decode(bytes) !== undefined;
        } catch {
          return false;
        }
      };
      const { keys, unseen } = await look();
      expect(keys.toSorted()).toEqual(
        seen
          .filter(isText)
          .map((bytes) => bytes.toString())
          .toSorted(),
      );
      expect(unseen).toHaveLength(seen.length - keys.length);
      for (const key of keys) expect(text(await filled().read(key))).toBe('x');
    }),
    tries(100),
  );
});

it('tells names that are no text, of files and of folders, byte by byte', async () => {
  await writeFile(join(root, 'seen.csv'), 'x');
  await writeFile(pathOf(Buffer.from('caf\xe9 ä.csv', 'latin1')), 'x');
  const below = pathOf(Buffer.from([0x64, 0xff, 0xc3]));
  await mkdir(below);
  await writeFile(Buffer.concat([below, Buffer.from('/a.csv')]), 'x');
  const problem =
    'its name is not UTF-8 (invalid bytes are shown as \\xHH), so no key can name it: rename it';
  expect(await look()).toEqual({
    keys: ['seen.csv'],
    unseen: [
      { key: 'caf\\xE9 \\xE4.csv', problem },
      { key: 'd\\xFF\\xC3', problem },
    ],
  });
  await expect(keysBelow(filled(), '')).rejects.toThrow(`caf\\xE9 \\xE4.csv: ${problem}`);
  // A folder that Sluice alone writes has no such names: somebody else's are none of its objects.
  expect(await keysBelow(fileStore(root), '')).toEqual(['seen.csv']);
});

const LOOP = 'it is a link to one of its own parent folders and is not followed: remove it';

it('follows links within the folder alone, and tells where the others lead', async () => {
  const outside = join(folder, 'outside');
  await mkdir(outside);
  await writeFile(join(outside, 'secret.csv'), 'secret');
  await mkdir(join(root, 'real'));
  await writeFile(join(root, 'real', 'a.csv'), 'a');
  await symlink('real', join(root, 'link'));
  await symlink(join(root, 'real', 'a.csv'), join(root, 'one.csv'));
  await symlink('..', join(root, 'real', 'up'));
  await symlink(outside, join(root, 'out'));
  await symlink('../outside/secret.csv', join(root, 'out.csv'));
  await symlink(join(folder, 'root-and-more'), join(root, 'beside'));
  await mkdir(join(folder, 'root-and-more'));
  await symlink('nowhere.csv', join(root, 'broken.csv'));
  await symlink('self', join(root, 'self'));
  const { keys, unseen } = await look();
  expect(keys).toEqual(['link/a.csv', 'one.csv', 'real/a.csv']);
  const out = (target: string) =>
    `it is a link to ${join(folder, target)}, outside ${root}, and is not followed: put the files themselves here`;
  const nowhere = (target: string) =>
    `it is a link to ${target}, which does not exist: remove it, or put the file there`;
  expect(unseen.toSorted((a, b) => (a.key < b.key ? -1 : 1))).toEqual([
    { key: 'beside', problem: out('root-and-more') },
    { key: 'broken.csv', problem: nowhere('nowhere.csv') },
    { key: 'link/up', problem: LOOP },
    { key: 'out', problem: out('outside') },
    { key: 'out.csv', problem: out('outside/secret.csv') },
    { key: 'real/up', problem: LOOP },
    { key: 'self', problem: nowhere('self') },
  ]);
  const store = filled();
  expect(text(await store.read('link/a.csv'))).toBe('a');
  expect((await store.head('one.csv'))?.sizeBytes).toBe(1);
  for (const key of ['out/secret.csv', 'out.csv'])
    for (const read of [() => store.head(key), () => store.read(key), () => store.download(key)]) {
      const reading = read();
      await expect(reading).rejects.toBeInstanceOf(CliError);
      await expect(reading).rejects.toThrow('is not followed');
    }
  expect(await store.head('broken.csv')).toBeUndefined();
  expect(text(await fileStore(root).read('out/secret.csv'))).toBe('secret');
});

it('is reached through a link itself, and keeps to its own borders', async () => {
  await writeFile(join(root, 'a.csv'), 'a');
  await symlink('a.csv', join(root, 'b.csv'));
  await symlink(root, join(folder, 'entrance'));
  const store = fileStore(join(folder, 'entrance'), { filledByOthers: true });
  expect(await keysBelow(store, '')).toEqual(['a.csv', 'b.csv']);
  expect(text(await store.read('b.csv'))).toBe('a');
});

it('tells pipes and sockets, without waiting for what they say', async () => {
  await promisify(execFile)('mkfifo', [join(root, 'pipe.csv')]);
  expect(await look()).toEqual({
    keys: [],
    unseen: [{ key: 'pipe.csv', problem: 'it is a named pipe, not a file: remove it' }],
  });
});

it('tells what lies below the prefix alone', async () => {
  await mkdir(join(root, 'in'));
  await symlink('nowhere', join(root, 'in', 'x.csv'));
  await symlink('nowhere', join(root, 'y.csv'));
  expect((await look('in/')).unseen.map(({ key }) => key)).toEqual(['in/x.csv']);
  expect((await look('i')).unseen.map(({ key }) => key)).toEqual(['in/x.csv']);
  expect((await look('in/x')).unseen.map(({ key }) => key)).toEqual(['in/x.csv']);
  expect((await look('in/z')).unseen).toEqual([]);
  await expect(readFile(join(root, 'in', 'x.csv'))).rejects.toThrow('ENOENT');
});
