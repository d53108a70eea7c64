// The local queues. Messages that fail permanently are kept in the lake's dead-letter folder until a later sync has
// delivered them.
import { LocalQueue } from '../adapters/local-queue.ts';
import { tablePrefix } from '../core/insight.ts';
import { CliError } from '../errors.ts';
import { requestId } from '../ingest/ingest.ts';
import { jsonBytes, parseJsonObject } from '../json-object.ts';
import type { Refresh } from '../lake/effects.ts';
import { deadLetterKey, encodeSourceKey } from '../lake/layout.ts';
import type { Clock, ObjectStore } from '../ports.ts';
import type { FileMessage, Queues } from './deliver.ts';

export type DeadLetter = {
  readonly queue: 'files' | 'refreshes';
  readonly message: FileMessage | Refresh;
  readonly error: string;
  readonly at: string;
};

const MAX_ATTEMPTS = 3;
const FOLDER = 'dead-letters/';

/** The dead-letter folder from the view of this process. */
export class DeadLetters {
  /** Messages that failed permanently while the lake was open, in order. */
  readonly buried: DeadLetter[] = [];
  readonly #redriven = new Set<string>();
  readonly #lake: ObjectStore;
  readonly #clock: Clock;
  constructor(lake: ObjectStore, clock: Clock) {
    this.#lake = lake;
    this.#clock = clock;
  }

  async bury(
    queue: DeadLetter['queue'],
    id: string,
    message: DeadLetter['message'],
    error: unknown,
  ): Promise<void> {
    const letter = {
      queue,
      message,
      error: error instanceof Error ? error.message : String(error),
      at: this.#clock().toISOString(),
    };
    const key = deadLetterKey(queue, id);
    this.#redriven.delete(key);
    this.buried.push(letter);
    await this.#lake.write(key, jsonBytes(letter, 2));
  }

  /** Throws CliError on a file that is not a dead letter. */
  async read(): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    for await (const { key } of this.#lake.list(FOLDER)) {
      const bytes = await this.#lake.read(key);
      if (bytes === undefined) continue;
      letters.push(parseLetter(`${this.#lake.location}/${key}`, bytes));
      this.#redriven.add(key);
    }
    return letters;
  }

  /** Keeps a letter that `read` found: its message is not delivered now. */
  leave({ queue, message }: DeadLetter): void {
    this.#redriven.delete(deadLetterKey(queue, idOf(message)));
  }

  /**
   * Removes the letters that `read` found and that did not fail again, and returns how many. Call it when their messages are
   * delivered.
   */
  async forgetDelivered(): Promise<number> {
    const delivered = [...this.#redriven];
    await this.#lake.remove(delivered);
    this.#redriven.clear();
    return delivered.length;
  }
}

function parseLetter(place: string, bytes: Uint8Array): DeadLetter {
  const letter = parseJsonObject<DeadLetter>(bytes);
  if (typeof letter?.message === 'object') return letter;
  throw new CliError(
    `${place} is not a dead letter: remove it. "npx sluice sync" finds its subject on its own.`,
  );
}

function idOf(message: DeadLetter['message']): string {
  return 'source' in message ? fileMessageId(message) : tablePrefix(message.target);
}

function fileMessageId(message: FileMessage): string {
  return encodeSourceKey(requestId(message));
}

export function localQueues(deadLetters: DeadLetters): Queues {
  const files = new LocalQueue<FileMessage>({
    idOf: fileMessageId,
    maxAttempts: MAX_ATTEMPTS,
    onDead: (message, error) => deadLetters.bury('files', fileMessageId(message), message, error),
  });
  const refreshes = new LocalQueue<Refresh>({
    idOf: ({ target }) => tablePrefix(target),
    maxAttempts: MAX_ATTEMPTS,
    onDead: (message, error) => deadLetters.bury('refreshes', tablePrefix(message.target), message, error),
  });
  return { files, refreshes };
}
