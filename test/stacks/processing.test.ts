// Queues and functions of the synthesised stack: policies, redrive, time limits that go together, what makes them run.
import { Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { LANDING, readable, type Synthesised, statementsOf, synthesised } from './stack-case.ts';

let stack: Synthesised;
beforeAll(async () => {
  stack = await synthesised();
});

describe('queues', () => {
  test('only our landing bucket of our account may notify', () => {
    const allowed = stack
      .ofType('AWS::SQS::QueuePolicy')
      .flatMap(([, policy]) => statementsOf(policy))
      .filter(({ Effect }) => Effect === 'Allow');
    expect(allowed).toEqual([
      {
        Sid: 'LandingNotifies',
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: '<QueuesFiles.Arn>',
        Condition: {
          ArnEquals: { 'aws:SourceArn': LANDING },
          StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' },
        },
      },
    ]);
  });

  test('all six are encrypted and refuse what is not TLS', () => {
    const queues = stack.ofType('AWS::SQS::Queue');
    expect(queues).toHaveLength(6);
    for (const [, { Properties }] of queues) expect(Properties.SqsManagedSseEnabled).toBe(true);
    const denied = stack
      .ofType('AWS::SQS::QueuePolicy')
      .flatMap(([, policy]) => statementsOf(policy))
      .filter(({ Effect }) => Effect === 'Deny');
    expect(denied).toHaveLength(6);
    for (const { Action, Condition } of denied)
      expect({ Action, Condition }).toEqual({
        Action: 'sqs:*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      });
  });

  test.each([
    ['Files', 300 + 1 + 30, undefined],
    ['Refresh', 300 + 1 + 30, true],
  ])('%s: visibility, redrive, kind', (name, visibility, fifo) => {
    const find = (id: string) =>
      stack.ofType('AWS::SQS::Queue').find(([key]) => key.startsWith(`SluiceQueues${id}`))?.[1].Properties;
    const queue = stack
      .ofType('AWS::SQS::Queue')
      .find(([key]) => new RegExp(`^SluiceQueues${name}[0-9A-F]{8}$`).test(key))?.[1].Properties;
    expect(readable(queue)).toMatchObject({
      VisibilityTimeout: visibility,
      RedrivePolicy: { deadLetterTargetArn: `<Queues${name}DeadLetters.Arn>`, maxReceiveCount: 5 },
    });
    const source = `sluice-test-${name.toLowerCase()}-<AWS::StackId>${fifo ? '.fifo' : ''}`;
    expect(readable(queue?.QueueName)).toBe(source);
    // Nobody else's queue may name it as theirs.
    expect(readable(find(`${name}DeadLetters`)?.RedriveAllowPolicy)).toEqual({
      redrivePermission: 'byQueue',
      sourceQueueArns: [`arn:<AWS::Partition>:sqs:<AWS::Region>:<AWS::AccountId>:${source}`],
    });
    expect([queue?.FifoQueue, find(`${name}DeadLetters`)?.FifoQueue]).toEqual([fifo, fifo]);
  });

  test('functions answer message by message, a bounded number at once', () => {
    const mappings = stack
      .ofType('AWS::Lambda::EventSourceMapping')
      .map(([, { Properties }]) => readable(Properties));
    expect(mappings).toEqual([
      {
        BatchSize: 250,
        EventSourceArn: '<QueuesFiles.Arn>',
        FunctionName: '<Functionsingest>',
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        MaximumBatchingWindowInSeconds: 1,
        ScalingConfig: { MaximumConcurrency: 5 },
      },
      {
        BatchSize: 1,
        EventSourceArn: '<QueuesRefresh.Arn>',
        FunctionName: '<Functionsaggregate>',
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 5 },
      },
      { EventSourceArn: '<QueuesPage.Arn>', FunctionName: '<Functionsmaintain>' },
    ]);
  });

  test('news of the page waits for longer than the window that it stands for, and is worth nothing after an hour', () => {
    stack.template.hasResourceProperties('AWS::SQS::Queue', {
      FifoQueue: true,
      DelaySeconds: 300,
      MessageRetentionPeriod: 3600,
      VisibilityTimeout: 900 + 30,
      RedrivePolicy: Match.absent(),
    });
  });
});

describe('functions', () => {
  test('maintain is called without waiting, so what fails for good goes into a queue', () => {
    const [[, config] = []] = stack.ofType('AWS::Lambda::EventInvokeConfig');
    expect(readable(config?.Properties)).toEqual({
      FunctionName: '<Functionsmaintain>',
      Qualifier: '$LATEST',
      DestinationConfig: { OnFailure: { Destination: '<QueuesMaintainFailures.Arn>' } },
    });
  });

  test('only rules of this account may call them', () => {
    const permissions = stack.ofType('AWS::Lambda::Permission').map(([, { Properties }]) => Properties);
    expect(permissions).toHaveLength(2);
    for (const permission of permissions)
      expect(readable(permission)).toEqual({
        Action: 'lambda:InvokeFunction',
        FunctionName: '<Functionsmaintain.Arn>',
        Principal: 'events.amazonaws.com',
        SourceArn: expect.stringMatching(/^<Functions(?:Reconcile|Sweep)\.Arn>$/),
        SourceAccount: '<AWS::AccountId>',
      });
  });

  test('are arm64 by default, on the newest Node, with limits that go together', () => {
    const functions = stack.ofType('AWS::Lambda::Function').map(([, { Properties }]) => Properties);
    const shared = { Architectures: ['arm64'], Runtime: 'nodejs24.x', RecursiveLoop: 'Allow' };
    const workers = { ...shared, Timeout: 300, MemorySize: 3008, EphemeralStorage: { Size: 4096 } };
    const maintain = { ...workers, Timeout: 900 };
    expect(functions).toMatchObject([
      { ...workers, Handler: 'ingest.handler' },
      { ...workers, Handler: 'aggregate.handler' },
      { ...maintain, Handler: 'maintain.handler' },
    ]);
    for (const { Environment } of functions)
      expect(readable(Environment)).toMatchObject({
        Variables: { SLUICE_STAGE: 'test', SLUICE_MAX_SOURCE_BYTES: '1365333333' },
      });
  });

  test('maintain runs on a schedule, and as the last step of a deploy', () => {
    stack.template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 hour)' });
    stack.template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 day)',
      Targets: [Match.objectLike({ Input: '{"retentionDays":7}' })],
    });
    const [[, applied] = []] = stack.ofType('Custom::SluiceDefinitions');
    expect(readable(applied?.Properties)).toMatchObject({
      ServiceToken: '<Functionsmaintain.Arn>',
      ServiceTimeout: '900',
      definitions: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    // What fails before it finds no table made.
    for (const name of ['AlarmsUnexamined', 'QueryCatalogWorkGroup', 'AlarmsTopicPolicy'])
      expect(applied?.DependsOn).toContainEqual(expect.stringMatching(new RegExp(`^Sluice${name}`)));
    for (const name of ['ingest', 'aggregate', 'maintain'])
      expect(applied?.DependsOn).toContainEqual(
        expect.stringMatching(new RegExp(`^SluiceFunctions${name}[0-9A-F]{8}$`)),
      );
  });
});
