// Processes a batch of messages slice by slice: finished work survives the death of the process, failures come back after a
// delay, and messages without time left are sent again. Knows neither files nor insights.
import type { Handle, Inbox } from '../adapters/sqs-inbox.ts';
import type { Log } from '../ports.ts';
import { Heartbeat } from './heartbeat.ts';
import { pauseSeconds } from './limits.ts';

/** A message received from SQS. `attempts`: how often it was received, including now. */
export type Received = Handle & {
  readonly messageId: string;
  readonly body: string;
  readonly attempts: number;
};

export type Parsed<News> = { readonly message: Received; readonly news: News };

export type Slice<News> = readonly Parsed<News>[];

export type Work<News> = {
  readonly parse: (body: string) => News;
  /** True if the message was sent again as a suspect. */
  readonly isSuspect: (news: News) => boolean;
  /** The order of processing. */
  readonly slices: (parsed: Slice<News>) => Slice<News>[];
  /** False: leave this slice and all later ones. Not called for the first one, so that every batch makes progress. */
  readonly hasTimeFor: (slice: Slice<News>) => boolean;
  /** Returns the errors of failed messages. If it throws, the whole slice failed. */
  readonly work: (slice: Slice<News>) => Promise<ReadonlyMap<Received, unknown>>;
  /** Sends them as new messages; `asSuspects`: isSuspect recognizes them. */
  readonly sendAnew: (slice: Slice<News>, asSuspects: boolean) => Promise<void>;
};

export type BatchEffects = { readonly inbox: Inbox; readonly log: Log };

/**
 * Returns the failed messages: SQS delivers them again, and finally moves them to the dead-letter queue. Messages that were
 * received before are suspects: one of them may have killed its process. Some of them are tried once all other messages
 * are safe: done, or sent again, so that these neither die with a suspect nor count as failed. Suspects that were never
 * tried separately are tried a few at a time; if that process dies too, each of them is tried alone.
 */
export async function workThrough<News>(
  effects: BatchEffects,
  messages: readonly Received[],
  work: Work<News>,
): Promise<Received[]> {
  const batch = new Batch(effects, messages, work);
  try {
    const parsed = await batch.parse(messages);
    const isSuspect = ({ message, news }: Parsed<News>) => message.attempts > 1 || work.isSuspect(news);
    const fresh = work.slices(parsed.filter((item) => !isSuspect(item)));
    const suspects = parsed.filter(isSuspect);
    for (const [index, slice] of fresh.entries()) {
      if (index > 0 && !work.hasTimeFor(slice)) {
        await batch.leave(fresh.slice(index).flat(), suspects);
        return batch.failed;
      }
      await batch.workOn(slice);
      if (index < fresh.length - 1 || suspects.length > 0) await batch.finish(slice);
    }
    if (suspects.length === 0) return batch.failed;
    const tried = toTry(suspects, work);
    const others = suspects.filter((suspect) => !tried.includes(suspect));
    if (fresh.length > 0 && !work.hasTimeFor(tried)) await batch.leave([], suspects);
    else if (!(await batch.handBack(others)))
      await batch.fail(tried, new Error('it waits for others that could not be sent again'));
    else await batch.workOnAll(work.slices(tried));
    return batch.failed;
  } finally {
    batch.end();
  }
}

/**
 * A suspect that died in a small group, if any: the one received most often, because otherwise another could wait for it
 * forever. Otherwise about the square root of their number.
 */
function toTry<News>(suspects: Slice<News>, { isSuspect }: Work<News>): Slice<News> {
  const wasTried = ({ message, news }: Parsed<News>) => message.attempts > (isSuspect(news) ? 1 : 2);
  const alone = suspects.filter(wasTried).sort((a, b) => b.message.attempts - a.message.attempts);
  return alone.length > 0 ? alone.slice(0, 1) : suspects.slice(0, Math.ceil(Math.sqrt(suspects.length)));
}

/** The outcome of each message of one batch. */
class Batch<News> {
  readonly #effects: BatchEffects;
  readonly #work: Work<News>;
  readonly #failed = new Set<Received>();
  readonly #heartbeat: Heartbeat;

  constructor(effects: BatchEffects, messages: readonly Received[], work: Work<News>) {
    this.#effects = effects;
    this.#work = work;
    this.#heartbeat = new Heartbeat(effects, messages);
  }

  get failed(): Received[] {
    return [...this.#failed];
  }

  end(): void {
    this.#heartbeat.stop();
  }

  /** Anything but a message of the queue fails. */
  async parse(messages: readonly Received[]): Promise<Parsed<News>[]> {
    const parsed: Parsed<News>[] = [];
    for (const message of messages) {
      try {
        parsed.push({ message, news: this.#work.parse(message.body) });
      } catch (error) {
        await this.#fail(message, error);
      }
    }
    return parsed;
  }

  async workOn(slice: Slice<News>): Promise<void> {
    try {
      for (const [message, error] of await this.#work.work(slice)) await this.#fail(message, error);
    } catch (error) {
      await this.fail(slice, error);
    }
  }

  /** For suspects. */
  async workOnAll(slices: readonly Slice<News>[]): Promise<void> {
    for (const [index, slice] of slices.entries()) {
      if (index > 0 && !this.#work.hasTimeFor(slice)) return this.leave([], slices.slice(index).flat());
      await this.workOn(slice);
      if (index < slices.length - 1) await this.finish(slice);
    }
  }

  /** Messages of the slice that did not fail are not delivered again, even if this process dies now. */
  async finish(slice: Slice<News>): Promise<void> {
    const finished = slice.map(({ message }) => message).filter((message) => !this.#failed.has(message));
    this.#heartbeat.forget(finished);
    await this.#effects.inbox.done(finished).catch((error) => this.#logUnfinished(error));
  }

  /** Sent again instead of returned: running out of time is not a failure and must not count as one. */
  async leave(fresh: Slice<News>, suspects: Slice<News>): Promise<void> {
    this.#effects.log('info', 'batch.out_of_time', { left: fresh.length + suspects.length });
    await this.#sendAnew(fresh, false);
    await this.#sendAnew(suspects, true);
  }

  /** True if the suspects wait as new messages and would not count as failed if this process died. */
  async handBack(suspects: Slice<News>): Promise<boolean> {
    if (suspects.length === 0) return true;
    this.#effects.log('warn', 'batch.suspects', { sentAnew: suspects.length });
    if (!(await this.#sendAnew(suspects, true))) return false;
    await this.finish(suspects);
    return true;
  }

  async fail(slice: Slice<News>, error: unknown): Promise<void> {
    for (const { message } of slice) await this.#fail(message, error);
  }

  async #sendAnew(items: Slice<News>, asSuspects: boolean): Promise<boolean> {
    if (items.length === 0) return true;
    try {
      await this.#work.sendAnew(items, asSuspects);
      return true;
    } catch (error) {
      await this.fail(items, error);
      return false;
    }
  }

  async #fail(message: Received, error: unknown): Promise<void> {
    const { messageId, attempts, body } = message;
    this.#failed.add(message);
    this.#heartbeat.forget([message]);
    this.#effects.log('error', 'message.failed', { messageId, attempts, body, error });
    await this.#effects.inbox
      .retryAfter(message, pauseSeconds(attempts))
      .catch((error) => this.#logUnfinished(error));
  }

  // If this fails, the message only comes back later, or once more.
  #logUnfinished(error: unknown): void {
    this.#effects.log('warn', 'message.unsettled', { error });
  }
}
