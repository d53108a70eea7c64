// What the functions' handlers share: the lake that is opened once per process, and SQS's messages and answers.
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { FunctionName } from './metric-names.ts';
import { type AwsLake, once, openAwsLake } from './open-lake.ts';
import type { Received } from './work-through.ts';

export type SqsHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

export type Run = <T>(
  context: Context,
  work: (lake: AwsLake, remainingMs: () => number) => Promise<T>,
) => Promise<T>;

/** `code`: the folder of the function's code, in which the bundle has the definitions and `page/`. */
export function invocations(functionName: FunctionName, code: string): Run {
  const open = once(() => openAwsLake(functionName, code, process.env));
  return async (context, work) => {
    const lake = await open();
    lake.telemetry.begin(context);
    try {
      return await work(lake, () => context.getRemainingTimeInMillis());
    } finally {
      lake.telemetry.flush();
    }
  };
}

export function received({ messageId, receiptHandle, body, attributes }: SQSRecord): Received {
  return { messageId, receiptHandle, body, attempts: Number(attributes.ApproximateReceiveCount) || 1 };
}

export function failuresOf(failed: readonly Received[]): SQSBatchResponse {
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}
