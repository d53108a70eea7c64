// Who has nothing to do does not pay for the engine: it is loaded by the first statement, and definitions that did not change need none.
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { testTemp } from '../support/temp.ts';
import { makeShop } from './shop.ts';

const COUNT = `process.on('exit', () => {
  const loaded = Object.keys(require.cache).filter((path) => path.endsWith('.node'));
  require('node:fs').writeSync(2, '\\nloaded ' + loaded.length);
});`;

async function loadsEngine(...args: string[]): Promise<boolean> {
  const counter = join(testTemp(), 'count.cjs');
  await writeFile(counter, COUNT);
  const argv = ['--require', counter, resolve('bin/sluice.mjs'), ...args];
  const { stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8', env: { PATH: process.env.PATH } });
  return Number(/\nloaded (\d+)$/.exec(stderr)?.[1]) > 0;
}

it('a sync with nothing to do, and status, load none', async () => {
  const shop = await makeShop();
  await shop.sell('shop/day=2024-01-01/a.csv', 'north,1.50');
  expect(await loadsEngine('sync', ...shop.places)).toBe(true);
  expect(await loadsEngine('sync', ...shop.places)).toBe(false);
  expect(await loadsEngine('status', ...shop.places)).toBe(false);
  await shop.sell('shop/day=2024-01-02/b.csv', 'south,2.50');
  expect(await loadsEngine('sync', ...shop.places)).toBe(true);
});

it('help and a mistake in the command load none', async () => {
  expect(await loadsEngine('sync', '--help')).toBe(false);
  expect(await loadsEngine('query', '--fromat', 'json')).toBe(false);
});
