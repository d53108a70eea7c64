// A standard queue at its worst, which SQS allows: messages come in any order, some much later than others, and some come twice.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html. One seed decides. Pure.
import { numbers } from '../support/numbers.ts';
import type { QueueFault } from './poller-words.ts';

const HELD_BACK = 0.08;
const TWICE = 0.02;

export class UnrulyQueue<Message> {
  readonly #next: () => number;
  #held: Message[] = [];
  #faults: QueueFault[] = [];

  constructor(seed: string) {
    this.#next = numbers(seed);
  }

  /** Received, and in no batch yet. */
  get heldBack(): readonly Message[] {
    return this.#held;
  }

  /** What to deliver, one batch after the other. What is held back is in them as soon as nothing else comes. */
  batches(received: readonly Message[]): Message[][] {
    const last = this.#held;
    this.#held = received.filter(() => this.#next() < HELD_BACK);
    const now = this.#shuffled([...last, ...received.filter((message) => !this.#held.includes(message))]);
    const again = now.filter(() => this.#next() < TWICE);
    if (this.#held.length > 0 || now.length > 1) this.#faults.push('delivered out of order');
    this.#faults.push(...again.map(() => 'delivered twice' as const));
    return again.length === 0 ? [now] : [now, again];
  }

  /** Those since they were last asked for. */
  faults(): QueueFault[] {
    const faults = this.#faults;
    this.#faults = [];
    return faults;
  }

  #shuffled(messages: readonly Message[]): Message[] {
    return messages
      .map((message) => ({ message, turn: this.#next() }))
      .sort((a, b) => a.turn - b.turn)
      .map(({ message }) => message);
  }
}
