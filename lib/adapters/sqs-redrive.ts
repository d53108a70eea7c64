// Moves a dead-letter queue's messages back to the queues that they came from: by SQS itself, or one by one if it cannot.
import {
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ListMessageMoveTasksCommand,
  type ListMessageMoveTasksResultEntry,
  type Message,
  SendMessageCommand,
  type SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { CliError } from '../errors.ts';
import { statusOf } from './aws-error.ts';
import { BATCH, countAndArn, receive, release, type SqsQueue } from './sqs-messages.ts';

/** `left`: the approximate number still there. `underWay`: SQS continues to move them by itself. */
export type Redriven = { readonly moved: number; readonly left: number; readonly underWay: boolean };

/** If this process dies, the received messages stay hidden for this long. */
const MOVE_SECONDS = 60;
const MAX_POLLS = 60;
const POLL_MS = 1_000;

/** See DeadLetterQueue. */
export async function redrive(queue: SqsQueue): Promise<Redriven> {
  const { arn } = await countAndArn(queue);
  // LocalStack's tasks move a message of a FIFO queue with its old deduplication id, so the queue drops it.
  if (arn.endsWith('.fifo')) return moveByHand(queue);
  try {
    const before = await newestTask(queue, arn);
    if (before?.Status === 'RUNNING') return await followTask(queue, arn, undefined);
    await queue.client.send(new StartMessageMoveTaskCommand({ SourceArn: arn }));
    return await followTask(queue, arn, before?.StartedTimestamp);
  } catch (error) {
    if (isUnknownAction(error)) return moveByHand(queue);
    throw error;
  }
}

/** Emulators lack the tasks. */
function isUnknownAction(error: unknown): boolean {
  return (
    statusOf(error) === 501 ||
    (error instanceof Error && /InvalidAction|UnsupportedOperation|UnknownOperation/.test(error.name))
  );
}

async function newestTask(
  { client }: SqsQueue,
  arn: string,
): Promise<ListMessageMoveTasksResultEntry | undefined> {
  const { Results = [] } = await client.send(
    new ListMessageMoveTasksCommand({ SourceArn: arn, MaxResults: 1 }),
  );
  return Results[0];
}

/** `past`: the start of the previous task, whose results do not count. */
async function followTask(queue: SqsQueue, arn: string, past: number | undefined): Promise<Redriven> {
  for (let poll = 1; ; poll += 1) {
    const task = await newestTask(queue, arn);
    const isOurs = task !== undefined && task.StartedTimestamp !== past;
    const moved = isOurs ? (task.ApproximateNumberOfMessagesMoved ?? 0) : 0;
    if (isOurs && task.Status === 'FAILED')
      throw new CliError(
        `SQS could not move the messages of ${queue.queueUrl} (${task.FailureReason ?? 'no reason given'}): they are still there. Is it a dead-letter queue of the stack?`,
      );
    if (isOurs && task.Status !== 'RUNNING') return { moved, left: 0, underWay: false };
    if (poll === MAX_POLLS) return { moved, left: (await countAndArn(queue)).waiting, underWay: true };
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Sent first, then deleted. No more than were there at the start: messages that fail again meanwhile wait for the next redrive. */
async function moveByHand(queue: SqsQueue): Promise<Redriven> {
  const { waiting } = await countAndArn(queue);
  const targets = new Map<string, string>();
  let moved = 0;
  while (moved < waiting) {
    const batch = await receive(queue, Math.min(BATCH, waiting - moved), MOVE_SECONDS);
    if (batch.length === 0) break;
    const kept = [...batch];
    try {
      for (const message of batch) {
        await sendBack(queue, message, targets);
        kept.shift();
        moved += 1;
      }
    } finally {
      await release(queue, kept);
    }
  }
  return { moved, left: (await countAndArn(queue)).waiting, underWay: false };
}

async function sendBack(
  { client, queueUrl }: SqsQueue,
  { MessageId = '', Body, ReceiptHandle, Attributes }: Message,
  targets: Map<string, string>,
): Promise<void> {
  const origin = Attributes?.DeadLetterQueueSourceArn;
  if (origin === undefined)
    throw new CliError(
      `The message ${MessageId} in ${queueUrl} did not come from another queue: is this a dead-letter queue? The message is still there.`,
    );
  const target = targets.get(origin) ?? (await urlOf(client, origin));
  targets.set(origin, target);
  const MessageGroupId = Attributes?.MessageGroupId;
  // With its own id: if it is sent twice because the deletion failed, it arrives once.
  const order = MessageGroupId === undefined ? {} : { MessageGroupId, MessageDeduplicationId: MessageId };
  await client.send(new SendMessageCommand({ QueueUrl: target, MessageBody: Body, ...order }));
  await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
}

/** arn:aws:sqs:<region>:<account>:<name> */
async function urlOf(client: SQSClient, arn: string): Promise<string> {
  const [account, QueueName] = arn.split(':').slice(4);
  const { QueueUrl } = await client.send(
    new GetQueueUrlCommand({ QueueName, QueueOwnerAWSAccountId: account }),
  );
  if (QueueUrl === undefined) throw new Error(`SQS returned no URL for ${arn}`);
  return QueueUrl;
}
