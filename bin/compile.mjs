// Bundles the command line's TypeScript, and the packages that a verb on folders needs, once per state of the sources, so that a verb
// starts in a tenth of a second: hundreds of small files would take longer to load than most verbs to run.
// Plain JavaScript: it runs before anything is compiled.
import { createHash } from 'node:crypto';
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(folder, 'node_modules', '.cache', 'sluice');
const SOURCES = ['bin', 'lib', 'package-lock.json'];
/** `.mjs`: of a .js file in that folder Node would first have to find out what it is. */
const ENTRY = 'sluice.mjs';
/** Loaded as they are installed: native code, and what few verbs need and is slow to bundle. */
const EXTERNAL = [
  '@duckdb/node-bindings',
  '@aws-sdk/*',
  '@aws-lambda-powertools/*',
  'aws-cdk-lib',
  'constructs',
  'esbuild',
];
/** Bundled packages may be CommonJS and load others with `require`. */
const REQUIRE =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);";

/** The URL of the compiled command line. Two processes may compile at once: each writes a folder of its own. */
export async function compile() {
  const target = join(cache, fingerprint());
  const entry = join(target, ENTRY);
  if (!isFile(entry)) await bundle(target);
  return pathToFileURL(entry).href;
}

async function bundle(target) {
  const { build } = await import('esbuild');
  const own = `${target}.${process.pid}`;
  await build({
    entryPoints: [join(folder, 'bin', 'sluice.ts')],
    outdir: own,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: EXTERNAL,
    banner: { js: REQUIRE },
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'error',
  });
  try {
    renameSync(own, target);
  } catch (error) {
    rmSync(own, { recursive: true, force: true });
    if (!isFile(join(target, ENTRY))) throw error;
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
  const add = (path) => {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path}\n${size}\n${mtimeMs}\n`);
  };
  const addFolder = (path) => {
    const entries = readdirSync(path, { withFileTypes: true });
    for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1)))
      if (entry.isDirectory()) addFolder(`${path}/${entry.name}`);
      else add(`${path}/${entry.name}`);
  };
  for (const source of SOURCES) {
    const path = join(folder, source);
    if (isFile(path)) add(path);
    else addFolder(path);
  }
  return hash.digest('hex').slice(0, 16);
}

function isFile(path) {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
