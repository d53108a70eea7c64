#!/usr/bin/env node
// Starts the command line: compiled, in an installed package; in a clone from its TypeScript source, after installing what is missing.
import { existsSync } from 'node:fs';

await import(existsSync(new URL('../lib', import.meta.url)) ? await fromSource() : '../dist/sluice.js');

async function fromSource() {
  const { install } = await import('./install.mjs');
  install();
  const { compile } = await import('./compile.mjs');
  return compile();
}
