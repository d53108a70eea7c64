// A stage whose data goes with it: buckets are emptied after all that fills them has stopped, and only those made here.
import { Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { beforeAll, expect, test } from 'vitest';
import {
  appWithoutBundles,
  grants,
  LAKE,
  ofTypeIn,
  readable,
  type Synthesised,
  stackOf,
  statementsOf,
  synthesised,
} from './stack-case.ts';

const LANDING = 'arn:<AWS::Partition>:s3:::sluice-pr-1-landing-<AWS::AccountId>-<AWS::StackId>';
const REVIEW = { stage: 'pr-1', retainData: false };

let stack: Synthesised;
beforeAll(async () => {
  stack = await synthesised(REVIEW);
});

test('the buckets go, and maintain is asked to empty them', () => {
  for (const [, { DeletionPolicy }] of stack.ofType('AWS::S3::Bucket')) expect(DeletionPolicy).toBe('Delete');
  const [[, contents] = []] = stack.ofType('Custom::SluiceContents');
  expect(readable(contents?.Properties)).toMatchObject({
    ServiceToken: '<Functionsmaintain.Arn>',
    buckets: ['<BucketsLanding>', '<BucketsLake>'],
  });
});

test('what feeds the functions is deleted before', () => {
  const [[id = ''] = []] = stack.ofType('Custom::SluiceContents');
  const feeders = [...stack.ofType('AWS::Lambda::EventSourceMapping'), ...stack.ofType('AWS::Events::Rule')];
  expect(feeders).toHaveLength(5);
  for (const [, { DependsOn = [] }] of feeders) expect(DependsOn).toContain(id);
});

test('maintain alone may remove versions', () => {
  const both = [LAKE, LANDING];
  const granted = grants(stack, 'maintainrole');
  expect(granted['s3:ListBucketVersions']).toEqual(both);
  expect(granted['s3:DeleteObjectVersion']).toEqual(both.map((bucket) => `${bucket}/*`));
  for (const name of ['ingestrole', 'aggregaterole'])
    expect(grants(stack, name)['s3:DeleteObjectVersion']).toBeUndefined();
});

test("the lake's policy lets maintain alone delete log entries", () => {
  const [lake] = stack
    .ofType('AWS::S3::BucketPolicy')
    .filter(([id]) => id.includes('Lake'))
    .map(([, policy]) => statementsOf(policy));
  expect(lake?.find(({ Sid }) => Sid === 'LogEntriesStay')?.Condition).toEqual({
    ArnNotEquals: { 'aws:PrincipalArn': '<Functionsmaintainrole.Arn>' },
  });
});

test('a landing bucket that was there before is left alone', async () => {
  const app = appWithoutBundles();
  const landingBucket = Bucket.fromBucketName(new Stack(app, 'Before'), 'Mine', 'mine');
  const template = Template.fromStack(await stackOf(app, { ...REVIEW, landingBucket }));
  const [[, contents] = []] = ofTypeIn(template)('Custom::SluiceContents');
  expect(readable(contents?.Properties.buckets)).toEqual(['<BucketsLake>']);
});

test('a stage that keeps its data has neither', async () => {
  const { ofType } = await synthesised();
  expect(ofType('Custom::SluiceContents')).toEqual([]);
  for (const [, { DeletionPolicy }] of ofType('AWS::S3::Bucket'))
    expect(DeletionPolicy).toBe('RetainExceptOnCreate');
});

test('cdk-nag has nothing to say that is not answered with a reason', async () => {
  const app = appWithoutBundles();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  await stackOf(app, REVIEW);
  expect(app.synth().stacks).toHaveLength(1);
});
