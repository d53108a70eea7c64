// A notification as JSON on the standard input of a command, which runs without a shell: no name in it is ever a word of a command line.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { isAbsolute, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { type Notification, type Notifier, UndeliveredError } from '../ports.ts';

export type CommandPlace = {
  /** The working directory; a program with a `/` in its name is relative to it. */
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
};

/** What is kept of standard error, for a message. */
const MAX_ERROR = 300;
/** From the request to end to the end by force. */
const GRACE_MS = 1_000;
/** From the end of the command to the end of what it printed. */
const LAST_WORDS_MS = 500;

/** `command`: the program and its arguments. Its standard output is dropped. The text is in the variable SLUICE_TEXT, too. */
export function commandNotifier(command: readonly string[], { folder, environment }: CommandPlace): Notifier {
  const [name = '', ...args] = command;
  const program = /[/\\]/.test(name) && !isAbsolute(name) ? resolve(folder, name) : name;
  return {
    channel: 'command',
    notify: (notification, signal) => run(program, args, { folder, environment }, notification, signal),
  };
}

async function run(
  program: string,
  args: readonly string[],
  place: CommandPlace,
  notification: Notification,
  signal: AbortSignal,
): Promise<void> {
  const { code, by, said } = await ended(start(program, args, place, notification), program, signal);
  if (code === 0) return;
  if (signal.aborted) throw new UndeliveredError(`${program} did not end in time`, true);
  const last = said.trim();
  const ending = `${program} ended with ${by ?? `exit code ${code}`}${last === '' ? '' : `: ${last}`}`;
  throw new UndeliveredError(ending, true);
}

type Child = ChildProcessByStdio<Writable, null, Readable>;

function start(
  program: string,
  args: readonly string[],
  { folder, environment }: CommandPlace,
  notification: Notification,
): Child {
  try {
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...environment, SLUICE_TEXT: notification.text },
      stdio: ['pipe', 'ignore', 'pipe'],
      // Its own group, so that what it started ends with it.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    // It need not read its input.
    child.stdin.on('error', () => {});
    child.stdin.end(`${JSON.stringify(notification)}\n`);
    return child;
  } catch (error) {
    throw notRunnable(program, error as NodeJS.ErrnoException);
  }
}

function notRunnable(program: string, { code, message }: NodeJS.ErrnoException): UndeliveredError {
  return new UndeliveredError(`${program} cannot be run (${code ?? message})`, false);
}

type Ended = { readonly code: number | null; readonly by: string | null; readonly said: string };

/** When `signal` is aborted the command is asked to end, and then made to. */
function ended(child: Child, program: string, signal: AbortSignal): Promise<Ended> {
  return new Promise((done, failed) => {
    let said = '';
    let force: NodeJS.Timeout | undefined;
    const end = () => {
      kill(child, 'SIGTERM');
      force = setTimeout(() => kill(child, 'SIGKILL'), GRACE_MS);
    };
    const settled = () => {
      signal.removeEventListener('abort', end);
      clearTimeout(force);
      if (signal.aborted) kill(child, 'SIGKILL');
    };
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-MAX_ERROR);
    });
    child.on('error', (error) => {
      settled();
      failed(notRunnable(program, error));
    });
    child.on('exit', (code, by) => {
      settled();
      const finish = () => {
        clearTimeout(late);
        child.stderr.destroy();
        done({ code, by, said });
      };
      // What it left running in the background may keep its standard error open.
      const late = setTimeout(finish, LAST_WORDS_MS);
      child.stderr.once('close', finish);
    });
  });
}

/** The group: it has ended already where this fails. */
function kill({ pid }: Child, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
