// `function-poller.ts <bundle> <name> <queue>`: a function of the bundle in a process of its own, fed from its queue as Lambda
// feeds it: what its answer does not name as failed is deleted, what it throws on comes back. Without a queue it is invoked once.
import { join } from 'node:path';
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse } from 'aws-lambda';
import { sqsClient } from '../../lib/adapters/aws-clients.ts';

type Handler = (event: object, context: object) => Promise<SQSBatchResponse | undefined>;

const TIMEOUT_MS = 300_000;
const [bundle = '', name = '', queueUrl] = process.argv.slice(2);
const { handler } = (await import(join(bundle, `${name}.mjs`))) as { handler: Handler };
const sqs = sqsClient(process.env);

if (queueUrl === undefined) await invoke({ apply: true });
else for (;;) await next(queueUrl).catch(console.error);

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
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    }),
  );
  if (Messages.length === 0) return;
  const answer = await invoke({ Records: Messages.map(record) });
  const failed = new Set(answer?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  const Entries = Messages.filter(({ MessageId }) => !failed.has(MessageId ?? '')).map(
    ({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }),
  );
  if (Entries.length > 0) await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
}

function record({ MessageId, ReceiptHandle, Body, Attributes }: Message): object {
  return { messageId: MessageId, receiptHandle: ReceiptHandle, body: Body, attributes: Attributes };
}
