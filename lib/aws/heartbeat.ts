// Keeps messages hidden while a function processes them, so that they come back soon after its death: the visibility
// timeout is extended at intervals, each time slightly beyond the next extension.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
import type { Handle, Inbox } from '../adapters/sqs-inbox.ts';
import type { Log } from '../ports.ts';
import { HIDDEN_SECONDS } from './limits.ts';

/** Two extensions may be lost or late. */
const BEATS = 3;

export class Heartbeat {
  readonly #inbox: Inbox;
  readonly #log: Log;
  readonly #messages: Set<Handle>;
  readonly #timer: NodeJS.Timeout;

  /** `seconds`: the time from the last beat until the messages come back. */
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
    // The timer does not keep the process alive.
    this.#timer.unref();
  }

  /** From now on the caller decides whether and when they come back. */
  forget(messages: readonly Handle[]): void {
    for (const message of messages) this.#messages.delete(message);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  // If this fails, a message may be processed twice, which changes nothing.
  #beat(seconds: number): void {
    if (this.#messages.size === 0) return;
    this.#inbox
      .hide([...this.#messages], seconds)
      .catch((error) => this.#log('warn', 'message.unsettled', { error }));
  }
}
