// `function-poller.ts <bundle> <name> <queue>`: a function of the bundle in a process of its own, fed from its queue as Lambda
// feeds it: what its answer does not name as failed is deleted, what it throws on comes back. Without a queue it is invoked once.
import { join } from 'node:path';
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse } from 'aws-lambda';
import { sqsClient } from '../../lib/adapters/aws-clients.ts';
import { APPLICATION, FLEET, type PollerSays } from './poller-words.ts';
import { UnrulyQueue } from './unruly-queue.ts';

type Handler = (event: object, context: object) => Promise<SQSBatchResponse | undefined>;

const TIMEOUT_MS = 300_000;
/** SQS's bound, of receiving and of deleting. */
const MOST_AT_ONCE = 10;
const [bundle = '', name = '', queueUrl] = process.argv.slice(2);
process.env[APPLICATION] = String(process.pid);
// It does not outlive the fleet.
process.once('disconnect', () => process.exit());
const { handler } = (await import(join(bundle, `${name}.mjs`))) as { handler: Handler };
const sqs = sqsClient(process.env);
const seed = process.env[FLEET.seed];
const unruly = seed === undefined || name !== 'ingest' ? undefined : new UnrulyQueue<Message>(seed);

if (queueUrl === undefined) {
  await invoke({ apply: true });
  process.disconnect?.();
} else for (;;) await next(queueUrl).catch(console.error);

function invoke(event: object): Promise<SQSBatchResponse | undefined> {
  const ends = Date.now() + TIMEOUT_MS;
  return handler(event, {
    awsRequestId: String(ends),
    functionName: name,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => ends - Date.now(),
  });
}

async function next(QueueUrl: string): Promise<void> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: MOST_AT_ONCE,
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    }),
  );
  const batches = unruly?.batches(Messages) ?? [Messages];
  const holds = [...batches.flat(), ...(unruly?.heldBack ?? [])].map(
    ({ ReceiptHandle = '' }) => ReceiptHandle,
  );
  await say({ holds: [...new Set(holds)] });
  for (const fault of unruly?.faults() ?? []) await say({ fault });
  for (const batch of batches) if (batch.length > 0) await deliver(QueueUrl, batch);
}

async function deliver(QueueUrl: string, messages: readonly Message[]): Promise<void> {
  const answer = await invoke({ Records: messages.map(record) });
  const failed = new Set(answer?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  const done = messages.filter(({ MessageId }) => !failed.has(MessageId ?? ''));
  for (let first = 0; first < done.length; first += MOST_AT_ONCE) {
    const Entries = done
      .slice(first, first + MOST_AT_ONCE)
      .map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}

/** Returns when the fleet surely hears of it, whatever becomes of this process. */
function say(words: PollerSays): Promise<void> {
  return new Promise((resolve) => {
    if (process.send) process.send(words, () => resolve());
    else resolve();
  });
}

function record({ MessageId, ReceiptHandle, Body, Attributes }: Message): object {
  return { messageId: MessageId, receiptHandle: ReceiptHandle, body: Body, attributes: Attributes };
}
