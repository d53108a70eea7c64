// Every wait has an end: whatever goes under the feet of a process, it ends with a sentence and not with silence.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Running, sluice, startSluice } from '../cli/harness.ts';
import { makeShop, type Shop } from '../cli/shop.ts';

/** Files whose conversion takes a while, with rows for the quarantine. */
async function busyShop(files: number): Promise<Shop> {
  const shop = await makeShop();
  const rows = Array.from({ length: 39_999 }, (_, i) => `till-${i % 50},${i % 3 === 0 ? 'x' : '1.25'}`);
  for (let n = 1; n <= files; n++)
    await shop.sell(`shop/day=2024-01-${String(n).padStart(2, '0')}/a.csv`, ...rows);
  return shop;
}

async function until(what: () => boolean): Promise<void> {
  const end = Date.now() + 60_000;
  while (!what()) {
    if (Date.now() > end) throw new Error('it did not come about in time');
    await setTimeout(5);
  }
}

/** A conversion is under way. */
const isConverting = ({ lake }: Shop) => {
  const scratch = join(lake, '.scratch');
  return (
    existsSync(scratch) &&
    readdirSync(scratch, { recursive: true, encoding: 'utf8' }).some((name) =>
      name.endsWith('accepted.parquet'),
    )
  );
};

/** Ends within that time, or the test fails; the process is killed then. */
async function ended(running: Running, withinMs = 60_000) {
  const late = new AbortController();
  const answer = await Promise.race([
    running.ended,
    setTimeout(withinMs, undefined, { signal: late.signal, ref: false }).catch(() => undefined),
  ]);
  late.abort();
  if (answer === undefined) throw new Error(`it goes on after ${withinMs} ms`);
  return answer;
}

/** Removes it although others write into it meanwhile. */
const take = (path: string) => rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 5 });

describe('a sync', () => {
  it.each<[string, (shop: Shop) => Promise<void>, RegExp]>([
    ['its lake', ({ lake }) => take(lake), /is gone|is another folder/],
    [
      'its folder for temporary files',
      ({ lake }) => take(join(lake, '.scratch')),
      /temporary files .* is gone/,
    ],
    [
      'its landing',
      ({ landing }) => rename(landing, `${landing}-away`),
      /landing is gone while Sluice uses it/,
    ],
    [
      'its landing, another in its place',
      async ({ landing }) => {
        await rename(landing, `${landing}-away`);
        await mkdir(landing);
      },
      /landing is not the same folder as before while Sluice uses it/,
    ],
  ])('that loses %s ends, and takes nothing for deleted', async (_, lose, sentence) => {
    for (const pauseMs of [0, 300]) {
      const shop = await busyShop(5);
      const running = startSluice(['sync', ...shop.places], shop.folder);
      await until(() => isConverting(shop));
      await setTimeout(pauseMs);
      await lose(shop);
      const { code, out, err } = await ended(running);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toMatch(sentence);
      expect(err).not.toMatch(/unexpected error/);
      if (existsSync(`${shop.landing}-away`)) {
        await rm(shop.landing, { recursive: true, force: true });
        await rename(`${shop.landing}-away`, shop.landing);
      }
      const again = JSON.parse((await sluice(['sync', '--format', 'json', ...shop.places])).out);
      expect(again).toMatchObject({ rows: { withdrawn: 0 }, deadLetters: [] });
      const { out: rows } = await sluice([
        'query',
        'SELECT count(*) FROM sales',
        '--format',
        'csv',
        ...shop.places.slice(2),
      ]);
      expect(rows).toBe('count_star()\r\n133330\r\n');
    }
  });

  it('of rows that are in the lake already withdraws none when landing goes meanwhile', async () => {
    const shop = await busyShop(5);
    expect((await sluice(['sync', ...shop.places])).code).toBe(0);
    // Newer versions of all of them, so that each is looked at again.
    await cp(shop.landing, `${shop.landing}-2`, { recursive: true });
    await rm(shop.landing, { recursive: true });
    await rename(`${shop.landing}-2`, shop.landing);
    const running = startSluice(['sync', ...shop.places], shop.folder);
    await until(() => isConverting(shop));
    await rename(shop.landing, `${shop.landing}-away`);
    expect((await ended(running)).code).toBe(1);
    const { out } = await sluice([
      'query',
      'SELECT count(*) FROM sales',
      '--format',
      'csv',
      ...shop.places.slice(2),
    ]);
    expect(out).toBe('count_star()\r\n133330\r\n');
  });
});

