// Copies of lib/ in temporary folders, each with one mutation, to be imported beside the real one.
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Mutation, mutated } from './mutation.ts';

const ROOT = join(import.meta.dirname, '../..');
export const LIB = join(ROOT, 'lib');

/**
 * Calls `use` with the `lib` folder of a copy, which is removed thereafter. `parts`: the files and folders of lib/ that are in it;
 * the others are those of the real one.
 */
export async function withMutant<T>(
  mutation: Mutation,
  parts: readonly string[],
  use: (lib: string) => Promise<T>,
): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'sluice-mutant-'));
  try {
    const lib = join(root, 'lib');
    await mkdir(lib);
    await writeFile(join(root, 'package.json'), '{"type":"module"}');
    await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
    for (const part of parts) await cp(join(LIB, part), join(lib, part), { recursive: true });
    for (const other of await readdir(LIB))
      if (!parts.includes(other)) await symlink(join(LIB, other), join(lib, other));
    const file = join(lib, 'sql', mutation.file);
    await writeFile(file, mutated(await readFile(file, 'utf8'), mutation));
    return await use(lib);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
