// Each block of commands that a page for people marks as runnable (```sh run) does what the page says: its exit code, and its
// output where the page shows it. A page's blocks run in order, in a folder of their own that holds the bundled definitions
// alone, as a fresh clone does. Where the page means another exit code than 0, the block says so: ```sh run exit=3.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isShown, type Step, stepsOf } from '../support/runnable-blocks.ts';
import { testTemp } from '../support/temp.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => join('docs', name)),
].filter((page) => page.endsWith('.md'));
const runnable = pages
  .map((page) => ({ page, steps: stepsOf(readFileSync(join(ROOT, page), 'utf8')) }))
  .filter(({ steps }) => steps.length > 0);

/** The two words that people type, as a clone has them, but without npm's own start. */
const WORDS = `
sluice() { node ${JSON.stringify(join(ROOT, 'bin/sluice.mjs'))} "$@"; }
npx() { [ "$1" = sluice ] || { echo "npx $1 is not run here" >&2; return 127; }; shift; sluice "$@"; }
npm() { [ "$1" = start ] || { echo "npm $1 is not run here" >&2; return 127; }; shift; [ "$1" = -- ] && shift; sluice start "$@"; }
set -eu
`;

type Answer = { readonly code: number; readonly out: string; readonly err: string };

function run(commands: string, cwd: string): Promise<Answer> {
  const env = { ...process.env, NO_COLOR: '1' };
  return new Promise((done) => {
    const child = execFile(
      'bash',
      ['-c', WORDS + commands],
      { cwd, env, maxBuffer: 2 ** 26 },
      (_error, out, err) => done({ code: child.exitCode ?? -1, out, err }),
    );
    child.stdin?.end();
  });
}

async function tryStep(page: string, folder: string, step: Step): Promise<void> {
  const place = `${page}:${step.line}`;
  if (step.kind === 'file') {
    mkdirSync(dirname(join(folder, step.path)), { recursive: true });
    writeFileSync(join(folder, step.path), step.text);
    return;
  }
  const { code, out, err } = await run(step.commands, folder);
  expect(code, `${place}: exit code\n${out}\n${err}`).toBe(step.exitCode);
  if (step.output !== undefined && !isShown(step.output, out))
    expect(out, `${place}: output`).toBe(step.output);
}

it.each(runnable)('$page: its commands do what it says', { timeout: 300_000 }, async ({ page, steps }) => {
  const folder = testTemp();
  cpSync(join(ROOT, 'schemas'), join(folder, 'schemas'), { recursive: true });
  for (const step of steps) await tryStep(page, folder, step);
});

it('the pages that people begin with are tried', () => {
  expect(runnable.map(({ page }) => page)).toEqual(
    expect.arrayContaining(['README.md', 'docs/contracts.md', 'docs/files.md', 'docs/reading.md']),
  );
});

describe('the reader of blocks', () => {
  it('finds commands, their exit code, their output and files', () => {
    const page =
      '```json file=a/b.json\n{}\n```\nText.\n```sh run exit=3\nfalse\n```\n\n```text\nno\n```\n```sh\nnot run\n```\n';
    expect(stepsOf(page)).toEqual([
      { kind: 'file', line: 2, path: 'a/b.json', text: '{}\n' },
      { kind: 'run', line: 6, commands: 'false\n', exitCode: 3, output: 'no\n' },
    ]);
  });

  it('takes no output that is shown for something else', () => {
    expect(stepsOf('```sh run\ntrue\n```\nElsewhere:\n```text\nno\n```\n')).toMatchObject([
      { output: undefined },
    ]);
  });

  it('compares all but times, durations and what is left out', () => {
    expect(isShown('done after 1.5 s\n', 'done after 2 s\n')).toBe(true);
    expect(isShown('a\n…\nd\n', 'a\nb\nc\nd\n')).toBe(true);
    expect(isShown('a …\nd\n', 'a b c\nd\n')).toBe(true);
    expect(isShown('a\nd\n', 'a\nb\nd\n')).toBe(false);
    expect(isShown('a\n', 'a\nb\n')).toBe(false);
    expect(isShown('1.5\n', '105\n')).toBe(false);
  });
});
