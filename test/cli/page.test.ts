// `sluice page`: written into the lake or elsewhere, served, opened, as one file; and nothing else in the lake is touched.
import { chmod, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testTemp } from '../support/temp.ts';
import { sluice, startSluice } from './harness.ts';
import { makeShop, type Shop } from './shop.ts';

async function soldShop(): Promise<Shop> {
  const shop = await makeShop();
  await shop.sell('shop/day=2024-01-01/a.csv', 'north,1.50');
  expect((await sluice(['sync', ...shop.places])).code).toBe(0);
  return shop;
}

const filesBelow = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

describe('the page', () => {
  it('is written into site/ of the lake, which is otherwise as it was', async () => {
    const shop = await soldShop();
    const asked = async () => [
      await sluice(['status', ...shop.places]),
      await sluice(['certify', ...shop.places]),
    ];
    const [before, lake] = [await asked(), await filesBelow(shop.lake)];
    const { code, out } = await sluice(['page', ...shop.places]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^Wrote the page to \S+\/lake\/site: \d+ documents? new, 0 unchanged; [\d.]+ kB in [\d.]+ s\.\n/,
    );
    expect(out).toContain(`npx sluice page --open --landing ${shop.landing}`);
    const site = await filesBelow(join(shop.lake, 'site'));
    expect(site).toEqual(expect.arrayContaining(['data/index.js', 'index.html']));
    expect((await filesBelow(shop.lake)).filter((file) => !file.startsWith('site/'))).toEqual(lake);
    expect(await asked()).toEqual(before);
    expect((await sluice(['maintain', ...shop.places])).code).toBe(0);
    expect(await filesBelow(join(shop.lake, 'site'))).toEqual(site);
    const again = await sluice(['page', ...shop.places]);
    expect(again.out).toContain(': 0 documents new, ');
  });

  it('is written elsewhere, but into no place of somebody else', async () => {
    const shop = await soldShop();
    const out = join(shop.folder, 'elsewhere', 'page');
    expect((await sluice(['page', '--out', out, ...shop.places])).code).toBe(0);
    expect(await filesBelow(out)).toEqual(expect.arrayContaining(['data/index.js', 'index.html']));
    expect(await readdir(shop.lake)).not.toContain('site');
    for (const place of [shop.landing, join(shop.landing, 'page'), shop.lake, join(shop.lake, 'tables')])
      expect(await sluice(['page', '--out', place, ...shop.places])).toMatchObject({
        code: 1,
        err: expect.stringContaining('where only its own files belong'),
      });
    const foreign = testTemp();
    await writeFile(join(foreign, 'index.html'), 'mine');
    expect(await sluice(['page', '--out', foreign, ...shop.places])).toMatchObject({
      code: 1,
      err: expect.stringContaining("there is an index.html that is not this page's"),
    });
    expect(await readFile(join(foreign, 'index.html'), 'utf8')).toBe('mine');
  });

  it('is one file that can be sent', async () => {
    const shop = await soldShop();
    const file = join(shop.folder, 'page.html');
    const { code, out } = await sluice(['page', '--single-file', file, ...shop.places]);
    expect(code).toBe(0);
    expect(out).toMatch(/^Wrote the page to \S+page\.html \([\d.]+ kB\)\.\n$/);
    const html = await readFile(file, 'utf8');
    expect(html).toContain('<script type="application/json" data-file="index.js">{"format":');
    expect(await readdir(shop.lake)).not.toContain('site');
    const inLake = join(shop.lake, 'page.html');
    expect(await sluice(['page', '--single-file', inLake, ...shop.places])).toMatchObject({
      code: 1,
      err: expect.stringContaining(`--single-file ${inLake}: that is in the lake`),
    });
  });

  it('needs a lake and its landing', async () => {
    const shop = await makeShop();
    expect(await sluice(['page', ...shop.places])).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no lake in'),
    });
    const sold = await soldShop();
    await rename(sold.landing, `${sold.landing}-gone`);
    expect(await sluice(['page', ...sold.places])).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no landing folder'),
    });
  });
});

describe('wrong usage', () => {
  it.each([
    [['--serve', '--link'], '--serve and --link are two things'],
    [['--link', '--single-file', 'x.html'], '--link and --single-file are two things'],
    [
      ['--link'],
      '--link needs a lake in a bucket, and .lake/lake is a folder: write the page as one file, --single-file page.html',
    ],
    [
      ['--single-file', 'x.html', '--out', 'y'],
      '--single-file makes one file, for which --out has no meaning',
    ],
    [['--port', '80'], '--port belongs to --serve'],
    [['--serve', '--port', 'x'], '--port x: write a whole number from 1 to 65535'],
    [['--serve', '--port', '65536'], '--port 65536: write a whole number'],
    [['--expires', '1h'], '--expires belongs to --link'],
    ...['8d', '0h', '12', '1w', '-1h', '169h'].map((time): [string[], string] => [
      ['--link', '--lake', 's3://a-bucket', `--expires=${time}`],
      `--expires ${time}: write minutes, hours or days, as 30m, 12h or 7d; 7 days at most`,
    ]),
  ])('%j', async (args, message) => {
    expect(await sluice(['page', ...args])).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  });
});

