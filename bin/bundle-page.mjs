// Bundles the page's program for browsers: a script, its charts, a style sheet, and index.html with their names, which hold a
// hash of their content. In a clone once per state of the sources, when the page is first wanted; npm pack does it for the package.
// Plain JavaScript, as it runs in a process of its own, too: it then prints the folder.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const app = join(folder, 'lib', 'page', 'app');
const cache = join(folder, 'node_modules', '.cache', 'sluice');
/** What the program may be made of: it imports pure modules of lib, too. */
const SOURCES = ['bin/bundle-page.mjs', 'lib', 'package-lock.json'];

/** Fills the folder `into`. */
export function bundlePage(into) {
  const { metafile } = buildSync({
    absWorkingDir: folder,
    entryPoints: { app: join(app, 'main.tsx'), charts: join(app, 'charts.ts') },
    outdir: into,
    entryNames: '[name]-[hash]',
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    define: { 'process.env.NODE_ENV': '"production"' },
    minify: true,
    legalComments: 'none',
    charset: 'utf8',
    metafile: true,
    logLevel: 'error',
  });
  const names = Object.keys(metafile.outputs).map((path) => basename(path));
  writeFileSync(join(into, 'index.html'), indexHtml(names));
}

function indexHtml(names) {
  const named = (pattern) => names.find((name) => pattern.test(name));
  const html = readFileSync(join(app, 'index.html'), 'utf8');
  return replaced(
    replaced(replaced(html, '"Sluice"', `"${edition()}"`), '"app.css"', `"${named(/^app-\w+\.css$/)}"`),
    '"app.js"',
    `"${named(/^app-\w+\.js$/)}" data-charts="${named(/^charts-\w+\.js$/)}"`,
  );
}

/** A hash of all sources of the page: documents of another edition are rewritten. */
function edition() {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const hash = createHash('sha256');
  const lib = join(folder, 'lib');
  for (const name of readdirSync(lib, { recursive: true, encoding: 'utf8' }).sort())
    if (/\.(?:tsx?|css|html)$/.test(name)) hash.update(`${name}\n`).update(readFileSync(join(lib, name)));
  return `Sluice ${version} ${hash.digest('hex').slice(0, 16)}`;
}

function replaced(html, from, to) {
  if (html.split(from).length !== 2) throw new Error(`lib/page/app/index.html must hold ${from} once`);
  return html.replace(from, to);
}

/** The folder of the clone's page. Two processes may bundle at once: each writes a folder of its own. */
function bundledOnce() {
  const target = join(cache, `page-${fingerprint()}`);
  if (isThere(target)) return target;
  const own = `${target}.${process.pid}`;
  mkdirSync(own, { recursive: true });
  bundlePage(own);
  try {
    renameSync(own, target);
  } catch (error) {
    rmSync(own, { recursive: true, force: true });
    if (!isThere(target)) throw error;
  }
  return target;
}

function isThere(target) {
  return existsSync(join(target, 'index.html'));
}

/** Changes whenever a source may have changed. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    const path = join(folder, source);
    const names = statSync(path).isFile()
      ? ['']
      : readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
    for (const name of names) {
      const { size, mtimeMs } = statSync(join(path, name));
      hash.update(`${source}/${name}\n${size}\n${mtimeMs}\n`);
    }
  }
  return hash.digest('hex').slice(0, 16);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url))
  process.stdout.write(bundledOnce());
