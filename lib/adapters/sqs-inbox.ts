// What a function can do with received messages besides returning them: finish them early, delay a retry, hide them from
// others while it works.
import {
  type BatchResultErrorEntry,
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { awsError } from './aws-error.ts';

export type Handle = { readonly receiptHandle: string };

export interface Inbox {
  /** They are not delivered again, even if this process dies now. */
  done(messages: readonly Handle[]): Promise<void>;
  /** A message that is returned as failed comes back after `seconds`. */
  retryAfter(message: Handle, seconds: number): Promise<void>;
  /** Hides them for `seconds` from now, longer or shorter than before. */
  hide(messages: readonly Handle[], seconds: number): Promise<void>;
}

const MESSAGES_PER_BATCH = 10;

export function sqsInbox(client: SQSClient, queueUrl: string): Inbox {
  return {
    async done(messages) {
      try {
        for (const Entries of entries(messages)) {
          const answer = await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
          requireAll(answer.Failed);
        }
      } catch (error) {
        throw awsError(error, 'finish messages of', queueUrl);
      }
    },
    async retryAfter({ receiptHandle }, seconds) {
      try {
        await client.send(
          new ChangeMessageVisibilityCommand({
            QueueUrl: queueUrl,
            ReceiptHandle: receiptHandle,
            VisibilityTimeout: seconds,
          }),
        );
      } catch (error) {
        throw awsError(error, 'delay a message of', queueUrl);
      }
    },
    async hide(messages, seconds) {
      try {
        for (const batch of entries(messages)) {
          const Entries = batch.map((entry) => ({ ...entry, VisibilityTimeout: seconds }));
          const answer = await client.send(
            new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }),
          );
          requireAll(answer.Failed);
        }
      } catch (error) {
        throw awsError(error, 'hide messages of', queueUrl);
      }
    },
  };
}

type Entry = { readonly Id: string; readonly ReceiptHandle: string };

function* entries(messages: readonly Handle[]): Iterable<Entry[]> {
  for (let first = 0; first < messages.length; first += MESSAGES_PER_BATCH) {
    const batch = messages.slice(first, first + MESSAGES_PER_BATCH);
    yield batch.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }));
  }
}

/** A batch can fail partially. Throws an error with SQS's error name. */
function requireAll(failed: readonly BatchResultErrorEntry[] | undefined): void {
  const [first] = failed ?? [];
  if (first === undefined) return;
  const error = new Error(
    `SQS refused ${failed?.length} of them: ${first.Code} ${first.Message ?? ''}`.trim(),
  );
  error.name = first.Code ?? 'Error';
  throw error;
}
