// Does what a page for people says, step by step, in a folder of its own: commands as a clone has them, and Python.
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'vitest';
import { isShown, type Step } from './runnable-blocks.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** The words that people type, without npm's own start. */
const WORDS = `
sluice() { node ${JSON.stringify(join(ROOT, 'bin/sluice.mjs'))} "$@"; }
npx() { [ "$1" = sluice ] || { echo "npx $1 is not run here" >&2; return 127; }; shift; sluice "$@"; }
npm() { [ "$1" = start ] || { echo "npm $1 is not run here" >&2; return 127; }; shift; [ "$1" = -- ] && shift; sluice start "$@"; }
set -eu
`;

/** Of an error; some are long. */
const MOST_SHOWN = 5000;

type Answer = { readonly code: number; readonly out: string; readonly err: string };

export type Tools = {
  /** The program that runs steps in Python. */
  readonly python?: string;
  /** Beside this process's own. */
  readonly environment?: NodeJS.ProcessEnv;
};

export async function tryStep(page: string, folder: string, step: Step, tools: Tools = {}): Promise<void> {
  const place = `${page}:${step.line}`;
  if (step.kind === 'file') {
    mkdirSync(dirname(join(folder, step.path)), { recursive: true });
    writeFileSync(join(folder, step.path), step.text);
    return;
  }
  const { code, out, err } = await run(step, folder, tools);
  expect(code, `${place}: exit code\n${out}\n${err.slice(-MOST_SHOWN)}`).toBe(step.exitCode);
  if (step.output !== undefined && !isShown(step.output, out))
    expect(out, `${place}: output`).toBe(step.output);
}

function run(
  { language, commands }: Extract<Step, { kind: 'run' }>,
  cwd: string,
  { python, environment }: Tools,
): Promise<Answer> {
  if (language === 'python' && python === undefined) throw new Error('there is no Python to run it');
  const [program, args] =
    language === 'sh' ? ['bash', ['-c', WORDS + commands]] : [python ?? '', ['-B', '-c', commands]];
  const env = { ...process.env, NO_COLOR: '1', ...environment };
  return new Promise((done) => {
    const child = execFile(program, args, { cwd, env, maxBuffer: 2 ** 26 }, (_error, out, err) =>
      done({ code: child.exitCode ?? -1, out, err }),
    );
    child.stdin?.end();
  });
}
