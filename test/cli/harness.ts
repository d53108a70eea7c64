// Runs the command line for tests: in this process with a terminal in memory, or as the process that users start.

import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import { terminalOver } from '../../lib/cli/terminal.ts';

export type Answer = { readonly code: number; readonly out: string; readonly err: string };

export const SCHEMAS = resolve('schemas');
export const BIN = resolve('bin/sluice.mjs');

/**
 * In this process. `columns`: the width of the terminal that standard output is; none for a pipe. `folder` and `environment`: where
 * settings are looked for; options are relative to this process's folder all the same.
 */
export async function sluice(
  args: readonly string[],
  {
    input = '',
    columns,
    folder = process.cwd(),
    environment = process.env,
  }: { input?: string; columns?: number; folder?: string; environment?: NodeJS.ProcessEnv } = {},
): Promise<Answer> {
  let out = '';
  let err = '';
  const terminal = terminalOver({
    out: async (text) => {
      out += text;
    },
    outIsClosed: () => false,
    err: (text) => {
      err += text;
    },
    input: Readable.from([Buffer.from(input)]),
    outColumns: columns,
    errColumns: undefined,
  });
  const code = await main(args, terminal, { folder, environment });
  return { code, out, err };
}

export type Running = {
  readonly process: ChildProcess;
  /** All of standard output so far. */
  out(): string;
  /** All of standard error so far. */
  err(): string;
  /** The first line of standard output, not yet returned, that matches. Throws, with the output, when it does not come. */
  line(pattern: RegExp): Promise<string>;
  readonly ended: Promise<Answer & { readonly signal: NodeJS.Signals | null }>;
};

/** As its own process. It is killed when the test is over. `environment`: beside this process's own. `user`: who starts it. */
export function startSluice(
  args: readonly string[],
  cwd: string,
  environment: NodeJS.ProcessEnv = {},
  user: { readonly uid?: number; readonly gid?: number } = {},
): Running {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...user,
  });
  let out = '';
  let err = '';
  let seen = 0;
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    changed();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  let isOver = false;
  const ended = new Promise<Answer & { signal: NodeJS.Signals | null }>((done) => {
    child.on('close', (code, signal) => {
      isOver = true;
      changed();
      done({ code: code ?? -1, out, err, signal });
    });
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const line = (pattern: RegExp) =>
    new Promise<string>((found, failed) => {
      const late = setTimeout(
        () => failed(new Error(`no line matched ${pattern} in time:\n${out}\n${err}`)),
        60_000,
      );
      const look = () => {
        const rest = out.slice(seen);
        const complete = rest.slice(0, rest.lastIndexOf('\n') + 1).split('\n');
        const index = complete.findIndex((text) => pattern.test(text));
        if (index >= 0) {
          seen += complete.slice(0, index + 1).join('\n').length + 1;
          listeners.delete(look);
          clearTimeout(late);
          found(complete[index] ?? '');
        } else if (isOver) {
          listeners.delete(look);
          clearTimeout(late);
          failed(new Error(`no line matched ${pattern} before the process ended:\n${out}\n${err}`));
        }
      };
      listeners.add(look);
      look();
    });
  return { process: child, out: () => out, err: () => err, line, ended };
}
