// Messages stay hidden while somebody works on them, and come back soon after that somebody died: SQS is told again and again
// that they are worked on, each time for a little longer than until the next time.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
import type { Handle, Inbox } from '../adapters/sqs-inbox.ts';
import type { Log } from '../ports.ts';
import { HIDDEN_SECONDS } from './limits.ts';

/** Two may be lost, or late. */
const BEATS = 3;

export class Heartbeat {
  readonly #inbox: Inbox;
  readonly #log: Log;
  readonly #messages: Set<Handle>;
  readonly #timer: NodeJS.Timeout;

  /** `seconds`: how long after the last beat the messages come back. */
  constructor(
    { inbox, log }: { readonly inbox: Inbox; readonly log: Log },
    messages: readonly Handle[],
    seconds = HIDDEN_SECONDS,
  ) {
    this.#inbox = inbox;
    this.#log = log;
    this.#messages = new Set(messages);
    this.#beat(seconds);
    this.#timer = setInterval(() => this.#beat(seconds), (seconds * 1000) / BEATS);
    // It keeps no process alive.
    this.#timer.unref();
  }

  /** Somebody else decides when they come back, if they do. */
  forget(messages: readonly Handle[]): void {
    for (const message of messages) this.#messages.delete(message);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  // Without it a message may be worked on twice, which changes nothing.
  #beat(seconds: number): void {
    if (this.#messages.size === 0) return;
    this.#inbox
      .hide([...this.#messages], seconds)
      .catch((error) => this.#log('warn', 'message.unsettled', { error }));
  }
}
