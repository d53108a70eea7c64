// What watchers have seen and nobody has worked on yet.
import { setTimeout } from 'node:timers/promises';

/** `redefined`: the definitions are to be read again before the keys are worked on. */
export type News = { readonly keys: readonly string[]; readonly redefined: boolean };

/** Keys that wait for a round, each once, and whether the definitions changed. */
export class Changes {
  readonly #keys = new Set<string>();
  readonly #stop = new AbortController();
  #redefined = false;
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => {};

  add(key: string): void {
    this.#keys.add(key);
    this.#wake();
  }

  redefine(): void {
    this.#redefined = true;
    this.#wake();
  }

  /** The work cannot go on: `take` throws the first such error. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake();
  }

  /** No further round begins. */
  stop(): void {
    this.#stop.abort();
    this.#wake();
  }

  get stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** After that time; at once, and false, where it is stopped. */
  async stillWanted(afterMs: number): Promise<boolean> {
    await setTimeout(afterMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    return !this.stopped;
  }

  /** Everything that waits, as soon as something does; undefined after `stop`. Throws what `fail` was told. */
  async take(gatherMs: number): Promise<News | undefined> {
    while (!this.#hasNews && !this.stopped) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (!(await this.stillWanted(gatherMs))) return undefined;
    if (this.#failure) throw this.#failure.error;
    const news = { keys: [...this.#keys], redefined: this.#redefined };
    this.#keys.clear();
    this.#redefined = false;
    return news;
  }

  get #hasNews(): boolean {
    return this.#keys.size > 0 || this.#redefined || this.#failure !== undefined;
  }
}
