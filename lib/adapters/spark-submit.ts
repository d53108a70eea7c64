// Starts Spark by a command of the user's, such as "spark-submit --master …", with the program that gives tasks to our own. The
// command runs in a shell, as its user types it; what follows it is passed as arguments and never parsed.
import { type ChildProcess, spawn } from 'node:child_process';
import type { JobRunner } from '../ports.ts';
import { sparkReason } from './spark-reason.ts';

export type SparkSubmitOptions = {
  /** As typed in a shell. */
  readonly command: string;
  /** The path of the Spark program. */
  readonly program: string;
  /** The words that start a task's process on any worker; a job's name and run follow them. */
  readonly task: readonly string[];
};

type Submission = { readonly id: string; readonly args: readonly string[] };
type Running = { readonly child: ChildProcess; readonly ended: Promise<void> };

/** Each is a Java process of some hundred MB here, beside what it does elsewhere. */
const MOST_AT_ONCE = 4;
/** What is kept of a command's output, for a message. */
const MAX_SAID = 64 * 1024;

/**
 * The command runs in a process group of its own, and below a guard: once the other end of its standard input is closed, the group is
 * ended. So Spark ends with this process, however this one ends.
 */
const GUARDED = `
exec 3<&0 </dev/null
(trap '' TERM; read -r _ <&3; kill -TERM 0; sleep 10; kill -KILL 0) >/dev/null 2>&1 &
guard=$!
exec 3<&-
COMMAND "$@"
code=$?
kill -KILL $guard
exit $code
`;

export class SparkSubmit implements JobRunner {
  readonly #options: SparkSubmitOptions;
  readonly #waiting: Submission[] = [];
  readonly #running = new Map<string, Running>();
  readonly #ended = new Map<string, { readonly failed: string } | 'ended'>();
  constructor(options: SparkSubmitOptions) {
    this.#options = options;
  }

  async start(
    { name, run }: { readonly name: string; readonly run: string },
    attempt: number,
  ): Promise<string> {
    const id = `${run} ${attempt}`;
    if ((await this.look(id)) === 'running' || this.#ended.has(id)) return id;
    const { program, task } = this.#options;
    this.#waiting.push({ id, args: [program, asciiJson([...task, name, run]), name] });
    this.#startWaiting();
    return id;
  }

  async look(started: string): Promise<'running' | 'ended' | 'unknown' | { readonly failed: string }> {
    if (this.#running.has(started) || this.#waiting.some(({ id }) => id === started)) return 'running';
    return this.#ended.get(started) ?? 'unknown';
  }

  /** Resolves once one of its jobs has ended; at once if none runs. */
  async settled(): Promise<void> {
    if (this.#running.size > 0) await Promise.race([...this.#running.values()].map(({ ended }) => ended));
  }

  /** Ends what runs. */
  async close(): Promise<void> {
    this.#waiting.length = 0;
    for (const { child } of this.#running.values()) child.stdin?.end();
    while (this.#running.size > 0) await this.settled();
  }

  #startWaiting(): void {
    while (this.#running.size < MOST_AT_ONCE) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#submit(next);
    }
  }

  #submit({ id, args }: Submission): void {
    const { command } = this.#options;
    const script = GUARDED.replace('COMMAND', () => command);
    const child = spawn('/bin/sh', ['-c', script, 'sh', ...args], { stdio: 'pipe', detached: true });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-MAX_SAID);
      });
    // It may have ended before its input is closed.
    child.stdin.on('error', () => undefined);
    const ended = new Promise<void>((resolve) => {
      const end = (outcome: { readonly failed: string } | 'ended') => {
        this.#running.delete(id);
        this.#ended.set(id, outcome);
        this.#startWaiting();
        resolve();
      };
      child.once('error', (error) => end({ failed: `${command} cannot be run: ${error.message}` }));
      child.once('close', (code, signal) => {
        const how = signal ?? `exit code ${code}`;
        end(code === 0 ? 'ended' : { failed: `${command} ended with ${how}: ${sparkReason(said)}` });
      });
    });
    this.#running.set(id, { child, ended });
  }
}

/** Java reads arguments in the locale's encoding, which may know ASCII alone. */
function asciiJson(words: readonly string[]): string {
  return JSON.stringify(words).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
