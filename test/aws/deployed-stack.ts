// A stage of the stack on an emulator, as a suite handles it: files put and removed, events told, queues watched.
import { randomBytes } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import {
  GetQueueAttributesCommand,
  type QueueAttributeName,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { deployStack, destroyStack, type StackOutputs } from '../../localstack/deploy.ts';
import { emulator, s3, sqs } from './emulated.ts';

export type S3Event = { readonly name: 'ObjectCreated:Put' | 'ObjectRemoved:Delete'; readonly key: string };

/** `waiting`: to be handed out. `hidden`: handed out and not acknowledged, or paused. */
export type QueueCounts = { readonly waiting: number; readonly hidden: number };

const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const satisfies readonly QueueAttributeName[];

export class DeployedStack {
  readonly stage: string;
  readonly outputs: StackOutputs;

  private constructor(stage: string, outputs: StackOutputs) {
    this.stage = stage;
    this.outputs = outputs;
  }

  /** A stage of its own name, so that its functions' processes are told from all others. */
  static async deploy(): Promise<DeployedStack> {
    const stage = `e2e-${randomBytes(4).toString('hex')}`;
    return new DeployedStack(stage, await deployStack({ endpoint: emulator.endpoint, stage }));
  }

  destroy(): Promise<void> {
    return destroyStack({ endpoint: emulator.endpoint, stage: this.stage });
  }

  async put(key: string, content: string | Uint8Array): Promise<void> {
    await s3.send(new PutObjectCommand({ Bucket: this.outputs.LandingBucket, Key: key, Body: content }));
  }

  async remove(key: string): Promise<void> {
    await s3.send(new DeleteObjectCommand({ Bucket: this.outputs.LandingBucket, Key: key }));
  }

  /** Runs `work` while landing tells nobody what comes and goes. */
  async silently(work: () => Promise<void>): Promise<void> {
    const Bucket = this.outputs.LandingBucket;
    const {
      QueueConfigurations,
      TopicConfigurations: _t,
      LambdaFunctionConfigurations: _l,
    } = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    const notify = (NotificationConfiguration: object) =>
      s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
    await notify({});
    try {
      await work();
    } finally {
      await notify({ QueueConfigurations });
    }
  }

  /** As S3 writes it: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
  tell({ name, key }: S3Event): Promise<void> {
    const record = {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'us-east-1',
      eventTime: new Date().toISOString(),
      eventName: name,
      s3: {
        bucket: { name: this.outputs.LandingBucket },
        object: { key: encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+'), size: 1 },
      },
    };
    return this.say(JSON.stringify({ Records: [record] }));
  }

  /** Any message to the files queue. */
  async say(body: string): Promise<void> {
    await sqs.send(new SendMessageCommand({ QueueUrl: this.outputs.FilesQueueUrl, MessageBody: body }));
  }

  async count(queue: keyof StackOutputs): Promise<QueueCounts> {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: this.outputs[queue], AttributeNames: [...COUNTS] }),
    );
    const [visible, hidden, delayed] = COUNTS.map((name) => Number(Attributes[name] ?? 0)) as [
      number,
      number,
      number,
    ];
    return { waiting: visible + delayed, hidden };
  }

  /** Runs `work` under another setting of a queue. */
  async under<T>(
    queue: keyof StackOutputs,
    name: 'VisibilityTimeout' | 'RedrivePolicy',
    change: (present: string) => string,
    work: () => Promise<T>,
  ): Promise<T> {
    const QueueUrl = this.outputs[queue];
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [name] }),
    );
    const present = Attributes?.[name] ?? '';
    const set = (value: string) =>
      sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { [name]: value } }));
    await set(change(present));
    try {
      return await work();
    } finally {
      await set(present);
    }
  }
}
