// Which dead-letter queues a verb works on: from its options, otherwise from the environment.
import type { DeadLetterQueue } from '../adapters/sqs-dead-letters.ts';
import { UsageError } from '../errors.ts';
import type { QueueName } from './dead-letter.ts';
import type { Arguments, Option } from './verb.ts';

export const FILES_DLQ: Option = {
  name: 'files-dlq',
  value: 'URL',
  description:
    "On AWS: the files queue's dead-letter queue, the stack's output FilesDeadLetterQueueUrl. Default: $SLUICE_FILES_DLQ_URL",
};
export const REFRESH_DLQ: Option = {
  name: 'refresh-dlq',
  value: 'URL',
  description:
    "On AWS: the refresh queue's dead-letter queue, the stack's output RefreshDeadLetterQueueUrl. Default: $SLUICE_REFRESH_DLQ_URL",
};

const QUEUES = [
  ['files', FILES_DLQ.name, 'SLUICE_FILES_DLQ_URL'],
  ['refreshes', REFRESH_DLQ.name, 'SLUICE_REFRESH_DLQ_URL'],
] as const;

export type NamedQueue = { readonly queue: QueueName; readonly url: string };

/** Throws UsageError on a value that is not a URL. */
export function namedQueues(args: Arguments, environment = process.env): NamedQueue[] {
  return QUEUES.flatMap(([queue, option, variable]) => {
    const url = args.value(option) ?? environment[variable] ?? '';
    if (url === '') return [];
    if (!/^https?:\/\/\S+$/.test(url))
      throw new UsageError(
        `${args.flag(option) ? `--${option}` : `$${variable}`} is ${JSON.stringify(url)}, which is not a queue URL: take it from the stack's outputs`,
      );
    return [{ queue, url }];
  });
}

/** The lake's own folder is read if it is named, or if no queue is. */
export function wantsLake(args: Arguments, queues: readonly NamedQueue[]): boolean {
  return queues.length === 0 || args.isChosen('lake');
}

export async function openQueues(
  queues: readonly NamedQueue[],
): Promise<(NamedQueue & { readonly letters: DeadLetterQueue })[]> {
  if (queues.length === 0) return [];
  const { sqsClient } = await import('../adapters/aws-clients.ts');
  const { sqsDeadLetters } = await import('../adapters/sqs-dead-letters.ts');
  const client = sqsClient(process.env);
  return queues.map((queue) => ({ ...queue, letters: sqsDeadLetters(client, queue.url) }));
}