describe('a start', () => {
  it.each<[string, (shop: Shop) => Promise<void>, RegExp]>([
    ['its lake', ({ lake }) => take(lake), /temporary files .* is gone/],
    ['its empty landing', ({ landing }) => take(landing), /landing is gone while Sluice uses it/],
    [
      'its landing, another in its place',
      async ({ landing }) => {
        await rename(landing, `${landing}-away`);
        await mkdir(landing);
      },
      /landing is not the same folder as before/,
    ],
  ])('that loses %s while it waits ends by itself', async (_, lose, sentence) => {
    const shop = await makeShop();
    const running = startSluice(['start', ...shop.places], shop.folder);
    await running.line(/^Watching /);
    await lose(shop);
    const { code, err } = await ended(running);
    expect(code).toBe(1);
    expect(err).toMatch(sentence);
  });

  it('whose reader no longer reads ends at Ctrl-C', async () => {
    const shop = await makeShop();
    const running = startSluice(['start', ...shop.places], shop.folder);
    await running.line(/^Watching /);
    running.process.stdout?.pause();
    // Each is a line: more of them than a pipe holds.
    const files = Array.from({ length: 600 }, (_, i) => `shop/${'x'.repeat(200)}-${i}.txt`);
    for (const file of files) await shop.write(file, 'x');
    await setTimeout(2_000);
    running.process.kill('SIGINT');
    await setTimeout(100);
    running.process.stdout?.resume();
    expect(await ended(running, 10_000)).toMatchObject({ code: 0 });
  });
});

describe('what lies in landing and is no file', () => {
  async function oddShop(): Promise<Shop> {
    const shop = await makeShop();
    await shop.sell('shop/day=2024-01-01/a.csv', 'north,1');
    const day = join(shop.landing, 'shop/day=2024-01-01');
    execFileSync('mkfifo', [join(day, 'pipe.csv')]);
    await symlink('/dev/zero', join(day, 'zero.csv'));
    await symlink(join(day, 'nowhere'), join(day, 'broken.csv'));
    const server = createServer().listen(join(day, 'socket.csv'));
    onTestFinished(() => void server.close());
    return shop;
  }

  it('is not read, and is named', async () => {
    const shop = await oddShop();
    const synced = await ended(startSluice(['sync', ...shop.places], shop.folder));
    expect(synced).toMatchObject({ code: 1 });
    expect(synced.out).toContain('Files: 1 accepted\n');
    const odd = ['broken', 'pipe', 'socket', 'zero'].map((name) => `shop/day=2024-01-01/${name}.csv`);
    for (const verb of ['status', 'certify']) {
      const { code, out } = await ended(startSluice([verb, '--format', 'json', ...shop.places], shop.folder));
      const keys = JSON.parse(out).unseen.map(({ key }: { key: string }) => key);
      expect({ code, keys }).toEqual({ code: 1, keys: odd });
    }
    const { out } = await sluice(['status', ...shop.places]);
    expect(out).toContain(`${odd[1]}: it is a named pipe, not a file: remove it\n`);
    expect(out).toContain(`${odd[3]}: it is a link to /dev/zero, outside `);
    for (const name of odd.slice(1)) {
      const file = join(shop.landing, name);
      const { code, err } = await ended(
        startSluice(['validate', file, '--dataset', 'sales', ...shop.places.slice(4)], shop.folder),
      );
      expect({ code, err }).toEqual({
        code: 2,
        err: `${file} is not a file: validate reads one file at a time\n`,
      });
    }
  });

  it('is seen by a start, which goes on', async () => {
    const shop = await oddShop();
    const running = startSluice(['start', ...shop.places], shop.folder);
    await running.line(/^Watching /);
    execFileSync('mkfifo', [join(shop.landing, 'shop/day=2024-01-01/later.csv')]);
    await shop.sell('shop/day=2024-01-02/b.csv', 'north,2');
    expect(await running.line(/^sales/)).toMatch(/day=2024-01-02 accepted 1 row/);
    running.process.kill('SIGINT');
    expect(await ended(running)).toMatchObject({ code: 0 });
  });
});

it('a query whose lake goes meanwhile ends', async () => {
  const shop = await busyShop(3);
  expect((await sluice(['sync', ...shop.places])).code).toBe(0);
  const sql = 'SELECT a.till, b.amount FROM sales a, sales b';
  const running = startSluice(['query', sql, '--format', 'csv', ...shop.places.slice(2)], shop.folder);
  await running.line(/^till,amount/);
  await take(shop.lake);
  await setTimeout(200);
  // It may answer from what it had opened; nobody waits for all of it.
  running.process.stdout?.destroy();
  const { code, err } = await ended(running);
  expect([0, 1]).toContain(code);
  expect(err).not.toMatch(/unexpected error/);
});
