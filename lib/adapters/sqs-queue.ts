// A Queue in SQS, standard or FIFO: messages as JSON, sent in batches; those that SQS refused temporarily are sent again.
import { createHash, randomUUID } from 'node:crypto';
import {
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { NewId, Queue } from '../ports.ts';
import { awsError } from './aws-error.ts';
import { backoff } from './backoff.ts';

export type SqsQueueOptions<Message> = {
  readonly client: SQSClient;
  readonly queueUrl: string;
  /** Only for FIFO queues, and required there: messages of a group are processed one at a time. */
  readonly groupOf?: (message: Message) => string;
  /**
   * Only for FIFO queues. SQS silently drops a message whose id it saw in the last five minutes, even if the earlier message
   * was already processed. A second "this insight has new inputs" is a new fact: with the same id it would be lost, and the
   * insight stale until the next reconcile. So by default every message gets a new id (`newId`): a repeated message costs a
   * recompute that finds nothing to do. Retries of the same message keep its id, so that a lost answer does not duplicate
   * it. A custom id must identify the fact itself (for example the input's version), never only the insight.
   */
  readonly deduplicationOf?: (message: Message) => string;
  /** Default: random UUIDs. */
  readonly newId?: NewId;
};

/** SQS's limits per request; for bytes, the oldest and smallest limit. */
const MESSAGES_PER_BATCH = 10;
const BATCH_BYTES = 256 * 1024;
const MAX_ATTEMPTS = 6;

/** Throws on a FIFO queue without `groupOf`, and vice versa. `send` resolves when SQS has accepted every message. */
export function sqsQueue<Message>(options: SqsQueueOptions<Message>): Queue<Message> {
  const { client, queueUrl, groupOf } = options;
  const isFifo = queueUrl.endsWith('.fifo');
  if (isFifo !== (groupOf !== undefined))
    throw new Error(
      `${queueUrl} is ${isFifo ? 'a FIFO queue and needs' : 'not a FIFO queue and must not have'} groupOf`,
    );
  return {
    async send(messages) {
      try {
        for (const batch of batches(messages.map((message) => entry(options, message))))
          await sendBatch(client, queueUrl, batch);
      } catch (error) {
        throw awsError(error, 'send to', queueUrl);
      }
    },
  };
}

type Entry = Omit<SendMessageBatchRequestEntry, 'Id' | 'MessageBody'> & { readonly MessageBody: string };

function entry<Message>(options: SqsQueueOptions<Message>, message: Message): Entry {
  // SQS refuses the two characters that JSON does not escape and XML does not allow.
  const MessageBody = JSON.stringify(message).replace(
    /[\uFFFE\uFFFF]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16)}`,
  );
  if (options.groupOf === undefined) return { MessageBody };
  const deduplicationId = options.deduplicationOf?.(message) ?? (options.newId ?? randomUUID)();
  return {
    MessageBody,
    MessageGroupId: sqsName(options.groupOf(message)),
    MessageDeduplicationId: sqsName(deduplicationId),
  };
}

/** SQS allows up to 128 visible ASCII characters. */
function sqsName(name: string): string {
  return /^[!-~]{1,128}$/.test(name) ? name : createHash('sha256').update(name).digest('hex');
}

function* batches(entries: readonly Entry[]): Iterable<Entry[]> {
  let batch: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.MessageBody);
    if (batch.length > 0 && (batch.length === MESSAGES_PER_BATCH || bytes + size > BATCH_BYTES)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(entry);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

/** A batch can fail partially: messages that SQS had no capacity for are sent again, permanent refusals are thrown. */
async function sendBatch(client: SQSClient, queueUrl: string, batch: readonly Entry[]): Promise<void> {
  let waiting = batch.map((entry, index) => ({ ...entry, Id: String(index) }));
  for (let attempt = 1; ; attempt += 1) {
    const { Failed: failed = [] } = await client.send(
      new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: waiting }),
    );
    if (failed.length === 0) return;
    const lasting =
      failed.find(({ SenderFault }) => SenderFault) ?? (attempt === MAX_ATTEMPTS ? failed[0] : undefined);
    if (lasting) throw refused(lasting, failed.length);
    const ids = new Set(failed.map(({ Id }) => Id));
    waiting = waiting.filter(({ Id }) => ids.has(Id));
    await backoff(attempt);
  }
}

type Refusal = { readonly Code: string | undefined; readonly Message?: string | undefined };

/** Uses SQS's error name, so that it is translated like an error of a whole request. */
function refused({ Code, Message }: Refusal, count: number): Error {
  const error = new Error(`SQS refused ${count} of the messages: ${Code} ${Message ?? ''}`.trim());
  error.name = Code ?? 'Error';
  return error;
}
