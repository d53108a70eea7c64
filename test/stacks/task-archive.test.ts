// What a worker of EMR Serverless unpacks: an archive that depends on its files alone, and a command line that runs with nothing beside it.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundleTask } from '../../lib/stacks/bundle.ts';
import { nodeBinary } from '../../lib/stacks/node-binary.ts';
import { tgzOf } from '../../lib/stacks/tar.ts';
import { testTemp, useTemp } from '../support/temp.ts';

function folderOf(files: Readonly<Record<string, string | Uint8Array>>, seconds: number): string {
  const folder = testTemp();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
    utimesSync(join(folder, name), seconds, seconds);
  }
  return folder;
}

describe('an archive', () => {
  const files = {
    'b/ä b.txt': 'x'.repeat(512),
    'a.txt': 'y',
    empty: '',
    'binary.node': Uint8Array.from([0, 255, 10, 13, 0]),
  };

  test('is unpacked by tar as it was, with what may be run', () => {
    const folder = folderOf(files, 1_000_000_000);
    chmodSync(join(folder, 'a.txt'), 0o700);
    const into = testTemp();
    writeFileSync(join(into, 'it.tgz'), tgzOf(folder));
    execFileSync('tar', ['-xzf', 'it.tgz'], { cwd: into });
    for (const [name, content] of Object.entries(files))
      expect(readFileSync(join(into, name))).toEqual(Buffer.from(content));
    const mode = (name: string) => statSync(join(into, name)).mode & 0o777;
    expect([mode('a.txt') & 0o111, mode('empty') & 0o111]).toEqual([0o111, 0]);
    const listed = execFileSync('tar', ['-tzf', 'it.tgz'], { cwd: into, encoding: 'utf8' });
    expect(listed.trim().split('\n')).toHaveLength(4);
  });

  test('has the same bytes whenever the files were written, and others where one differs', () => {
    const archives = [
      tgzOf(folderOf(files, 1_000_000_000)),
      tgzOf(folderOf(files, 1_700_000_000)),
      tgzOf(folderOf({ ...files, 'a.txt': 'z' }, 1_000_000_000)),
    ];
    expect(archives[0]?.equals(archives[1] ?? Buffer.alloc(0))).toBe(true);
    expect(archives[0]?.equals(archives[2] ?? Buffer.alloc(0))).toBe(false);
  });

  test('refuses a path that does not fit', () => {
    expect(() => tgzOf(folderOf({ [`${'d'.repeat(60)}/${'f'.repeat(39)}`]: '' }, 1))).toThrow(
      'the path is too long',
    );
    expect(() => tgzOf(folderOf({ [`${'d'.repeat(60)}/${'f'.repeat(38)}`]: '' }, 1))).not.toThrow();
  });
});

describe('the command line for a worker', () => {
  const folder = useTemp();
  beforeAll(() => bundleTask(`${process.platform}-${process.arch}`, folder));
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(folder, 'task.mjs'), ...args], {
      cwd: testTemp(),
      env: { PATH: process.env.PATH },
      input: 'next\n',
      encoding: 'utf8',
    });

  test('runs in a folder of its own, the engine included', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(run('--version').stdout).toBe(`${version}\n`);
    const { status, stderr } = run('task', '--landing', 'in', '--lake', 'lake', 'JOB', 'RUN');
    expect([status, stderr]).toEqual([2, expect.stringContaining('unknown job "JOB" in lake')]);
    const sample = join(testTemp(), 'a.csv');
    writeFileSync(sample, 'id,day\n1,2024-01-01\n2,2024-01-02\n');
    expect(run('draft', sample).stdout).toContain('"type": "date"');
  });
});

test('Node that is not on this machine is asked for by its command', () => {
  expect(() => nodeBinary('linux-riscv64')).toThrow('npm run bindings -- riscv64 spark');
});
