// The files queue and the refresh queue, each with its dead-letter queue: how often and how late messages come back.
import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { MAX_RECEIVES } from '../aws/limits.ts';
import type { SluiceOptions } from './sluice-props.ts';

/** Files that arrive together share a commit; the first one waits that long. */
export const FILES_WINDOW = Duration.seconds(1);

/** From a message's receipt to the first line of the function's code, generously. */
const STARTING = Duration.seconds(30);

const LONGEST = Duration.days(14);

export class Queues extends Construct {
  readonly files: Queue;
  readonly filesDeadLetters: Queue;
  readonly refresh: Queue;
  readonly refreshDeadLetters: Queue;

  constructor(scope: Construct, { timeout }: SluiceOptions) {
    super(scope, 'Queues');
    // Lambda takes no less than its function's timeout: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html.
    // Its advice of six timeouts is for functions that are throttled, and these are not: each queue has a concurrency of its
    // own. It holds until the function has begun; then the function says itself how long it is alive (lib/aws/heartbeat.ts).
    const seconds = timeout.toSeconds() + FILES_WINDOW.toSeconds() + STARTING.toSeconds();
    const [files, filesDeadLetters] = this.pair('Files', seconds, false);
    const [refresh, refreshDeadLetters] = this.pair('Refresh', seconds, true);
    this.files = files;
    this.filesDeadLetters = filesDeadLetters;
    this.refresh = refresh;
    this.refreshDeadLetters = refreshDeadLetters;
  }

  private pair(id: string, visibilitySeconds: number, fifo: boolean): [Queue, Queue] {
    // false is refused: a queue is FIFO or says nothing.
    const shared = {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: LONGEST,
      ...(fifo ? { fifo: true } : {}),
    };
    const deadLetters = new Queue(this, `${id}DeadLetters`, shared);
    const queue = new Queue(this, id, {
      ...shared,
      visibilityTimeout: Duration.seconds(visibilitySeconds),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: MAX_RECEIVES },
    });
    return [queue, deadLetters];
  }
}
