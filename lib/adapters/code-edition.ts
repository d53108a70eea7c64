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
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!/\.m?js$/.test(name)) continue;
    const { size, mtimeMs } = statSync(join(folder, name));
    hash.update(`\n${name} ${size}${byTime ? ` ${mtimeMs}` : ''}`);
  }
  return hash.digest('hex');
}

/** Without loading it. */
function engineVersion(): string {
  const { version } = createRequire(import.meta.url)('@duckdb/node-bindings/package.json') as {
    version: string;
  };
  return version;
}
