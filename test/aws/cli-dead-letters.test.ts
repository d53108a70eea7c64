// The command line against SQS, as users start it: dead letters there and back.
import { randomUUID } from 'node:crypto';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { s3Store } from '../../lib/adapters/s3-store.ts';
import { sqsQueue } from '../../lib/adapters/sqs-queue.ts';
import { SCHEMAS } from '../cli/harness.ts';
import { emulator, freshBucket, s3, sqs } from './emulated.ts';
import { run } from './typed.ts';

describe(`dead letters on ${emulator.brand}`, () => {
  it('shows dead letters without taking them, and gives each back to its queue once', async () => {
    const files = await queuePair(false);
    const refreshes = await queuePair(true);
    const groupOf = () => 'insights/spend_by_month';
    const bucket = await freshBucket();
    await sqsQueue({ client: sqs, queueUrl: files.url }).send([
      notification(bucket, 'in/a b+é.csv'),
      'poison',
    ]);
    await sqsQueue({ client: sqs, queueUrl: refreshes.url, groupOf }).send([
      { target: { kind: 'insights', name: 'spend_by_month' } },
    ]);
    await die(files, 2);
    await die(refreshes, 1);
    const queues = ['--files-dlq', files.deadUrl, '--refresh-dlq', refreshes.deadUrl];
    const lake = `s3://${bucket}/lake`;
    const places = ['--landing', `s3://${bucket}/in`, '--lake', lake, '--schemas', SCHEMAS];
    await s3Store({ client: s3, bucket, scratch: '/' }).write('lake/probes', new Uint8Array());
    for (const _ of ['first', 'second look']) {
      const { waiting, letters } = JSON.parse(
        (await run('dead-letters', '--format', 'json', ...queues, ...places)).out,
      );
      expect(waiting).toBe(3);
      const byAbout = letters.toSorted((a: Letter, b: Letter) => (`${a.about}` < `${b.about}` ? -1 : 1));
      expect(byAbout).toMatchObject([
        {
          queue: 'files',
          about: [],
          reason: 'not an S3 notification and not a Sluice message: "\\"poison\\""',
        },
        {
          queue: 'files',
          about: ['a b+é.csv'],
          reason: expect.stringMatching(/^no dataset's path matches it; see the log of the function ingest/),
        },
        { queue: 'refreshes', about: ['insights/spend_by_month'] },
      ]);
    }
    const redriven = await run('redrive', '--format', 'json', ...queues);
    expect(JSON.parse(redriven.out)).toMatchObject({
      lake: null,
      queues: [
        { queue: 'files', moved: 2, left: 0, underWay: false },
        { queue: 'refreshes', moved: 1, left: 0, underWay: false },
      ],
    });
    expect(await waiting(files.url)).toBe(2);
    expect(await waiting(refreshes.url)).toBe(1);
    expect(await run('redrive', ...queues)).toMatchObject({
      code: 0,
      out: `${files.deadUrl}: nothing sent back\n${refreshes.deadUrl}: nothing sent back\n`,
    });
    expect(await run('dead-letters', ...queues)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/: no dead letters\n.*: no dead/),
    });
  });
});

type Letter = { readonly about: readonly string[] };

function notification(bucket: string, key: string): unknown {
  const encoded = encodeURIComponent(key).replaceAll('%20', '+');
  return { Records: [{ eventSource: 'aws:s3', s3: { bucket: { name: bucket }, object: { key: encoded } } }] };
}

type QueuePair = { readonly url: string; readonly deadUrl: string };

/** A queue whose messages are dead after one receive. */
async function queuePair(fifo: boolean): Promise<QueuePair> {
  const deadUrl = await freshQueue(fifo, {});
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: deadUrl, AttributeNames: ['QueueArn'] }),
  );
  const policy = { deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 1 };
  return { url: await freshQueue(fifo, { RedrivePolicy: JSON.stringify(policy) }), deadUrl };
}

async function freshQueue(fifo: boolean, attributes: Record<string, string>): Promise<string> {
  const { QueueUrl = '' } = await sqs.send(
    new CreateQueueCommand({
      QueueName: `sluice-test-${randomUUID()}${fifo ? '.fifo' : ''}`,
      Attributes: { ...attributes, ...(fifo ? { FifoQueue: 'true' } : {}) },
    }),
  );
  onTestFinished(async () => void (await sqs.send(new DeleteQueueCommand({ QueueUrl }))));
  return QueueUrl;
}

/** Receives without finishing, until all of them have gone to the dead letters. */
async function die({ url, deadUrl }: QueuePair, count: number): Promise<void> {
  while ((await waiting(deadUrl)) < count)
    await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url, VisibilityTimeout: 0, MaxNumberOfMessages: 10 }),
    );
}

async function waiting(QueueUrl: string): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages);
}
