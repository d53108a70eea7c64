// Bundles the command line's TypeScript once per state of the sources, so that a verb starts in a tenth of a second.
// Plain JavaScript: it runs before anything is compiled.
import { createHash } from 'node:crypto';
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(folder, 'node_modules', '.cache', 'sluice');
const SOURCES = ['bin', 'lib', 'package-lock.json'];

/** The URL of the compiled command line. Two processes may compile at once: each writes a folder of its own. */
export async function compile() {
  const target = join(cache, fingerprint());
  const entry = join(target, 'sluice.js');
  if (!isFile(entry)) await bundle(target);
  return pathToFileURL(entry).href;
}

async function bundle(target) {
  const { build } = await import('esbuild');
  const own = `${target}.${process.pid}`;
  await build({
    entryPoints: [join(folder, 'bin', 'sluice.ts')],
    outdir: own,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    logLevel: 'error',
  });
  try {
    renameSync(own, target);
  } catch (error) {
    rmSync(own, { recursive: true, force: true });
    if (!isFile(join(target, 'sluice.js'))) throw error;
  }
  removeOlder(target);
}

/** Yesterday's bundles; one that another process may have begun with a moment ago stays. */
function removeOlder(target) {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    const ageMs = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (path !== target && ageMs > 24 * 60 * 60 * 1000) rmSync(path, { recursive: true, force: true });
  }
}

/** Changes whenever a source may have changed. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    const path = join(folder, source);
    const names = isFile(path) ? [''] : readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
    for (const name of names) {
      const { size, mtimeMs } = statSync(join(path, name));
      hash.update(`${source}/${name}\n${size}\n${mtimeMs}\n`);
    }
  }
  return hash.digest('hex').slice(0, 16);
}

function isFile(path) {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
