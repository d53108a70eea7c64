// The files queue and the refresh queue, each with its dead-letter queue: how often and when messages come back; the page's
// queue; and a queue for the runs of maintain that failed permanently.
import { ArnFormat, Duration, Stack, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type IQueue, Queue, QueueEncryption, type QueueProps, RedrivePermission } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { MAX_RECEIVES } from '../aws/limits.ts';
import { PAGE_DELAY_SECONDS } from '../aws/page-news.ts';
import { stackSuffix } from './buckets.ts';
import type { SluiceOptions } from './sluice-props.ts';

/** Files that arrive together share a commit; the first one waits for this long. */
export const FILES_WINDOW = Duration.seconds(1);

/** For maintain, which rewrites whole tables for some contract changes: AWS's limit. */
export const MAINTAIN_TIMEOUT = Duration.minutes(15);

/** From a message's receipt to the first line of the function's code, a generous estimate. */
const STARTING = Duration.seconds(30);

const LONGEST = Duration.days(14);

/** By then the scheduled run of maintain has looked at the page. */
const PAGE_NEWS_KEPT = Duration.hours(1);

export class Queues extends Construct {
  readonly files: Queue;
  readonly filesDeadLetters: Queue;
  readonly refresh: Queue;
  readonly refreshDeadLetters: Queue;
  /** That the page has something new to show: see lib/aws/page-news.ts. */
  readonly page: Queue;
  /** Lambda's record of a failed run of maintain: the event and the error. */
  readonly maintainFailures: Queue;
  private readonly stage: string;
  private readonly shared: QueueProps;

  constructor(scope: Construct, { stage, timeout }: SluiceOptions, encryptionKey: IKey | undefined) {
    super(scope, 'Queues');
    this.stage = stage;
    this.shared = {
      ...(encryptionKey === undefined
        ? { encryption: QueueEncryption.SQS_MANAGED }
        : { encryption: QueueEncryption.KMS, encryptionMasterKey: encryptionKey }),
      enforceSSL: true,
      retentionPeriod: LONGEST,
    };
    // Lambda requires at least its function's timeout: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html.
    // Its advice of six timeouts is for functions that are throttled, and these are not: each queue has its own
    // concurrency. It applies until the function has started; then the function extends it itself (lib/aws/heartbeat.ts).
    const seconds = timeout.toSeconds() + FILES_WINDOW.toSeconds() + STARTING.toSeconds();
    const [files, filesDeadLetters] = this.pair('Files', seconds, false);
    const [refresh, refreshDeadLetters] = this.pair('Refresh', seconds, true);
    this.files = files;
    this.filesDeadLetters = filesDeadLetters;
    this.refresh = refresh;
    this.refreshDeadLetters = refreshDeadLetters;
    this.page = new Queue(this, 'Page', {
      ...this.shared,
      queueName: `sluice-${stage}-page-${stackSuffix()}.fifo`,
      fifo: true,
      deliveryDelay: Duration.seconds(PAGE_DELAY_SECONDS),
      retentionPeriod: PAGE_NEWS_KEPT,
      visibilityTimeout: MAINTAIN_TIMEOUT.plus(STARTING),
    });
    Validations.of(this.page).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason:
        'Its messages say nothing that is lost with them: maintain also writes the page on its schedule.',
    });
    this.maintainFailures = new Queue(this, 'MaintainFailures', this.shared);
    Validations.of(this.maintainFailures).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason:
        'It contains failed messages for people to read: a further dead-letter queue would have no use.',
    });
  }

  private pair(id: string, visibilitySeconds: number, fifo: boolean): [Queue, Queue] {
    // CloudFormation refuses false: the property must be true or absent.
    const shared = { ...this.shared, ...(fifo ? { fifo: true } : {}) };
    // Its name is known before it exists, because it and its dead-letter queue refer to each other.
    const queueName = `sluice-${this.stage}-${id.toLowerCase()}-${stackSuffix()}${fifo ? '.fifo' : ''}`;
    const deadLetters = new Queue(this, `${id}DeadLetters`, {
      ...shared,
      redriveAllowPolicy: {
        redrivePermission: RedrivePermission.BY_QUEUE,
        sourceQueues: [this.named(`${id}Source`, queueName)],
      },
    });
    const queue = new Queue(this, id, {
      ...shared,
      queueName,
      visibilityTimeout: Duration.seconds(visibilitySeconds),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: MAX_RECEIVES },
    });
    return [queue, deadLetters];
  }

  private named(id: string, resource: string): IQueue {
    const queueArn = Stack.of(this).formatArn({
      service: 'sqs',
      resource,
      arnFormat: ArnFormat.NO_RESOURCE_NAME,
    });
    return Queue.fromQueueAttributes(this, id, { queueArn });
  }
}
