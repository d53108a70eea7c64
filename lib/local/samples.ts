// Fills a landing folder with copies of files, as if they had arrived one after another: the samples, and those of a test.
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, readdir, rename, rm, utimes } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { compareKeys } from '../core/object-key.ts';
import { isFolder } from './folders.ts';

export type Sample = { readonly key: string; readonly path: string };

/**
 * Copies schemas/<package>/samples/** to `landing`, completely or not at all, and returns the number of files; undefined, with
 * nothing done, if the folder exists. Their times increase by a second in key order, up to `now`, so that "newer" is defined.
 */
export async function fillLanding(schemas: string, landing: string, now: Date): Promise<number | undefined> {
  if (await isFolder(landing)) return undefined;
  const samples = await findSamples(schemas);
  await copyInOrder(samples, landing, now);
  return samples.length;
}

/** Completely or not at all. The times of the copies increase by a second in the order of `files`, up to `now`. */
export async function copyInOrder(files: readonly Sample[], landing: string, now: Date): Promise<void> {
  const target = resolve(landing);
  const part = join(dirname(target), `.${basename(target)}-${randomUUID()}`);
  await mkdir(part, { recursive: true });
  try {
    for (const [index, { key, path }] of files.entries()) {
      const copy = join(part, key);
      await mkdir(dirname(copy), { recursive: true });
      await copyFile(path, copy);
      const time = new Date(now.getTime() - (files.length - 1 - index) * 1000);
      await utimes(copy, time, time);
    }
    await rename(part, target);
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
}

async function findSamples(schemas: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const name of await readdir(schemas).catch(() => []))
    samples.push(...(await filesBelow(join(schemas, name, 'samples'))));
  return samples.sort((a, b) => compareKeys(a.key, b.key));
}

/** The files below a folder as landing would have them, in the order of their keys; hidden ones are left out. [] if it is missing. */
export async function filesBelow(folder: string): Promise<Sample[]> {
  if (!(await isFolder(folder))) return [];
  const files: Sample[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const key = path.slice(folder.length + 1).replaceAll('\\', '/');
    if (entry.isFile() && !key.split('/').some((segment) => segment.startsWith('.')))
      files.push({ key, path });
  }
  return files.sort((a, b) => compareKeys(a.key, b.key));
}
