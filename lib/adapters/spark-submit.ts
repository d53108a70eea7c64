// Starts Spark by a command of the user's, such as "spark-submit --master …", with the program that pipes tasks through our own. The
// command runs in a shell, as its user types it; what follows it is passed as arguments and never parsed.
import { type ChildProcess, spawn } from 'node:child_process';
import type { JobRunner } from '../ports.ts';

export type SparkSubmitOptions = {
  /** As typed in a shell. */
  readonly command: string;
  /** The path of the Spark program. */
  readonly program: string;
  /** The words that start a task's process on any worker; a job's name and run follow them. */
  readonly task: readonly string[];
};

/** What is kept of standard error, for a message. */
const MAX_ERROR = 2000;

export class SparkSubmit implements JobRunner {
  readonly #options: SparkSubmitOptions;
  readonly #children = new Map<string, ChildProcess>();
  readonly #ended = new Map<string, { readonly failed: string } | 'ended'>();
  constructor(options: SparkSubmitOptions) {
    this.#options = options;
  }

  async start(
    { name, run }: { readonly name: string; readonly run: string },
    attempt: number,
  ): Promise<string> {
    const id = `${run} ${attempt}`;
    if (this.#children.has(id) || this.#ended.has(id)) return id;
    const { command, program, task } = this.#options;
    const args = [program, JSON.stringify([...task, name, run]), name];
    // A group of its own: a stop of this process ends it, see close.
    const child = spawn('/bin/sh', ['-c', `exec ${command} "$@"`, 'sh', ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    this.#children.set(id, child);
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-MAX_ERROR);
    });
    const end = (outcome: { readonly failed: string } | 'ended') => {
      this.#children.delete(id);
      this.#ended.set(id, outcome);
    };
    child.on('error', (error) => end({ failed: `${command} cannot be run: ${error.message}` }));
    child.on('close', (code, signal) => {
      const how = signal ?? `exit code ${code}`;
      end(code === 0 ? 'ended' : { failed: `${command} ended with ${how}: ${lastLines(said)}` });
    });
    return id;
  }

  async look(started: string): Promise<'running' | 'ended' | { readonly failed: string }> {
    return this.#children.has(started) ? 'running' : (this.#ended.get(started) ?? 'ended');
  }

  /** Resolves once one of its jobs has ended; at once if none runs. */
  async settled(): Promise<void> {
    const [child] = this.#children.values();
    if (child) await new Promise((resolve) => child.once('close', resolve).once('error', resolve));
  }

  /** Ends what runs. */
  async close(): Promise<void> {
    for (const { pid } of this.#children.values()) if (pid !== undefined) process.kill(-pid, 'SIGTERM');
    while (this.#children.size > 0) await this.settled();
  }
}

/** Of Spark's own stack traces the last lines say the least; its errors begin with the exception. */
function lastLines(said: string): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line));
  return lines.slice(-5).join(' | ');
}
