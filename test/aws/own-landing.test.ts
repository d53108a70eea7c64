// A landing bucket that was there before the stack, tells somebody else already and serves two stages: each stage sees its own
// folder alone, what lay there before is ingested, and the others' notifications stay. First by notifications, then by EventBridge.
import { randomBytes } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, GetQueueAttributesCommand, PurgeQueueCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { landedShares } from '../../lib/lake/live-shares.ts';
import { deployStack, destroyStack, type StackOutputs } from '../../localstack/deploy.ts';
import { billing, billingKey } from './billing-files.ts';
import { openRemoteLake, type RemoteLake } from './lake-twin.ts';
import { s3, sqs, target } from './target.ts';

const id = randomBytes(4).toString('hex');
const stage = `own-${id}`;
const bucket = `sluice-mine-${id}`;
const prefix = `in/${stage}`;
const PATIENCE_MS = 120_000;

let outputs: StackOutputs;
let lake: RemoteLake;
let others: string;
let stands = false;

const deploy = (words: Record<string, string>) =>
  deployStack({
    endpoint: target.endpoint,
    stage,
    words: { landingBucket: bucket, landingPrefix: prefix, ...words },
  });
const put = (key: string, content: string) =>
  s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content }));
const notifications = () => s3.send(new GetBucketNotificationConfigurationCommand({ Bucket: bucket }));

/** Keys whose rows the table of billing holds. */
async function sources(): Promise<string[]> {
  const billing = lake.effects.catalog.datasets.find(({ name }) => name === 'billing');
  if (billing === undefined) throw new Error('there is no dataset billing');
  return [...(await landedShares(lake.effects.tables, billing)).keys()].sort();
}

async function untilSources(expected: string[]): Promise<void> {
  const giveUp = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await sources();
    if (JSON.stringify(found) === JSON.stringify(expected)) return;
    if (Date.now() > giveUp) expect(found).toEqual(expected);
    await after(100);
  }
}

async function waiting(QueueUrl: string): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages);
}

// LocalStack runs no function that could write a bucket's notifications; a real bucket is not this suite's to change.
describe.runIf(target.brand === 'ministack')(`a landing bucket of your own on ${target.brand}`, () => {
  beforeAll(async () => {
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `others-${id}` }));
    others = QueueUrl;
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    );
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: bucket,
        NotificationConfiguration: {
          QueueConfigurations: [
            {
              Id: 'theirs',
              QueueArn: Attributes?.QueueArn,
              Events: ['s3:ObjectCreated:*'],
              Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: 'theirs/' }] } },
            },
          ],
        },
      }),
    );
    await put(`${prefix}/${billingKey(1, 'before')}`, billing(1, 3, 1));
    await put(billingKey(1, 'of-another-stage'), billing(1, 3, 2));
    stands = true;
    outputs = await deploy({});
    lake = await openRemoteLake({ ...outputs, prefix });
  });
  afterAll(async () => {
    await lake?.close();
    if (stands) await destroyStack({ endpoint: target.endpoint, stage });
  });

  it('is the one that the stack names', () => {
    expect(outputs.LandingBucket).toBe(bucket);
  });

  it('what lay in its folder before is ingested after the deploy, and nothing else of it', async () => {
    await untilSources([billingKey(1, 'before')]);
  });

  it('what comes and goes in its folder follows', async () => {
    await put(`${prefix}/${billingKey(2, 'a b+é')}`, billing(2, 3, 3));
    await put(`in/${stage}-other/${billingKey(2, 'elsewhere')}`, billing(2, 3, 4));
    await untilSources([billingKey(1, 'before'), billingKey(2, 'a b+é')]);
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: `${prefix}/${billingKey(1, 'before')}` }));
    await untilSources([billingKey(2, 'a b+é')]);
  });

  it('others are told as before', async () => {
    expect((await notifications()).QueueConfigurations?.map(({ Id }) => Id)).toContain('theirs');
    await put('theirs/file.csv', 'x');
    const giveUp = Date.now() + PATIENCE_MS;
    while ((await waiting(others)) === 0 && Date.now() < giveUp) await after(100);
    expect(await waiting(others)).toBeGreaterThan(0);
    await sqs.send(new PurgeQueueCommand({ QueueUrl: others }));
  });

  it('by EventBridge, turned on by whom the bucket belongs to', async () => {
    outputs = await deploy({ landingEvents: 'eventBridge' });
    const { QueueConfigurations = [] } = await notifications();
    expect(QueueConfigurations.map(({ Id }) => Id)).toEqual(['theirs']);
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: bucket,
        NotificationConfiguration: { QueueConfigurations, EventBridgeConfiguration: {} },
      }),
    );
    await put(`${prefix}/${billingKey(3, 'c d+é')}`, billing(3, 3, 5));
    await put(billingKey(3, 'elsewhere'), billing(3, 3, 6));
    await untilSources([billingKey(2, 'a b+é'), billingKey(3, 'c d+é')]);
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: `${prefix}/${billingKey(2, 'a b+é')}` }));
    await untilSources([billingKey(3, 'c d+é')]);
  });

  it('nothing failed on the way', async () => {
    expect(await waiting(outputs.FilesDeadLetterQueueUrl)).toBe(0);
  });

  it('the bucket and what others have in it stay when the stack goes', async () => {
    await destroyStack({ endpoint: target.endpoint, stage });
    stands = false;
    expect((await notifications()).QueueConfigurations?.map(({ Id }) => Id)).toEqual(['theirs']);
  });
});
