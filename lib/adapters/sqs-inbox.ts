// What a function may do with the messages that it was handed, besides returning them: finish them early, delay a retry.
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { awsError } from './aws-error.ts';

export type Handle = { readonly receiptHandle: string };

export interface Inbox {
  /** They are not delivered again, even if this process dies now. */
  done(messages: readonly Handle[]): Promise<void>;
  /** A message that will be returned as failed comes back after `seconds`, and not after the queue's long timeout. */
  retryAfter(message: Handle, seconds: number): Promise<void>;
}

const MESSAGES_PER_BATCH = 10;

export function sqsInbox(client: SQSClient, queueUrl: string): Inbox {
  return {
    async done(messages) {
      try {
        for (let first = 0; first < messages.length; first += MESSAGES_PER_BATCH) {
          const batch = messages.slice(first, first + MESSAGES_PER_BATCH);
          const Entries = batch.map(({ receiptHandle }, index) => ({
            Id: String(index),
            ReceiptHandle: receiptHandle,
          }));
          await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
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
  };
}
