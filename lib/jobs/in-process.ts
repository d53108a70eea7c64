// Runs a job's tasks in this process, one after the other: without another engine, with the memory of one.
import type { JobRunner } from '../ports.ts';
import { type JobEffects, nextLines, runLine } from './run-job.ts';

type Outcome = 'ended' | 'unknown' | { readonly failed: string };

/** One job at a time. Ends with its process; what its tasks have done stays done. */
export class InProcessRunner implements JobRunner {
  readonly #effects: JobEffects;
  readonly #running = new Map<string, Promise<void>>();
  readonly #ended = new Map<string, Outcome>();
  #last: Promise<void> = Promise.resolve();
  #isClosing = false;
  constructor(effects: JobEffects) {
    this.#effects = effects;
  }

  async start(
    { name, run }: { readonly name: string; readonly run: string },
    attempt: number,
  ): Promise<string> {
    const id = `${run} ${attempt}`;
    if (this.#running.has(id) || this.#ended.has(id)) return id;
    this.#last = this.#last.then(async () => {
      this.#ended.set(id, await this.#outcomeOf(name, run));
      this.#running.delete(id);
    });
    this.#running.set(id, this.#last);
    return id;
  }

  async #outcomeOf(name: string, run: string): Promise<Outcome> {
    try {
      await runAll(this.#effects, name, run, () => this.#isClosing);
      return this.#isClosing ? 'unknown' : 'ended';
    } catch (error) {
      return { failed: error instanceof Error ? error.message : String(error) };
    }
  }

  async look(started: string): Promise<'running' | Outcome> {
    return this.#running.has(started) ? 'running' : (this.#ended.get(started) ?? 'unknown');
  }

  get isRunning(): boolean {
    return this.#running.size > 0;
  }

  /** Resolves once one of its jobs has ended; at once if none runs. */
  async settled(): Promise<void> {
    if (this.isRunning) await Promise.race(this.#running.values());
  }

  /** What is being done is done to its end; the rest is given up with the process. */
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
