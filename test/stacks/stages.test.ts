// Stages of the stack: their names, their outputs, what a property moves; and cdk-nag over all of it.
import { Duration, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { beforeAll, expect, test } from 'vitest';
import { appWithoutBundles, readable, type Synthesised, stackOf, synthesised } from './stack-case.ts';

let stack: Synthesised;
beforeAll(async () => {
  stack = await synthesised();
});

test('have outputs under names that scripts know', () => {
  expect(Object.keys(stack.template.toJSON().Outputs).sort()).toEqual([
    'Database',
    'FilesDeadLetterQueueUrl',
    'FilesQueueUrl',
    'LakeBucket',
    'LandingBucket',
    'MaintainFunction',
    'PageQueueUrl',
    'RefreshDeadLetterQueueUrl',
    'RefreshQueueUrl',
    'WorkGroup',
  ]);
});

test('live side by side: no name of one is a name of another', async () => {
  const namesOf = ({ resources }: Synthesised) =>
    [...resources.values()].flatMap(({ Properties }) =>
      [
        'BucketName',
        'DashboardName',
        'Name',
        'QueueName',
        'FunctionName',
        'TopicName',
        'AlarmName',
        'RoleName',
      ]
        .map((property) => readable(Properties?.[property]))
        .concat((Properties?.DatabaseInput as { Name?: string } | undefined)?.Name)
        .filter((name): name is string => typeof name === 'string' && !name.startsWith('<')),
    );
  const other = namesOf(await synthesised({ stage: 'pr-123' }));
  expect(namesOf(stack).sort()).toEqual([
    'sluice-test',
    'sluice-test',
    'sluice-test-files-<AWS::StackId>',
    'sluice-test-landing-<AWS::AccountId>-<AWS::StackId>',
    'sluice-test-page-<AWS::StackId>.fifo',
    'sluice-test-refresh-<AWS::StackId>.fifo',
    'sluice_test',
  ]);
  expect(other.sort()).toEqual([
    'sluice-pr-123',
    'sluice-pr-123',
    'sluice-pr-123-files-<AWS::StackId>',
    'sluice-pr-123-landing-<AWS::AccountId>-<AWS::StackId>',
    'sluice-pr-123-page-<AWS::StackId>.fifo',
    'sluice-pr-123-refresh-<AWS::StackId>.fifo',
    'sluice_pr_123',
  ]);
});

test.each(['Prod', '', '1st', 'a--b', 'a-', 'much-too-long-a-stage'])(
  'a stage is not called %j',
  async (stage) => {
    await expect(synthesised({ stage })).rejects.toThrow('is not a stage name');
  },
);

test('longer timeouts move what depends on them', async () => {
  const { template } = await synthesised({ timeout: Duration.minutes(10), diskMb: 10_240 });
  template.hasResourceProperties('AWS::SQS::Queue', { VisibilityTimeout: 631 });
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { SLUICE_MAX_SOURCE_BYTES: '3413333333' } },
  });
});

test("cdk-nag's AWS Solutions pack has nothing to say that is not answered with a reason", async () => {
  const app = appWithoutBundles();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  await stackOf(app, { alarmEmail: 'data@example.org' });
  // Throws, after printing the findings, where there is one.
  expect(app.synth().stacks).toHaveLength(1);
});
