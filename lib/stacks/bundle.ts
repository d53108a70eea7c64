// The functions' code as one folder: esbuild's output, the definitions, the page's program, and DuckDB's native binding for the
// functions' platform. And the command line's, for tasks on other machines.
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { ownPackage } from '../adapters/own-package.ts';
import { pageFolder } from '../adapters/page-assets.ts';
import { BUNDLED_SCHEMAS, keepBound } from '../aws/bundled-definitions.ts';
import type { Definitions } from './definitions.ts';
import { bindingFolder, bindingPackage, bindingsFolder, type Platform } from './native-binding.ts';

export type Bundle = {
  /** Contracts and insights are included, samples are not. */
  readonly definitions: Definitions;
  readonly platform: Platform;
};

const FUNCTIONS = ['ingest', 'aggregate', 'maintain'];
/** DuckDB's interface is CommonJS and loads its native binding with `require`. */
const REQUIRE =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);";

/** Where the functions' entry points are: one file each. */
export function functionsFolder(): string {
  const { folder, form } = ownPackage();
  return join(folder, form === 'sources' ? 'functions' : 'dist/functions');
}

/** Fills the folder `into`. Throws CliError if the platform's native binding is missing. Needs neither network nor Docker. */
export function bundleFunctions({ definitions, platform }: Bundle, into: string): void {
  const extension = ownPackage().form === 'sources' ? 'ts' : 'js';
  bundle(
    FUNCTIONS.map((name) => ({ in: join(functionsFolder(), `${name}.${extension}`), out: name })),
    platform,
    into,
  );
  copyDefinitions(definitions.folder, join(into, BUNDLED_SCHEMAS));
  copy(pageFolder(), join(into, 'page'), /./);
  keepBound(into, definitions.files, definitions.catalog);
}

/** Fills the folder `into`, with the command line under the name that lib/aws/spark-workers.ts starts. Throws as bundleFunctions. */
export function bundleTask(platform: Platform, into: string): void {
  const { folder, form, name, version } = ownPackage();
  const entry = join(folder, form === 'sources' ? 'bin/sluice.ts' : 'dist/sluice.js');
  bundle([{ in: entry, out: 'task' }], platform, into);
  writeFileSync(join(into, 'package.json'), JSON.stringify({ name, version, type: 'module' }));
}

function bundle(
  entryPoints: { readonly in: string; readonly out: string }[],
  platform: Platform,
  into: string,
): void {
  const binding = bindingFolder(platform);
  buildSync({
    absWorkingDir: ownPackage().folder,
    entryPoints,
    outdir: into,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    splitting: true,
    chunkNames: 'shared-[hash]',
    external: ['@duckdb/node-bindings'],
    banner: { js: REQUIRE },
    // Names are kept, so that stack traces are readable without a source map.
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: 'warning',
  });
  const modules = join(into, 'node_modules');
  copy(bindingsFolder(), join(modules, '@duckdb/node-bindings'), /\.(?:js|json)$|LICENSE$/);
  copy(binding, join(modules, bindingPackage(platform)), /./);
}

function copyDefinitions(schemas: string, into: string): void {
  for (const name of readdirSync(schemas)) {
    const folder = join(schemas, name);
    if (!existsSync(join(folder, 'datapackage.json'))) continue;
    copy(folder, join(into, name), /^datapackage\.json$/);
    const insights = join(folder, 'insights');
    if (existsSync(insights)) copy(insights, join(into, name, 'insights'), /\.sql$/);
  }
}

/** Only files whose names match. */
function copy(from: string, to: string, names: RegExp): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true }))
    if (entry.isFile() && names.test(entry.name)) cpSync(join(from, entry.name), join(to, entry.name));
}
