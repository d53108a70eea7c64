// A queue in this process: at least once, with a bounded number of attempts, then passed to a dead-letter handler.
// Equal waiting messages are merged; a message sent while an equal one is being processed waits again.
import type { Queue } from '../ports.ts';

export type LocalQueueOptions<Message> = {
  /** Equal for messages with the same meaning. */
  readonly idOf: (message: Message) => string;
  readonly maxAttempts: number;
  readonly onDead: (message: Message, error: unknown) => Promise<void>;
};

export class LocalQueue<Message> implements Queue<Message> {
  readonly #waiting = new Map<string, Message>();
  readonly #attempts = new Map<string, number>();
  readonly #options: LocalQueueOptions<Message>;
  constructor(options: LocalQueueOptions<Message>) {
    this.#options = options;
  }

  get size(): number {
    return this.#waiting.size;
  }

  async send(messages: readonly Message[]): Promise<void> {
    for (const message of messages) this.#waiting.set(this.#options.idOf(message), message);
  }

  /** The oldest message, or the first by `rank`; it leaves the queue until `failed` returns it. */
  take(rank?: (message: Message) => number): Message | undefined {
    let first: { id: string; message: Message; rank: number } | undefined;
    for (const [id, message] of this.#waiting) {
      const place = rank?.(message) ?? 0;
      if (first === undefined || place < first.rank) first = { id, message, rank: place };
      if (rank === undefined) break;
    }
    if (first) this.#waiting.delete(first.id);
    return first?.message;
  }

  done(message: Message): void {
    this.#attempts.delete(this.#options.idOf(message));
  }

  async failed(message: Message, error: unknown): Promise<void> {
    const id = this.#options.idOf(message);
    const attempts = (this.#attempts.get(id) ?? 0) + 1;
    if (attempts < this.#options.maxAttempts) {
      this.#attempts.set(id, attempts);
      if (!this.#waiting.has(id)) this.#waiting.set(id, message);
    } else {
      this.#attempts.delete(id);
      await this.#options.onDead(message, error);
    }
  }
}
