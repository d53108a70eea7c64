// Each block of commands that a page for people marks as runnable (```sh run) does what the page says: its exit code, and its
// output where the page shows it. A page's blocks run in order, in a folder of their own that holds the bundled definitions
// alone, as a fresh clone does. Where the page means another exit code than 0, the block says so: ```sh run exit=3.
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tryStep } from '../support/page-commands.ts';
import { isShown, stepsOf } from '../support/runnable-blocks.ts';
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

it.each(runnable)('$page: its commands do what it says', { timeout: 300_000 }, async ({ page, steps }) => {
  const folder = testTemp();
  cpSync(join(ROOT, 'schemas'), join(folder, 'schemas'), { recursive: true });
  // Python is tried by test/interop/docs-snippets.interop.ts.
  for (const step of steps)
    if (step.kind === 'file' || step.language === 'sh') await tryStep(page, folder, step);
});

it('the pages that people begin with are tried', () => {
  expect(runnable.map(({ page }) => page)).toEqual(
    expect.arrayContaining([
      'README.md',
      'docs/contracts.md',
      'docs/files.md',
      'docs/reading.md',
      'docs/using.md',
    ]),
  );
});

describe('the reader of blocks', () => {
  it('finds commands, their exit code, their output and files', () => {
    const page =
      '```json file=a/b.json\n{}\n```\nText.\n```sh run exit=3\nfalse\n```\n\n```text\nno\n```\n```sh\nnot run\n```\n';
    expect(stepsOf(page)).toEqual([
      { kind: 'file', line: 2, path: 'a/b.json', text: '{}\n' },
      { kind: 'run', language: 'sh', line: 6, commands: 'false\n', exitCode: 3, output: 'no\n' },
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
