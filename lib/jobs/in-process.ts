// Runs a job's tasks in this process, one after the other: without another engine, with the memory of one.
import type { JobRunner } from '../ports.ts';
import { type JobEffects, nextLines, runLine } from './run-job.ts';

/** Ends with its process; what its tasks have done stays done. */
export class InProcessRunner implements JobRunner {
  readonly #effects: JobEffects;
  readonly #running = new Map<string, Promise<void>>();
  #isClosing = false;
  constructor(effects: JobEffects) {
    this.#effects = effects;
  }

  async start(
    { name, run }: { readonly name: string; readonly run: string },
    attempt: number,
  ): Promise<string> {
    const id = `${run} ${attempt}`;
    if (!this.#running.has(id)) {
      const ended = () => this.#running.delete(id);
      // What went wrong is in the job's folder.
      this.#running.set(
        id,
        runAll(this.#effects, name, run, () => this.#isClosing)
          .then(ended, ended)
          .then(() => undefined),
      );
    }
    return id;
  }

  async look(started: string): Promise<'running' | 'ended'> {
    return this.#running.has(started) ? 'running' : 'ended';
  }

  get isRunning(): boolean {
    return this.#running.size > 0;
  }

  /** Resolves once one of its jobs has ended; at once if none runs. */
  async settled(): Promise<void> {
    await [...this.#running.values()][0];
  }

  /** What is being done is done to its end; what it starts then is given up with the process. */
  async close(): Promise<void> {
    this.#isClosing = true;
    while (this.#running.size > 0) await this.settled();
  }
}

/** Until the manifest is there, or `stopping` says so between two tasks. Throws what a task throws. */
export async function runAll(
  effects: JobEffects,
  name: string,
  run: string,
  stopping = () => false,
): Promise<void> {
  for (;;) {
    const lines = await nextLines(effects, name, run);
    if (lines.length === 0) return;
    for (const line of lines) {
      if (stopping()) return;
      await runLine(effects, name, run, line);
    }
  }
}
