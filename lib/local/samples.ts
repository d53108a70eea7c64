// Fills a landing folder from the samples next to the contracts, as if they had arrived one after another.
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, readdir, rename, rm, utimes } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { compareKeys } from '../adapters/object-key.ts';
import { isFolder } from './folders.ts';

type Sample = { readonly key: string; readonly path: string };

/**
 * Copies schemas/<package>/samples/** to `landing`, completely or not at all, and returns the number of files; undefined, with
 * nothing done, if the folder exists. Their times increase by a second in key order, up to `now`, so that "newer" is defined.
 */
export async function fillLanding(schemas: string, landing: string, now: Date): Promise<number | undefined> {
  if (await isFolder(landing)) return undefined;
  const target = resolve(landing);
  const samples = await findSamples(schemas);
  const part = join(dirname(target), `.${basename(target)}-${randomUUID()}`);
  await mkdir(part, { recursive: true });
  try {
    for (const [index, { key, path }] of samples.entries()) {
      const copy = join(part, key);
      await mkdir(dirname(copy), { recursive: true });
      await copyFile(path, copy);
      const time = new Date(now.getTime() - (samples.length - 1 - index) * 1000);
      await utimes(copy, time, time);
    }
    await rename(part, target);
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
  return samples.length;
}

async function findSamples(schemas: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const name of await readdir(schemas).catch(() => [])) {
    const folder = join(schemas, name, 'samples');
    if (!(await isFolder(folder))) continue;
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const key = path.slice(folder.length + 1).replaceAll('\\', '/');
      if (entry.isFile() && !key.split('/').some((segment) => segment.startsWith('.')))
        samples.push({ key, path });
    }
  }
  return samples.sort((a, b) => compareKeys(a.key, b.key));
}
