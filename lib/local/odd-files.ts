// What lies in a landing folder and is no file: pipes, sockets, devices, links that lead nowhere. They are never opened, for
// to read one may wait for ever, and no listing of objects has them; so they are named apart.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isS3Location } from '../adapters/s3-location.ts';

/** Their keys, in order; [] for a place in S3 and for a folder that is not there. Names with a leading dot are nobody's concern. */
export async function oddFiles(landing: string): Promise<string[]> {
  if (isS3Location(landing)) return [];
  const found: string[] = [];
  await walk(landing, '', found);
  return found.sort();
}

async function walk(landing: string, folder: string, found: string[]): Promise<void> {
  const entries = await readdir(join(landing, folder), { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.isFile()) continue;
    const key = `${folder}${entry.name}`;
    if (entry.isDirectory()) await walk(landing, `${key}/`, found);
    else if (!entry.isSymbolicLink() || (await isOdd(join(landing, key)))) found.push(key);
  }
}

/** Of a link, by what it leads to. What lies in a linked folder is not looked at. */
async function isOdd(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => !stats.isFile() && !stats.isDirectory(),
    () => true,
  );
}
