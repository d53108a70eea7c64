// A batch of messages, slice by slice: what is done stays done if the process dies, what fails comes back after a pause,
// what there is no time for is sent anew. Knows neither files nor insights.
import type { Handle, Inbox } from '../adapters/sqs-inbox.ts';
import type { Log } from '../ports.ts';
import { pauseSeconds } from './limits.ts';

/** A message as SQS hands it to a function. `attempts`: how often it was handed out, this time included. */
export type Received = Handle & {
  readonly messageId: string;
  readonly body: string;
  readonly attempts: number;
};

export type Parsed<News> = { readonly message: Received; readonly news: News };

export type Slice<News> = readonly Parsed<News>[];

export type Work<News> = {
  readonly parse: (body: string) => News;
  /** Those that come first are worked on first. */
  readonly slices: (parsed: Slice<News>) => Slice<News>[];
  /** False: leave the slice, and all that follow it. Not asked for the first one, so that every batch gets on. */
  readonly hasTimeFor: (slice: Slice<News>) => boolean;
  /** Returns why messages failed. A throw fails the whole slice. */
  readonly work: (slice: Slice<News>) => Promise<ReadonlyMap<Received, unknown>>;
  readonly sendAnew: (slice: Slice<News>) => Promise<void>;
};

export type BatchEffects = { readonly inbox: Inbox; readonly log: Log };

/** The messages that failed: SQS hands them out again, and puts them into the dead-letter queue in the end. */
export async function workThrough<News>(
  effects: BatchEffects,
  messages: readonly Received[],
  work: Work<News>,
): Promise<Received[]> {
  const failed = new Map<Received, unknown>();
  const parsed: Parsed<News>[] = [];
  // A message that killed the process before must not take fresh ones along: it comes after them.
  for (const message of [...messages].sort((a, b) => a.attempts - b.attempts)) {
    try {
      parsed.push({ message, news: work.parse(message.body) });
    } catch (error) {
      failed.set(message, error);
    }
  }
  const slices = work.slices(parsed);
  for (const [index, slice] of slices.entries()) {
    if (index > 0 && !work.hasTimeFor(slice)) {
      await leave(effects, slices.slice(index).flat(), work, failed);
      break;
    }
    const failures = await attempt(work, slice);
    for (const [message, error] of failures) failed.set(message, error);
    if (index < slices.length - 1) {
      const finished = slice.map(({ message }) => message).filter((message) => !failures.has(message));
      await effects.inbox.done(finished).catch((error) => logUnfinished(effects, error));
    }
  }
  for (const [message, error] of failed) await pause(effects, message, error);
  return [...failed.keys()];
}

async function attempt<News>(
  { work }: Work<News>,
  slice: Slice<News>,
): Promise<ReadonlyMap<Received, unknown>> {
  try {
    return await work(slice);
  } catch (error) {
    return new Map(slice.map(({ message }) => [message, error]));
  }
}

/** Sent anew rather than returned: to be out of time is no failure, and must not count as one. */
async function leave<News>(
  effects: BatchEffects,
  slice: Slice<News>,
  { sendAnew }: Work<News>,
  failed: Map<Received, unknown>,
): Promise<void> {
  effects.log('info', 'batch.out_of_time', { left: slice.length });
  try {
    await sendAnew(slice);
  } catch (error) {
    for (const { message } of slice) failed.set(message, error);
  }
}

async function pause({ inbox, log }: BatchEffects, message: Received, error: unknown): Promise<void> {
  const { messageId, attempts, body } = message;
  log('error', 'message.failed', { messageId, attempts, body, error });
  await inbox.retryAfter(message, pauseSeconds(attempts)).catch((error) => logUnfinished({ log }, error));
}

// Without it the message merely comes back later, or once more.
function logUnfinished({ log }: { readonly log: Log }, error: unknown): void {
  log('warn', 'message.unsettled', { error });
}
