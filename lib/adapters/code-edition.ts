// Which program this is, with its engine: what one has bound of definitions, another may bind in another way.
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * Of the compiled program in the folder. Nothing is read: the names of its parts hold a hash of what is in them and in what they import,
 * and an edit by hand changes a size or, where files keep their times, a time.
 */
export function codeEdition(folder: string, { byTime = true } = {}): string {
  const hash = createHash('sha256').update(engineVersion());
  const add = (path: string, name: string) => {
    const { size, mtimeMs } = statSync(path);
    hash.update(`\n${name} ${size}${byTime ? ` ${mtimeMs}` : ''}`);
  };
  const addFolder = (path: string, within: string) => {
    const entries = readdirSync(path, { withFileTypes: true });
    for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
      const [at, name] = [join(path, entry.name), `${within}/${entry.name}`];
      if (entry.isDirectory()) addFolder(at, name);
      else if (/\.m?js$/.test(name)) add(at, name);
    }
  };
  addFolder(folder, '');
  return hash.digest('hex');
}

/** Of the packages around the program; without loading them. A bundle has only the binding as a package, which has the same version. */
function engineVersion(): string {
  const load = createRequire(import.meta.url);
  try {
    return (load('@duckdb/node-api/package.json') as { version: string }).version;
  } catch {
    return (load('@duckdb/node-bindings/package.json') as { version: string }).version;
  }
}
