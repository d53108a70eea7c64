// The messages in a dead-letter queue: viewed without removing them, deleted if settled, and moved back to the queues that
// they came from.
import { DeleteMessageCommand, type Message, type SQSClient } from '@aws-sdk/client-sqs';
import { awsError } from './aws-error.ts';
import { BATCH, countAndArn, receive, release, type SqsQueue } from './sqs-messages.ts';
import { type Redriven, redrive } from './sqs-redrive.ts';

/** `receives`: from all queues, including this one. */
export type DeadMessage = {
  readonly messageId: string;
  readonly body: string;
  readonly receives: number;
  readonly firstReceivedMs: number | undefined;
};

/** `waiting`: the approximate number of messages. */
export type Look = { readonly messages: readonly DeadMessage[]; readonly waiting: number };

export interface DeadLetterQueue {
  /** Up to `most` messages; of each group of a FIFO queue the first ten. They stay and become visible again at once. */
  look(most: number): Promise<Look>;
  /** Like `look`, and deletes the messages whose ids `settled` returns. Returns their number. */
  close(
    most: number,
    settled: (messages: readonly DeadMessage[]) => Promise<ReadonlySet<string>>,
  ): Promise<number>;
  /** Moves every message back to the queue that it came from. A message is never lost, but may be sent twice. */
  redrive(): Promise<Redriven>;
}

/** If this process dies meanwhile, the messages stay hidden for this long. */
const LOOK_SECONDS = 30;
/** Longer for `close`, which first finds out what is settled. */
const CLOSE_SECONDS = 120;

/** Throws CliError, with the next step, for problems that a person can fix. */
export function sqsDeadLetters(client: SQSClient, queueUrl: string): DeadLetterQueue {
  const queue = { client, queueUrl };
  return {
    look: (most) => translated('look into', queueUrl, () => look(queue, most)),
    close: (most, settled) => translated('look into', queueUrl, () => close(queue, most, settled)),
    redrive: () => translated('redrive', queueUrl, () => redrive(queue)),
  };
}

/** The approximate number of messages in a queue, including those in progress. Throws CliError as above. */
export function waitingMessages(client: SQSClient, queueUrl: string): Promise<number> {
  return translated('count messages of', queueUrl, async () => {
    const { waiting } = await countAndArn({ client, queueUrl });
    return waiting;
  });
}

async function translated<T>(doing: string, queueUrl: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw awsError(error, doing, queueUrl);
  }
}

async function look(queue: SqsQueue, most: number): Promise<Look> {
  const { waiting } = await countAndArn(queue);
  const messages = await held(queue, most, LOOK_SECONDS, async (held) => [...held.values()].map(deadMessage));
  return { messages, waiting: Math.max(waiting, messages.length) };
}

async function close(
  queue: SqsQueue,
  most: number,
  settled: (messages: readonly DeadMessage[]) => Promise<ReadonlySet<string>>,
): Promise<number> {
  return held(queue, most, CLOSE_SECONDS, async (held) => {
    if (held.size === 0) return 0;
    const ids = await settled([...held.values()].map(deadMessage));
    for (const id of ids) {
      const ReceiptHandle = held.get(id)?.ReceiptHandle;
      await queue.client.send(new DeleteMessageCommand({ QueueUrl: queue.queueUrl, ReceiptHandle }));
      held.delete(id);
    }
    return ids.size;
  });
}

/** Up to `most` messages, hidden from others while `work` runs. The remaining ones become visible again afterwards. */
async function held<T>(
  queue: SqsQueue,
  most: number,
  seconds: number,
  work: (held: Map<string, Message>) => Promise<T>,
): Promise<T> {
  const seen = new Map<string, Message>();
  try {
    while (seen.size < most) {
      const received = await receive(queue, Math.min(BATCH, most - seen.size), seconds);
      const fresh = received.filter(({ MessageId = '' }) => !seen.has(MessageId));
      for (const message of received) seen.set(message.MessageId ?? '', message);
      if (fresh.length === 0) break;
    }
    return await work(seen);
  } finally {
    await release(queue, [...seen.values()]);
  }
}

function deadMessage({ MessageId = '', Body = '', Attributes }: Message): DeadMessage {
  const first = Number(Attributes?.ApproximateFirstReceiveTimestamp);
  return {
    messageId: MessageId,
    body: Body,
    receives: Number(Attributes?.ApproximateReceiveCount ?? 1),
    firstReceivedMs: first > 0 ? first : undefined,
  };
}
