// The files queue and the refresh queue, each with its dead-letter queue: how often and how late messages come back.
import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { MAX_RECEIVES } from '../aws/limits.ts';
import type { SluiceOptions } from './sluice-props.ts';

/** Files that arrive together share a commit; the first one waits that long. */
export const FILES_WINDOW = Duration.seconds(1);

const LONGEST = Duration.days(14);

export class Queues extends Construct {
  readonly files: Queue;
  readonly filesDeadLetters: Queue;
  readonly refresh: Queue;
  readonly refreshDeadLetters: Queue;

  constructor(scope: Construct, { timeout }: SluiceOptions) {
    super(scope, 'Queues');
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html: six timeouts and the window. Failures that the
    // functions see themselves come back sooner; this is for functions that died.
    const seconds = 6 * timeout.toSeconds();
    const [files, filesDeadLetters] = this.pair('Files', seconds + FILES_WINDOW.toSeconds(), false);
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
