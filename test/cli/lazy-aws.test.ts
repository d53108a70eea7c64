// Who works on folders does not pay for the AWS SDK: it is loaded where a place is in S3, and not before.
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { testTemp } from '../support/temp.ts';
import { makeShop } from './shop.ts';

const COUNT = `process.on('exit', () => {
  const loaded = Object.keys(require.cache).filter((path) => path.includes('/@aws-sdk/'));
  require('node:fs').writeSync(2, '\\nloaded ' + loaded.length);
});`;

async function loadedBy(...args: string[]): Promise<number> {
  const counter = join(testTemp(), 'count.cjs');
  await writeFile(counter, COUNT);
  const { stderr } = spawnSync(process.execPath, ['--require', counter, resolve('bin/sluice.mjs'), ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
  });
  return Number(/\nloaded (\d+)$/.exec(stderr)?.[1]);
}

it('help and verbs on folders load nothing of it', async () => {
  const shop = await makeShop();
  await shop.sell('shop/day=2024-01-01/a.csv', 'north,1.50');
  expect(await loadedBy('--help')).toBe(0);
  expect(await loadedBy('sync', ...shop.places)).toBe(0);
  expect(await loadedBy('dead-letters', ...shop.places)).toBe(0);
});

it('a place in S3 does', async () => {
  expect(await loadedBy('query', 'SELECT 1', '--lake', 's3://a-bucket')).toBeGreaterThan(0);
});
