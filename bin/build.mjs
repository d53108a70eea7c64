// npm pack: compiles the package into dist/: the command line, what programs import, the functions, the page, source maps and types.
// Plain JavaScript, as npm runs it before packing.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install } from './install.mjs';

const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(folder, 'dist');

install();
rmSync(dist, { recursive: true, force: true });
const { build } = await import('esbuild');
await build({
  entryPoints: {
    sluice: join(folder, 'bin/sluice.ts'),
    index: join(folder, 'lib/package/index.ts'),
    cdk: join(folder, 'lib/package/cdk.ts'),
    delta: join(folder, 'lib/package/delta.ts'),
    'functions/ingest': join(folder, 'functions/ingest.ts'),
    'functions/aggregate': join(folder, 'functions/aggregate.ts'),
    'functions/maintain': join(folder, 'functions/maintain.ts'),
  },
  outdir: dist,
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  sourcemap: true,
  // Traces name file and line; the sources themselves would double the package.
  sourcesContent: false,
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'error',
});
const { bundlePage } = await import('./bundle-page.mjs');
bundlePage(join(dist, 'page'));
const tsc = join(folder, 'node_modules/typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', join(folder, 'tsconfig.types.json')], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
