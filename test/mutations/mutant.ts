// Versions of lib/ in temporary folders, each with one mutation, to be imported beside the real one.
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Mutation, mutated } from './mutation.ts';

const ROOT = join(import.meta.dirname, '../..');
export const LIB = join(ROOT, 'lib');

/** The text of a module by its path within lib/. */
type Modules = ReadonlyMap<string, string>;

/**
 * Calls `use` with the `lib` folder of a mutant, which is removed thereafter. `parts`: the files and folders of lib/ that are in it;
 * the others are those of the real one. Modules that do not know the mutated one are the real ones, which the engine of
 * JavaScript has made fast.
 */
export async function withMutant<T>(
  mutation: Mutation,
  parts: readonly string[],
  use: (lib: string) => Promise<T>,
): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'sluice-mutant-'));
  try {
    await writeFile(join(root, 'package.json'), '{"type":"module"}');
    await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
    await mkdir(join(root, 'lib'));
    for (const other of await readdir(LIB))
      if (!parts.includes(other)) await symlink(join(LIB, other), join(root, 'lib', other));
    const modules = await modulesOf(parts);
    const file = join('sql', mutation.file);
    const own = importersOf(file, modules);
    for (const [path, text] of modules) {
      const real = `export * from ${JSON.stringify(join(LIB, path))};\n`;
      const kept = own.has(path) ? text : real;
      await mkdir(dirname(join(root, 'lib', path)), { recursive: true });
      await writeFile(join(root, 'lib', path), path === file ? mutated(text, mutation) : kept);
    }
    return await use(join(root, 'lib'));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function modulesOf(parts: readonly string[]): Promise<Modules> {
  const modules = new Map<string, string>();
  for (const part of parts) {
    const isFolder = (await stat(join(LIB, part))).isDirectory();
    const within = isFolder ? await readdir(join(LIB, part), { recursive: true }) : [''];
    for (const path of within.map((name) => join(part, name)).filter((name) => name.endsWith('.ts')))
      modules.set(path, await readFile(join(LIB, path), 'utf8'));
  }
  return modules;
}

/** The module itself, and all that import it or one that does. */
function importersOf(file: string, modules: Modules): ReadonlySet<string> {
  const found = new Set([file]);
  // What is added while it is gone through is gone through as well.
  for (const known of found)
    for (const [path, text] of modules) if (importsOf(path, text).includes(known)) found.add(path);
  return found;
}

function importsOf(path: string, text: string): string[] {
  return [...text.matchAll(/ from '(\.[^']+)'/g)].map(([, to = '']) => join(dirname(path), to));
}
