// A queue's messages for command line tools: counted, received for a while, made visible again.
import {
  ChangeMessageVisibilityBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

export type SqsQueue = { readonly client: SQSClient; readonly queueUrl: string };

/** The maximum per request. */
export const BATCH = 10;
/** Long polling asks all of SQS's servers; short polling may overlook messages. */
const WAIT_SECONDS = 1;

/** `waiting`: the approximate number of messages, including received ones. */
export async function countAndArn({ client, queueUrl }: SqsQueue): Promise<{ arn: string; waiting: number }> {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ['QueueArn', 'ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  const visible = Number(Attributes?.ApproximateNumberOfMessages ?? 0);
  const hidden = Number(Attributes?.ApproximateNumberOfMessagesNotVisible ?? 0);
  return { arn: Attributes?.QueueArn ?? '', waiting: visible + hidden };
}

export async function receive(
  { client, queueUrl }: SqsQueue,
  most: number,
  seconds: number,
): Promise<Message[]> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: most,
      VisibilityTimeout: seconds,
      WaitTimeSeconds: WAIT_SECONDS,
      MessageSystemAttributeNames: ['All'],
    }),
  );
  return Messages;
}

/** Makes them visible again at once. If this fails, they only stay hidden for a while. */
export async function release({ client, queueUrl }: SqsQueue, messages: readonly Message[]): Promise<void> {
  for (let first = 0; first < messages.length; first += BATCH) {
    const Entries = messages.slice(first, first + BATCH).map(({ ReceiptHandle }, index) => ({
      Id: String(index),
      ReceiptHandle,
      VisibilityTimeout: 0,
    }));
    await client
      .send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }))
      .catch(() => undefined);
  }
}
