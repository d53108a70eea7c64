// The compiled command line's stacks lead to its sources.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { testTemp } from '../support/temp.ts';
import { makeShop } from './shop.ts';

const BREAK = `const { promises } = require('node:fs');
promises.mkdtemp = () => { throw new TypeError('broken on purpose'); };
require('node:module').syncBuiltinESMExports();`;

it('an unexpected error names file and line of the source', async () => {
  const shop = await makeShop();
  await shop.sell('shop/day=2024-01-01/a.csv', 'north,1.50');
  const preload = join(testTemp(), 'break.cjs');
  await writeFile(preload, BREAK);
  const argv = ['--require', preload, resolve('bin/sluice.mjs'), 'sync', ...shop.places];
  const { stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
  expect(stderr).toContain('unexpected error: TypeError: broken on purpose\n');
  const line = Number(/\/lib\/local\/scratch\.ts:(\d+):\d+\)?\n/.exec(stderr)?.[1]);
  expect(readFileSync('lib/local/scratch.ts', 'utf8').split('\n')[line - 1]).toContain('mkdtemp(');
});
