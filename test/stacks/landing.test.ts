// Where source files come from: a bucket of one's own, a folder of it, its key, and how it tells what comes and goes.
import { Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { Sluice } from '../../lib/stacks/sluice.ts';
import type { SluiceProps } from '../../lib/stacks/sluice-props.ts';
import {
  appWithoutBundles,
  grants,
  LANDING,
  ofTypeIn,
  readable,
  type Synthesised,
  shippedDefinitions,
  stackOf,
  statementsOf,
  synthesised,
} from './stack-case.ts';

const MINE = 'arn:<AWS::Partition>:s3:::mine';

function maySend({ ofType }: Synthesised) {
  return ofType('AWS::SQS::QueuePolicy')
    .flatMap(([, policy]) => statementsOf(policy))
    .filter(({ Effect }) => Effect === 'Allow');
}

function conditionsOf({ ofType }: Pick<Synthesised, 'ofType'>, role: string, sid: string): unknown {
  const [found] = ofType('AWS::IAM::Role').filter(([id]) => id.includes(role));
  return found && statementsOf(found[1]).find(({ Sid }) => Sid === sid)?.Condition;
}

describe('a bucket of your own', () => {
  test('is read and asked to notify, in any stack', async () => {
    const own = new Stack(appWithoutBundles(), 'Own');
    // Anybody may put the construct into a stack of their own.
    const definitions = await shippedDefinitions();
    new Sluice(own, 'Sluice', { stage: 'test', definitions, landingBucket: 'mine' });
    const template = Template.fromStack(own);
    template.resourceCountIs('AWS::S3::Bucket', 1);
    const [[, notifications] = []] = ofTypeIn(template)('Custom::S3BucketNotifications');
    expect(readable(notifications?.Properties)).toMatchObject({
      BucketName: 'mine',
      // What stands in the bucket's configuration already stays.
      Managed: false,
      NotificationConfiguration: {
        QueueConfigurations: [
          { Events: ['s3:ObjectCreated:*'] },
          { Events: ['s3:ObjectRemoved:*'] },
          { Events: ['s3:LifecycleExpiration:*'] },
        ].map((configuration) => ({
          ...configuration,
          QueueArn: expect.stringContaining('QueuesFiles'),
        })),
      },
    });
    // S3 refuses a configuration that names a queue to which it may not send yet.
    expect(notifications?.DependsOn).toContainEqual(expect.stringMatching(/QueuesFilesPolicy/));
  });

  test('may notify, and no other bucket, of no other account', async () => {
    const stack = await synthesised({ landingBucket: 'mine' });
    expect(maySend(stack).map(({ Condition }) => Condition)).toEqual([
      {
        ArnEquals: { 'aws:SourceArn': MINE },
        StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' },
      },
    ]);
  });

  test('that is encrypted with your key is decrypted by ingest alone', async () => {
    const own = new Stack(appWithoutBundles(), 'Own');
    const encryptionKey = Key.fromKeyArn(own, 'Key', 'arn:aws:kms:eu-central-1:111122223333:key/mine');
    const landingBucket = Bucket.fromBucketAttributes(own, 'Landing', { bucketName: 'mine', encryptionKey });
    new Sluice(own, 'Sluice', { stage: 'test', definitions: await shippedDefinitions(), landingBucket });
    const made = { ofType: ofTypeIn(Template.fromStack(own)) };
    expect(grants(made, 'ingestrole')['kms:Decrypt']).toEqual([encryptionKey.keyArn]);
    for (const name of ['aggregaterole', 'maintainrole'])
      expect(grants(made, name)['kms:Decrypt']).toBeUndefined();
  });

  test('given by its name, with the ARN of its key, the same', async () => {
    const landingKey = 'arn:aws:kms:eu-central-1:111122223333:key/mine';
    const stack = await synthesised({ landingBucket: 'mine', landingKey });
    expect(grants(stack, 'ingestrole')['kms:Decrypt']).toEqual([landingKey]);
    for (const name of ['aggregaterole', 'maintainrole'])
      expect(grants(stack, name)['kms:Decrypt']).toBeUndefined();
  });
});

describe('a folder of a bucket', () => {
  const props = { landingBucket: 'mine', landingPrefix: 'in/test' };

  test('alone is told of, read and listed', async () => {
    const stack = await synthesised(props);
    const [[, notifications] = []] = stack.ofType('Custom::S3BucketNotifications');
    const Filter = { Key: { FilterRules: [{ Name: 'prefix', Value: 'in/test/' }] } };
    expect(notifications?.Properties.NotificationConfiguration).toMatchObject({
      QueueConfigurations: Array(3).fill({ Filter }),
    });
    expect(grants(stack, 'ingestrole')['s3:GetObject']).toContain(`${MINE}/in/test/*`);
    expect(grants(stack, 'ingestrole')['s3:GetObject']).not.toContain(`${MINE}/*`);
    expect(conditionsOf(stack, 'maintainrole', 'ListLanding')).toEqual({
      StringLike: { 's3:prefix': 'in/test/*' },
    });
    // Asking for one absent key is answered with 404 to whoever may list, and names no prefix.
    expect(conditionsOf(stack, 'ingestrole', 'ListLanding')).toEqual({
      StringLikeIfExists: { 's3:prefix': 'in/test/*' },
    });
    for (const [, { Properties }] of stack
      .ofType('AWS::Lambda::Function')
      .filter(([id]) => id.startsWith('SluiceFunctions')))
      expect(Properties.Environment).toMatchObject({
        Variables: { SLUICE_LANDING_BUCKET: 'mine', SLUICE_LANDING_PREFIX: 'in/test' },
      });
  });

  test('of the bucket that is made here, the same', async () => {
    const stack = await synthesised({ landingPrefix: 'in' });
    const [[, landing] = []] = stack.ofType('AWS::S3::Bucket');
    const Filter = { S3Key: { Rules: [{ Name: 'prefix', Value: 'in/' }] } };
    expect(landing?.Properties.NotificationConfiguration).toMatchObject({
      QueueConfigurations: Array(3).fill({ Filter }),
    });
    expect(grants(stack, 'ingestrole')['s3:GetObject']).toContain(`${LANDING}/in/*`);
  });
});

describe('by EventBridge', () => {
  test("events of the bucket's folder go to the files queue; its notifications are left alone", async () => {
    const stack = await synthesised({
      landingBucket: 'mine',
      landingPrefix: 'in/test',
      landingEvents: 'eventBridge',
    });
    expect(stack.ofType('Custom::S3BucketNotifications')).toEqual([]);
    const [[, rule] = []] = stack.ofType('AWS::Events::Rule').filter(([id]) => id.includes('LandingEvents'));
    expect(readable(rule?.Properties)).toMatchObject({
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created', 'Object Deleted'],
        detail: { bucket: { name: ['mine'] }, object: { key: [{ prefix: 'in/test/' }] } },
      },
      State: 'ENABLED',
      Targets: [{ Arn: '<QueuesFiles.Arn>', Id: expect.any(String) }],
    });
    expect(maySend(stack)).toEqual([
      {
        Sid: 'LandingEvents',
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: '<QueuesFiles.Arn>',
        Condition: {
          ArnEquals: { 'aws:SourceArn': '<LandingEvents.Arn>' },
          StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' },
        },
      },
    ]);
  });

  test('a bucket that is made here sends to it', async () => {
    const stack = await synthesised({ landingEvents: 'eventBridge' });
    const [[, landing] = []] = stack.ofType('AWS::S3::Bucket');
    expect(landing?.Properties.NotificationConfiguration).toEqual({
      EventBridgeConfiguration: { EventBridgeEnabled: true },
    });
    const [[, rule] = []] = stack.ofType('AWS::Events::Rule').filter(([id]) => id.includes('LandingEvents'));
    expect(readable(rule?.Properties)).toMatchObject({
      EventPattern: { detail: { bucket: { name: ['<BucketsLanding>'] } } },
    });
  });
});

test.each<Partial<SluiceProps>>([
  { landingBucket: 'mine', landingPrefix: 'in/test' },
  { landingBucket: 'mine', landingEvents: 'eventBridge' },
  { landingEvents: 'eventBridge', landingPrefix: 'in' },
])('cdk-nag has nothing to say on %j that is not answered with a reason', async (props) => {
  const app = appWithoutBundles();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  await stackOf(app, props);
  expect(app.synth().stacks).toHaveLength(1);
});
