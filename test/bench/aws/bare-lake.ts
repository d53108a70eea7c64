// Buckets and queues of the stack without the stack, and the real bundle beside them: functions are invoked by hand.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { FunctionName } from '../../../lib/aws/metric-names.ts';
import { bundleFunctions } from '../../../lib/stacks/bundle.ts';
import { loadDefinitions } from '../../../lib/stacks/definitions.ts';
import { emulatorEnvironment } from '../../../localstack/emulators.ts';
import { functionSettings, MEMORY_MB, type Places } from '../../support/function-settings.ts';
import type { Emulated } from './emulator.ts';
import { sqsEvent } from './event-source.ts';
import { FunctionProcess } from './function-process.ts';

export const MAINTAIN_MEMORY_MB = 1024;
const SCHEMAS = join(import.meta.dirname, '../../../schemas');

export class BareLake {
  readonly landing: string;
  readonly lake: string;
  private readonly emulated: Emulated;
  private readonly bundle: string;
  private readonly endpoint: string;
  private readonly queues: Readonly<
    Record<'files' | 'refresh' | 'page' | 'filesDead' | 'refreshDead', string>
  >;

  private constructor(
    emulated: Emulated,
    names: { landing: string; lake: string; bundle: string; endpoint: string },
    queues: BareLake['queues'],
  ) {
    this.emulated = emulated;
    this.landing = names.landing;
    this.lake = names.lake;
    this.bundle = names.bundle;
    this.endpoint = names.endpoint;
    this.queues = queues;
  }

  /** With its tables under the shipped definitions. `endpoint`: where the functions turn to, if not to the emulator itself. */
  static async open(emulated: Emulated, endpoint = emulated.endpoint): Promise<BareLake> {
    const name = randomBytes(4).toString('hex');
    const bundle = join(emulated.scratch, `bundle-${name}`);
    bundleFunctions(
      { definitions: await loadDefinitions(SCHEMAS), platform: `linux-${process.arch}` },
      bundle,
    );
    const [landing, lake] = [`landing-${name}`, `lake-${name}`];
    for (const Bucket of [landing, lake]) await emulated.s3.send(new CreateBucketCommand({ Bucket }));
    const queue = async (QueueName: string, Attributes: Record<string, string>) =>
      (await emulated.sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? '';
    const queues = {
      files: await queue(`files-${name}`, {}),
      refresh: await queue(`refresh-${name}.fifo`, { FifoQueue: 'true' }),
      page: await queue(`page-${name}.fifo`, { FifoQueue: 'true' }),
      filesDead: await queue(`files-dead-${name}`, {}),
      refreshDead: await queue(`refresh-dead-${name}.fifo`, { FifoQueue: 'true' }),
    };
    const opened = new BareLake(emulated, { landing, lake, bundle, endpoint }, queues);
    const maintain = await opened.start('maintain');
    await maintain.invoke({ apply: true });
    await maintain.stop();
    // What maintain asked for is nothing: no file is there yet.
    await opened.drop();
    return opened;
  }

  start(name: FunctionName): Promise<FunctionProcess> {
    const memoryMb = name === 'maintain' ? MAINTAIN_MEMORY_MB : MEMORY_MB;
    return FunctionProcess.start(this.bundle, name, {
      ...emulatorEnvironment(this.endpoint),
      ...functionSettings('bench', this.places(), memoryMb),
    });
  }

  private places(): Places {
    const { files, refresh, page, filesDead, refreshDead } = this.queues;
    return {
      LandingBucket: this.landing,
      LakeBucket: this.lake,
      FilesQueueUrl: files,
      RefreshQueueUrl: refresh,
      PageQueueUrl: page,
      FilesDeadLetterQueueUrl: filesDead,
      RefreshDeadLetterQueueUrl: refreshDead,
    };
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.emulated.s3.send(new PutObjectCommand({ Bucket: this.landing, Key: key, Body: bytes }));
  }

  /** The event that S3 would send by SQS. */
  arrival(key: string, sizeBytes: number): object {
    const record = {
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      eventTime: new Date().toISOString(),
      s3: {
        bucket: { name: this.landing },
        object: { key: encodeURIComponent(key).replaceAll('%2F', '/'), size: sizeBytes },
      },
    };
    return sqsEvent([{ MessageId: 'm', ReceiptHandle: 'r', Body: JSON.stringify({ Records: [record] }) }]);
  }

  /** What stands in the refresh queue, as a function gets it: up to ten messages at once. Undefined where it is empty. */
  async receive(): Promise<object | undefined> {
    const { Messages = [] } = await this.emulated.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: this.queues.refresh, MaxNumberOfMessages: 10 }),
    );
    for (const { ReceiptHandle } of Messages)
      await this.emulated.sqs.send(
        new DeleteMessageCommand({ QueueUrl: this.queues.refresh, ReceiptHandle }),
      );
    return Messages.length === 0 ? undefined : sqsEvent(Messages);
  }

  /** Forgets what stands in the refresh queue, and the marks that it stands there. */
  async drop(): Promise<void> {
    while (await this.receive());
    const lake = this.emulated.store(this.lake);
    for await (const { key } of lake.list('waiting/')) await lake.remove([key]);
  }
}
