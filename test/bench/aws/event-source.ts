// A queue that feeds a function, as Lambda's event source mapping does by the settings of the stack: batches of so many messages,
// filled for so long, so many at once. Emulators ignore the window, and some run no function.
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { FunctionName } from '../../../lib/aws/metric-names.ts';
import { synthesised } from '../../stacks/stack-case.ts';
import type { Emulated } from './emulator.ts';
import type { FunctionProcess, Invoked } from './function-process.ts';

export type Feeding = {
  readonly batchSize: number;
  readonly windowMs: number;
  readonly concurrency: number;
};

type MappingProperties = {
  readonly BatchSize: number;
  readonly MaximumBatchingWindowInSeconds?: number;
  readonly ScalingConfig: { readonly MaximumConcurrency: number };
};

/** As the stack's template has them. */
export async function feedings(): Promise<Record<'ingest' | 'aggregate', Feeding>> {
  const { ofType } = await synthesised();
  const mappings = ofType('AWS::Lambda::EventSourceMapping');
  const feedingOf = (name: FunctionName): Feeding => {
    const found = mappings.find(([id]) => id.startsWith(`SluiceFunctions${name}`));
    if (found === undefined) throw new Error(`the template feeds no ${name}`);
    const { BatchSize, MaximumBatchingWindowInSeconds, ScalingConfig } = found[1]
      .Properties as MappingProperties;
    return {
      batchSize: BatchSize,
      windowMs: (MaximumBatchingWindowInSeconds ?? 0) * 1000,
      concurrency: ScalingConfig.MaximumConcurrency,
    };
  };
  return { ingest: feedingOf('ingest'), aggregate: feedingOf('aggregate') };
}

/** One of the function's processes. */
export type Instance = Pick<FunctionProcess, 'invoke' | 'stop'>;
export type Sender = Pick<Emulated['sqs'], 'send'>;

/** SQS's bound, of receiving and of deleting. */
const MOST_AT_ONCE = 10;

export class EventSource {
  /** Each run of the function, in order of its end. */
  readonly invoked: Invoked[] = [];
  private readonly sqs: Sender;
  private readonly queueUrl: string;
  private readonly feeding: Feeding;
  private readonly start: () => Promise<Instance>;
  private isStopping = false;

  /** `start`: another instance of the function; each has one batch at a time. */
  constructor(
    { sqs }: { readonly sqs: Sender },
    queueUrl: string,
    feeding: Feeding,
    start: () => Promise<Instance>,
  ) {
    this.sqs = sqs;
    this.queueUrl = queueUrl;
    this.feeding = feeding;
    this.start = start;
  }

  /** Until `stop` is called. Throws where an invocation fails, or a message of one. */
  async run(): Promise<void> {
    await Promise.all(Array.from({ length: this.feeding.concurrency }, () => this.instance()));
  }

  stop(): void {
    this.isStopping = true;
  }

  /** It starts with its first batch, cold. */
  private async instance(): Promise<void> {
    let started: Instance | undefined;
    try {
      while (!this.isStopping) {
        const batch = await this.batch();
        if (batch.length === 0) continue;
        started ??= await this.start();
        this.invoked.push(await started.invoke(sqsEvent(batch)));
        await this.remove(batch);
      }
    } finally {
      this.isStopping = true;
      await started?.stop();
    }
  }

  /** Full, or what has come until the window is over since the first message. */
  private async batch(): Promise<Message[]> {
    const { batchSize, windowMs } = this.feeding;
    const batch = await this.receive(batchSize, 1);
    const ends = Date.now() + windowMs;
    while (batch.length > 0 && batch.length < batchSize && Date.now() < ends)
      batch.push(...(await this.receive(batchSize - batch.length, 1)));
    return batch;
  }

  private async receive(most: number, waitSeconds: number): Promise<Message[]> {
    const { Messages = [] } = await this.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: this.queueUrl,
        MaxNumberOfMessages: Math.min(most, MOST_AT_ONCE),
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      }),
    );
    return Messages;
  }

  private async remove(batch: readonly Message[]): Promise<void> {
    for (let first = 0; first < batch.length; first += MOST_AT_ONCE) {
      const Entries = batch
        .slice(first, first + MOST_AT_ONCE)
        .map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
      await this.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: this.queueUrl, Entries }));
    }
  }
}

/** The event of a batch, as a function gets it. */
export function sqsEvent(messages: readonly Message[]): object {
  return {
    Records: messages.map(({ MessageId, ReceiptHandle, Body, Attributes }) => ({
      messageId: MessageId,
      receiptHandle: ReceiptHandle,
      body: Body,
      attributes: { ApproximateReceiveCount: '1', ...Attributes },
    })),
  };
}
