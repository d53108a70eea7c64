// What lies in a dead-letter queue: looked at without taking it away, and given back to the queues that it came from.
import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import { awsError } from './aws-error.ts';
import { BATCH, countAndArn, receive, release, type SqsQueue } from './sqs-messages.ts';
import { type Redriven, redrive } from './sqs-redrive.ts';

/** `receives`: by all queues, this look included. */
export type DeadMessage = {
  readonly messageId: string;
  readonly body: string;
  readonly receives: number;
  readonly firstReceivedMs: number | undefined;
};

/** `waiting`: about how many there are in all. */
export type Look = { readonly messages: readonly DeadMessage[]; readonly waiting: number };

export interface DeadLetterQueue {
  /** Up to `most` messages; of each group of a FIFO queue the first ten. They stay, and are to be seen again at once. */
  look(most: number): Promise<Look>;
  /** Sends every message back to the queue that it came from. A message is never lost; one may be sent twice. */
  redrive(): Promise<Redriven>;
}

/** Where this process dies while it looks, the messages are hidden that long. */
const LOOK_SECONDS = 30;

/** Throws CliError, with the next step, for what a person can mend. */
export function sqsDeadLetters(client: SQSClient, queueUrl: string): DeadLetterQueue {
  const queue = { client, queueUrl };
  return {
    look: (most) => translated('look into', queueUrl, () => look(queue, most)),
    redrive: () => translated('redrive', queueUrl, () => redrive(queue)),
  };
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
  const seen = new Map<string, Message>();
  try {
    while (seen.size < most) {
      const received = await receive(queue, Math.min(BATCH, most - seen.size), LOOK_SECONDS);
      const fresh = received.filter(({ MessageId = '' }) => !seen.has(MessageId));
      for (const message of received) seen.set(message.MessageId ?? '', message);
      if (fresh.length === 0) break;
    }
  } finally {
    await release(queue, [...seen.values()]);
  }
  const messages = [...seen.values()].map(deadMessage);
  return { messages, waiting: Math.max(waiting, messages.length) };
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
