// Messages through SQS and back: all of them, whole; on a FIFO queue in their group's order, and news is never swallowed.
import { randomUUID } from 'node:crypto';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sqsQueue } from '../../lib/adapters/sqs-queue.ts';
import { emulator, sqs } from './emulated.ts';

async function freshQueue(fifo: boolean): Promise<string> {
  const { QueueUrl = '' } = await sqs.send(
    new CreateQueueCommand({
      QueueName: `sluice-test-${randomUUID()}${fifo ? '.fifo' : ''}`,
      ...(fifo ? { Attributes: { FifoQueue: 'true', ContentBasedDeduplication: 'false' } } : {}),
    }),
  );
  onTestFinished(async () => {
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  });
  return QueueUrl;
}

/** Receives and deletes until `count` messages are there and the queue is empty. */
async function drain(QueueUrl: string, count: number): Promise<Message[]> {
  const received: Message[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: received.length < count ? 5 : 0,
        MessageSystemAttributeNames: ['MessageGroupId'],
      }),
    );
    if (Messages.length === 0) return received;
    received.push(...Messages);
    const Entries = Messages.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}

const bodies = (messages: readonly Message[]) => messages.map(({ Body = '' }) => JSON.parse(Body) as unknown);

describe(emulator.brand, () => {
  it('a standard queue takes 25 messages and gives each back', async () => {
    const queueUrl = await freshQueue(false);
    const messages = Array.from({ length: 25 }, (_, n) => ({ n, source: `in/a b+é"🚤\u0001/${n}.csv` }));
    await sqsQueue({ client: sqs, queueUrl }).send(messages);
    const received = bodies(await drain(queueUrl, 25)) as typeof messages;
    expect(received.toSorted((a, b) => a.n - b.n)).toEqual(messages);
  });

  it('a FIFO queue keeps the order within each group', async () => {
    const queueUrl = await freshQueue(true);
    const messages = Array.from({ length: 25 }, (_, n) => ({ insight: `insight-${n % 3}`, n }));
    const groupOf = ({ insight }: (typeof messages)[number]) => insight;
    await sqsQueue({ client: sqs, queueUrl, groupOf }).send(messages);
    const received = await drain(queueUrl, 25);
    for (const group of ['insight-0', 'insight-1', 'insight-2']) {
      const ofGroup = received.filter(({ Attributes }) => Attributes?.MessageGroupId === group);
      expect(bodies(ofGroup)).toEqual(messages.filter(({ insight }) => insight === group));
    }
  });

  it('the same news again is delivered again, after and before the first was worked on', async () => {
    const queueUrl = await freshQueue(true);
    const queue = sqsQueue<string>({ client: sqs, queueUrl, groupOf: (insight) => insight });
    await queue.send(['i', 'i']);
    expect(bodies(await drain(queueUrl, 2))).toEqual(['i', 'i']);
    await queue.send(['i']);
    expect(bodies(await drain(queueUrl, 1))).toEqual(['i']);
  });

  it('an id of the caller is taken once', async () => {
    const queueUrl = await freshQueue(true);
    const queue = sqsQueue<string>({ client: sqs, queueUrl, groupOf: () => 'g', deduplicationOf: (v) => v });
    await queue.send(['version 1']);
    await queue.send(['version 1', 'version 2']);
    expect(bodies(await drain(queueUrl, 2))).toEqual(['version 1', 'version 2']);
  });
});
