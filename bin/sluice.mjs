#!/usr/bin/env node
// Starts the command line from its TypeScript source, after installing what is missing.
import { compile } from './compile.mjs';
import { install } from './install.mjs';

install();
process.setSourceMapsEnabled(true);
await import(await compile());
