// Ctrl-C: asks the work to stop between two steps, and ends the process if a step takes longer than a person would wait.
// The lake stays consistent whenever the process ends: a commit is one file that exists or does not.
import type { Terminal } from './terminal.ts';

const PATIENCE_MS = 1000;
const INTERRUPTED = 130;

export class Interrupt {
  #stopped = false;
  #patience: NodeJS.Timeout | undefined;
  readonly #terminal: Terminal;
  readonly #stopping: string;
  /** Called at the first Ctrl-C. */
  onStop = (): void => {};
  /** Called, but not awaited, before the process ends in the middle of a step. */
  onEnd = (): void => {};

  /** `stopping`: what is said at the first Ctrl-C. */
  constructor(
    terminal: Terminal,
    stopping = 'Stopping; the lake is consistent, and the next start continues.',
  ) {
    this.#terminal = terminal;
    this.#stopping = stopping;
    process.on('SIGINT', this.#interrupted);
    process.on('SIGTERM', this.#interrupted);
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  readonly #interrupted = (): void => {
    if (this.#stopped) this.#end(INTERRUPTED);
    this.#terminal.err(['', this.#stopping]);
    this.#stopped = true;
    this.#patience = setTimeout(() => this.#end(0), PATIENCE_MS);
    this.onStop();
  };

  #end(exitCode: number): never {
    this.onEnd();
    process.exit(exitCode);
  }

  dispose(): void {
    clearTimeout(this.#patience);
    process.off('SIGINT', this.#interrupted);
    process.off('SIGTERM', this.#interrupted);
  }
}