/** A folder with a program of that name in it, which writes its argument down and ends with the code. */
async function browser(code: number): Promise<{ environment: NodeJS.ProcessEnv; opened: string }> {
  const folder = testTemp();
  const opened = join(folder, 'opened');
  const program = join(folder, process.platform === 'darwin' ? 'open' : 'xdg-open');
  await writeFile(program, `#!/bin/sh\nprintf %s "$1" > ${opened}\nexit ${code}\n`);
  await chmod(program, 0o755);
  return { environment: { ...process.env, PATH: folder }, opened };
}

describe.skipIf(process.platform === 'win32')('--open', () => {
  it('opens the page in the browser', async () => {
    const shop = await soldShop();
    const { environment, opened } = await browser(0);
    const { code, out } = await sluice(['page', '--open', ...shop.places], { environment });
    const index = `file://${shop.lake}/site/index.html`;
    expect(code).toBe(0);
    expect(out).toContain(`Opened ${index}\n`);
    expect(await readFile(opened, 'utf8')).toBe(index);
  });

  it('says where to look when there is none', async () => {
    const shop = await soldShop();
    const { environment } = await browser(3);
    const none = { ...process.env, PATH: testTemp() };
    for (const [surroundings, reason] of [
      [environment, /found none \(exit code 3\)/],
      [none, /cannot be run: /],
    ] as const) {
      const { code, err } = await sluice(['page', '--open', ...shop.places], { environment: surroundings });
      expect(code).toBe(0);
      expect(err).toMatch(reason);
      expect(err).toContain(`Open file://${shop.lake}/site/index.html yourself.`);
    }
  });
});

/** The index as a browser would get it, until it is another one than that of `before`. */
async function indexOf(url: string, before = ''): Promise<string> {
  for (;;) {
    const index = await (await fetch(`${url}/data/index.js`)).text();
    if (index !== before) return index;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('--serve', () => {
  it('follows a lake that others work on, until Ctrl-C', async () => {
    const shop = await soldShop();
    const running = startSluice(['page', '--serve', ...shop.places], shop.folder);
    const [, url = ''] = /^Look at (http:\/\/127\.0\.0\.1:\d+)$/.exec(await running.line(/^Look at /)) ?? [];
    expect(await (await fetch(url)).text()).toContain('<title>Sluice</title>');
    await running.line(/press Ctrl-C/);
    // The first look finds what came while the page was written.
    const first = await indexOf(url, await indexOf(url));
    await shop.sell('shop/day=2024-01-02/a.csv', 'north,2');
    expect((await sluice(['sync', ...shop.places])).code).toBe(0);
    await indexOf(url, first);
    running.process.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 0, err: '\nStopping.\n' });
    expect(await readdir(join(shop.lake, '.scratch'))).toEqual([]);
  });

  it('does not take another port than the one that was asked for', async () => {
    const shop = await soldShop();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const running = startSluice(['page', '--serve', '--port', String(port), ...shop.places], shop.folder);
    expect(await running.ended).toMatchObject({
      code: 1,
      err: expect.stringContaining(`Port ${port} of 127.0.0.1 is taken: choose another --port`),
    });
    other.close();
  });
});

describe('start', () => {
  it('serves the page and rewrites it after each round', async () => {
    const shop = await makeShop();
    const running = startSluice(['start', ...shop.places], shop.folder);
    const [, url = ''] = /^Look at (http:\S+)$/.exec(await running.line(/^Look at /)) ?? [];
    await running.line(/^Watching /);
    const first = await indexOf(url);
    await shop.sell('shop/day=2024-01-01/a.csv', 'north,1');
    await running.line(/^sales/);
    const toldMs = performance.now();
    await indexOf(url, first);
    expect(performance.now() - toldMs).toBeLessThan(2000);
    running.process.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(await filesBelow(join(shop.lake, 'site'))).toContain('data/index.js');
  });

  it('works on where the page cannot be written, and says so once', async () => {
    const shop = await makeShop();
    await mkdir(shop.lake, { recursive: true });
    await writeFile(join(shop.lake, 'site'), 'a file in its place');
    const running = startSluice(['start', ...shop.places], shop.folder);
    await running.line(/^Watching /);
    for (const day of [1, 2]) {
      await shop.sell(`shop/day=2024-01-0${day}/a.csv`, 'north,1');
      await running.line(new RegExp(`^sales day=2024-01-0${day} accepted`));
    }
    running.process.kill('SIGINT');
    const { code, err } = await running.ended;
    expect(code).toBe(0);
    expect(err.match(/warning: the page is not up to date: /g)).toHaveLength(1);
    expect((await stat(join(shop.lake, 'site'))).isFile()).toBe(true);
  });

  it('--once writes it and serves nothing', async () => {
    const shop = await soldShop();
    const { code, out } = await sluice(['start', '--once', ...shop.places]);
    expect(code).toBe(0);
    expect(out).not.toContain('Look at');
    expect(out).toContain(`  npx sluice page --open --landing ${shop.landing}`);
    expect(await filesBelow(join(shop.lake, 'site'))).toContain('index.html');
  });
});
