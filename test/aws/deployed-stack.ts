// A stage of the stack, as a suite handles it: files put and removed, events told, queues watched, functions killed.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { promisify } from 'node:util';
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
import { type Deployment, deployStack, destroyStack, type StackOutputs } from '../../localstack/deploy.ts';
import { type FleetOptions, FunctionFleet } from './function-fleet.ts';
import { removeBucket, requireNewStage } from './stage-buckets.ts';
import { environment, s3, sqs, target } from './target.ts';

const SCHEMAS = join(import.meta.dirname, '../../schemas');

export type S3Event = { readonly name: 'ObjectCreated:Put' | 'ObjectRemoved:Delete'; readonly key: string };

/** `waiting`: to be handed out. `hidden`: handed out and not acknowledged, or paused. */
export type QueueCounts = { readonly waiting: number; readonly hidden: number };

const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const satisfies readonly QueueAttributeName[];

export type StackOptions = {
  /** Default: the shipped definitions. */
  readonly schemas?: string;
  /** Runs the functions as processes of this machine, also where the target could run them. */
  readonly fleet?: FleetOptions;
};

/** AWS takes so long to make a queue's new settings known: API reference of SQS, SetQueueAttributes. */
const PROPAGATION_MS = 60_000;
/** A poll that waits for messages goes by the settings of when it began. */
const POLL_MS = 1_000;

export class DeployedStack {
  readonly stage: string;
  readonly outputs: StackOutputs;
  /** Undefined: the target runs the functions itself. */
  private readonly fleetOptions: FleetOptions | undefined;
  private fleet: FunctionFleet | undefined;

  private constructor(stage: string, outputs: StackOutputs, fleetOptions: FleetOptions | undefined) {
    this.stage = stage;
    this.outputs = outputs;
    this.fleetOptions = fleetOptions;
  }

  /** A stage of its own name, so that its functions' processes are told from all others. */
  static async deploy({ schemas = SCHEMAS, fleet }: StackOptions = {}): Promise<DeployedStack> {
    const fleetOptions = fleet ?? (target.runsFunctions ? undefined : { environment });
    const stage = target.stage ?? `e2e-${randomBytes(4).toString('hex')}`;
    if (target.endpoint === undefined) await requireNewStage(stage);
    const outputs = await deployStack(deployment(stage, schemas, fleetOptions === undefined));
    const stack = new DeployedStack(stage, outputs, fleetOptions);
    await stack.startFunctions(schemas);
    return stack;
  }

  /** Deploys again, with other definitions. */
  async update(schemas: string): Promise<void> {
    await deployStack(deployment(this.stage, schemas, this.fleetOptions === undefined));
    await this.stopFunctions();
    await this.startFunctions(schemas);
  }

  private async startFunctions(schemas: string): Promise<void> {
    const { stage, outputs, fleetOptions } = this;
    if (fleetOptions === undefined) return;
    this.fleet = await FunctionFleet.start({ ...fleetOptions, stage, outputs, schemas });
  }

  /** Throws where it fails, and where functions are not processes of this machine. */
  async maintain(): Promise<void> {
    if (this.fleet === undefined) throw new Error('maintain is invoked by hand in a fleet alone');
    await this.fleet.maintain();
  }

  /** Those that are processes of this one. */
  async stopFunctions(): Promise<void> {
    await this.fleet?.stop();
    this.fleet = undefined;
  }

  async destroy(): Promise<void> {
    await this.stopFunctions();
    await destroyStack({ endpoint: target.endpoint, stage: this.stage });
  }

  /** Nothing is left of it, its data included. */
  async remove(): Promise<void> {
    await this.destroy();
    for (const bucket of [this.outputs.LandingBucket, this.outputs.LakeBucket]) await removeBucket(bucket);
  }

  /** The processes of one function of this stage alone; undefined where functions are not processes of this machine. */
  async processes(name: 'ingest' | 'aggregate'): Promise<number[] | undefined> {
    if (this.fleet) return this.fleet.processes(name);
    if (target.brand !== 'ministack') return undefined;
    const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,args='], { maxBuffer: 1e8 });
    const mark = `ministack-lambda-Sluice-${this.stage}-SluiceFunctions${name}`;
    const lines = stdout.split('\n').filter((line) => line.includes(mark));
    return lines.map((line) => Number.parseInt(line, 10));
  }

  /** Whether a function of a fleet runs in that process. */
  isFunction(pid: number): boolean {
    const { fleet } = this;
    return (
      fleet !== undefined &&
      (['ingest', 'aggregate'] as const).some((name) => fleet.processes(name).includes(pid))
    );
  }

  async put(key: string, content: string | Uint8Array): Promise<void> {
    await s3.send(new PutObjectCommand({ Bucket: this.outputs.LandingBucket, Key: key, Body: content }));
  }

  async removeFile(key: string): Promise<void> {
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

  /** As ingest and aggregate do, but behind no message of theirs. */
  async tellPage(): Promise<void> {
    const own = randomBytes(8).toString('hex');
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: this.outputs.PageQueueUrl,
        MessageBody: '{"window":0}',
        MessageGroupId: own,
        MessageDeduplicationId: own,
      }),
    );
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
    name: 'VisibilityTimeout' | 'RedrivePolicy' | 'DelaySeconds',
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
    await after(target.endpoint === undefined ? PROPAGATION_MS : 2 * POLL_MS);
    try {
      return await work();
    } finally {
      await set(present);
    }
  }
}

function deployment(stage: string, schemas: string, functions: boolean): Deployment {
  return { endpoint: target.endpoint, stage, schemas, functions };
}
