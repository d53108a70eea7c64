#!/usr/bin/env node
// Starts the command line from its TypeScript source, after installing what is missing.
import { install } from './install.mjs';

install();
const { register } = await import('tsx/esm/api');
register();
await import('./sluice.ts');
