// A fresh clone installs by itself: once, whoever asks first, from a lock file that names the bindings of every platform (`npm ci`
// refuses it otherwise).
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, realpathSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { testTemp } from '../support/temp.ts';

type Locked = { version: string; optionalDependencies?: Record<string, string> };

it('package-lock.json holds every optional dependency', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, Locked>;
  };
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !isLocked(packages, path, name)),
  );
  expect(missing).toEqual([]);
});

/** In the package's own node_modules or in one of those above it. */
function isLocked(packages: Record<string, Locked>, path: string, name: string): boolean {
  const folders = path
    .split('/node_modules/')
    .map((_, depth, parts) => `${parts.slice(0, depth + 1).join('/node_modules/')}/`);
  return ['', ...folders].some(
    (folder) => packages[`${folder}node_modules/${name}`.replace(/^\//, '')] !== undefined,
  );
}

/** A checkout that asks for nothing, so that npm has little to do. */
function checkout(): string {
  const folder = realpathSync(testTemp());
  mkdirSync(join(folder, 'bin'));
  cpSync('bin/install.mjs', join(folder, 'bin/install.mjs'));
  // npm writes node_modules/.package-lock.json where there is something in it.
  const local = { name: 'sluice', version: '1.0.0', dependencies: { own: 'file:own' } };
  mkdirSync(join(folder, 'own'));
  writeFileSync(join(folder, 'own/package.json'), JSON.stringify({ name: 'own', version: '1.0.0' }));
  writeFileSync(join(folder, 'package.json'), JSON.stringify(local));
  const options = { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' } as const;
  spawnSync('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund', '--offline'], options);
  return folder;
}

async function install(folder: string): Promise<{ code: number; err: string }> {
  const child = spawn(process.execPath, [join(folder, 'bin/install.mjs')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<number>((done) => child.on('close', (code) => done(code ?? -1)));
  return { err: await text(child.stderr), code: await ended };
}

it('four that start at once install once', async () => {
  const folder = checkout();
  const all = await Promise.all([1, 2, 3, 4].map(() => install(folder)));
  expect(all.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  expect(all.filter(({ err }) => err.includes('Installing the dependencies'))).toHaveLength(1);
  expect(await install(folder)).toEqual({ code: 0, err: '' });
});

/** As an installer of that process leaves it. */
function leaveLock(folder: string, pid: number | undefined): string {
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  const lock = join(tmpdir(), `sluice-install-${name}`);
  writeFileSync(lock, String(pid));
  return lock;
}

it('one that was killed in the middle holds up nobody', async () => {
  const folder = checkout();
  leaveLock(folder, spawnSync(process.execPath, ['--version']).pid);
  expect(await install(folder)).toMatchObject({
    code: 0,
    err: expect.stringMatching(/^Installing .*\nInstalled in/),
  });
});

it('nor does another program that has its number by now', async () => {
  const folder = checkout();
  utimesSync(leaveLock(folder, process.pid), new Date(0), new Date(0));
  expect(await install(folder)).toMatchObject({
    code: 0,
    err: expect.stringMatching(/^Installing .*\nInstalled in/),
  });
});

it('one that lives is waited for, and that is said', async () => {
  const folder = checkout();
  const other = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  leaveLock(folder, other.pid);
  const child = spawn(process.execPath, [join(folder, 'bin/install.mjs')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<number | null>((done) => child.on('close', done));
  let err = '';
  for await (const piece of child.stderr.setEncoding('utf8')) {
    err += piece;
    if (/waiting for it/.test(err)) other.stdin.end();
  }
  expect({ code: await ended, err }).toEqual({
    code: 0,
    err: expect.stringMatching(/^Another process is installing .*\nInstalling .*\nInstalled in .*\n$/),
  });
});
