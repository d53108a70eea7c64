// What wakes a person, and what shows how the installation is doing.
import { beforeAll, expect, test } from 'vitest';
import { type Resource, readable, type Synthesised, statementsOf, synthesised } from './stack-case.ts';

let stack: Synthesised;
beforeAll(async () => {
  stack = await synthesised();
});

test('every kind of trouble rings the one topic, which CloudWatch may publish to', () => {
  const alarms = stack
    .ofType('AWS::CloudWatch::Alarm')
    .map(([, { Properties }]) => readable(Properties) as Resource['Properties']);
  for (const alarm of alarms) expect(alarm.AlarmActions).toEqual(['<AlarmsTopic>']);
  const watched = alarms.map(({ Namespace, MetricName, Dimensions }) => {
    const names = (Dimensions as { Value: string }[]).map(({ Value }) => Value);
    return `${Namespace} ${MetricName} ${names.join(' ')}`;
  });
  expect(watched.sort()).toEqual(
    [
      'AWS/Lambda Errors <Functionsaggregate>',
      'AWS/Lambda Errors <Functionsingest>',
      'AWS/Lambda Errors <Functionsmaintain>',
      'AWS/Lambda Throttles <Functionsaggregate>',
      'AWS/Lambda Throttles <Functionsingest>',
      'AWS/Lambda Throttles <Functionsmaintain>',
      'AWS/SQS ApproximateAgeOfOldestMessage <QueuesFiles.QueueName>',
      'AWS/SQS ApproximateAgeOfOldestMessage <QueuesRefresh.QueueName>',
      'AWS/SQS ApproximateNumberOfMessagesVisible <QueuesFilesDeadLetters.QueueName>',
      'AWS/SQS ApproximateNumberOfMessagesVisible <QueuesMaintainFailures.QueueName>',
      'AWS/SQS ApproximateNumberOfMessagesVisible <QueuesRefreshDeadLetters.QueueName>',
      'Sluice failedAudits aggregate test',
      'Sluice failedPages maintain test',
      'Sluice foreignCommits aggregate test',
      'Sluice foreignCommits maintain test',
      'Sluice lagSeconds aggregate test',
      'Sluice overdueFiles maintain test',
      'Sluice rejectedFiles ingest test',
      'Sluice unexaminedFiles maintain test',
      'Sluice vanishedFiles maintain test',
    ].sort(),
  );
  const [[, policy] = []] = stack.ofType('AWS::SNS::TopicPolicy');
  expect(policy && statementsOf(policy)).toContainEqual({
    Sid: 'AlarmsPublish',
    Effect: 'Allow',
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Action: 'sns:Publish',
    Resource: '<AlarmsTopic>',
    Condition: {
      ArnLike: { 'aws:SourceArn': 'arn:<AWS::Partition>:cloudwatch:<AWS::Region>:<AWS::AccountId>:alarm:*' },
      StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' },
    },
  });
  stack.template.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
});

test('a topic of your own is told, and none is made', async () => {
  const alarmTopic = 'arn:aws:sns:eu-central-1:111122223333:alarms';
  const { ofType, template } = await synthesised({ alarmTopic, alarmEmail: 'data@example.org' });
  for (const [, { Properties }] of ofType('AWS::CloudWatch::Alarm'))
    expect(Properties.AlarmActions).toEqual([alarmTopic]);
  template.resourceCountIs('AWS::SNS::Topic', 0);
  template.hasResourceProperties('AWS::SNS::Subscription', { TopicArn: alarmTopic });
});

test('by e-mail, where an address is given', async () => {
  const { template } = await synthesised({ alarmEmail: 'data@example.org' });
  template.hasResourceProperties('AWS::SNS::Subscription', {
    Protocol: 'email',
    Endpoint: 'data@example.org',
  });
});
