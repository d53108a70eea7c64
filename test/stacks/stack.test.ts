// What the synthesised stack says, where an emulator would let a mistake pass: policies, roles, encryption, time limits, alarms.
import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { beforeAll, describe, expect, test } from 'vitest';
import { Sluice } from '../../lib/stacks/sluice.ts';
import {
  appWithoutBundles,
  type Resource,
  readable,
  type Synthesised,
  shippedDefinitions,
  stackOf,
  synthesised,
} from './stack-case.ts';

let stack: Synthesised;
beforeAll(async () => {
  stack = await synthesised();
});

const LANDING = 'arn:<AWS::Partition>:s3:::sluice-test-landing-<AWS::AccountId>-<AWS::Region>';
const LAKE = '<BucketsLake.Arn>';

type Statement = Record<string, unknown> & { readonly Action: unknown; readonly Resource: unknown };

function statementsOf(resource: Resource): Statement[] {
  const { Policies: policies = [], PolicyDocument: document } = resource.Properties as {
    Policies?: { PolicyDocument: { Statement: Statement[] } }[];
    PolicyDocument?: { Statement: Statement[] };
  };
  const own = document ? [document] : policies.map(({ PolicyDocument }) => PolicyDocument);
  return own.flatMap(({ Statement }) => readable(Statement) as Statement[]);
}

/** `action` → resources, of the role whose id holds `name`. */
function grants(name: string): Record<string, string[]> {
  const [role] = stack.ofType('AWS::IAM::Role').filter(([id]) => id.includes(name));
  const granted: Record<string, string[]> = {};
  for (const { Effect, Action, Resource } of role ? statementsOf(role[1]) : []) {
    expect(Effect).toBe('Allow');
    for (const action of [Action].flat() as string[])
      granted[action] = [...(granted[action] ?? []), ...([Resource].flat() as string[])].sort();
  }
  return granted;
}

const folders = (...names: string[]) => names.map((name) => `${LAKE}/${name}/*`);

describe('roles', () => {
  test('ingest reads landing and does not write there', () => {
    expect(grants('ingest')).toEqual({
      's3:ListBucket': [LAKE, LANDING],
      's3:GetObject': [`${LAKE}/*`, `${LANDING}/*`],
      's3:PutObject': folders('arrivals', 'files', 'quarantine', 'tables', 'unknown'),
      's3:AbortMultipartUpload': folders('arrivals', 'files', 'quarantine', 'tables', 'unknown'),
      'sqs:ReceiveMessage': ['<QueuesFiles.Arn>'],
      'sqs:DeleteMessage': ['<QueuesFiles.Arn>'],
      'sqs:ChangeMessageVisibility': ['<QueuesFiles.Arn>'],
      'sqs:GetQueueAttributes': ['<QueuesFiles.Arn>'],
      'sqs:SendMessage': ['<QueuesFiles.Arn>', '<QueuesRefresh.Arn>'],
      'logs:CreateLogStream': ['<Functionsingestlogs.Arn>'],
      'logs:PutLogEvents': ['<Functionsingestlogs.Arn>'],
    });
  });

  test('aggregate knows the lake alone', () => {
    expect(grants('aggregate')).toEqual({
      's3:ListBucket': [LAKE],
      's3:GetObject': [`${LAKE}/*`],
      's3:PutObject': folders('insights', 'tables'),
      's3:AbortMultipartUpload': folders('insights', 'tables'),
      'sqs:ReceiveMessage': ['<QueuesRefresh.Arn>'],
      'sqs:DeleteMessage': ['<QueuesRefresh.Arn>'],
      'sqs:ChangeMessageVisibility': ['<QueuesRefresh.Arn>'],
      'sqs:GetQueueAttributes': ['<QueuesRefresh.Arn>'],
      'sqs:SendMessage': ['<QueuesRefresh.Arn>'],
      'logs:CreateLogStream': ['<Functionsaggregatelogs.Arn>'],
      'logs:PutLogEvents': ['<Functionsaggregatelogs.Arn>'],
    });
  });

  test('maintain lists landing, commits to tables and sends messages', () => {
    expect(grants('maintain')).toEqual({
      's3:ListBucket': [LAKE, LANDING],
      's3:GetObject': [`${LAKE}/*`],
      's3:PutObject': folders('arrivals', 'insights', 'probes', 'tables'),
      's3:DeleteObject': folders('probes'),
      'sqs:SendMessage': ['<QueuesFiles.Arn>', '<QueuesRefresh.Arn>'],
      'logs:CreateLogStream': ['<Functionsmaintainlogs.Arn>'],
      'logs:PutLogEvents': ['<Functionsmaintainlogs.Arn>'],
    });
  });

  test('nobody else has a role, a managed policy or a wildcard', () => {
    expect(stack.ofType('AWS::IAM::Role')).toHaveLength(3);
    expect(stack.ofType('AWS::IAM::Policy')).toEqual([]);
    for (const [, role] of stack.ofType('AWS::IAM::Role')) {
      expect(role.Properties.ManagedPolicyArns).toBeUndefined();
      for (const { Action, Resource } of statementsOf(role)) {
        for (const action of [Action].flat()) expect(action).not.toContain('*');
        for (const resource of [Resource].flat()) expect(resource).toMatch(/^(?:arn:|<).*(?:>|[^*]|\/\*)$/);
      }
    }
  });
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

  test('all four are encrypted and refuse what is not TLS', () => {
    const queues = stack.ofType('AWS::SQS::Queue');
    expect(queues).toHaveLength(4);
    for (const [, { Properties }] of queues) expect(Properties.SqsManagedSseEnabled).toBe(true);
    const denied = stack
      .ofType('AWS::SQS::QueuePolicy')
      .flatMap(([, policy]) => statementsOf(policy))
      .filter(({ Effect }) => Effect === 'Deny');
    expect(denied).toHaveLength(4);
    for (const { Action, Condition } of denied)
      expect({ Action, Condition }).toEqual({
        Action: 'sqs:*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      });
  });

  test.each([
    ['Files', 6 * 300 + 1, undefined],
    ['Refresh', 6 * 300, true],
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
    expect([queue?.FifoQueue, find(`${name}DeadLetters`)?.FifoQueue]).toEqual([fifo, fifo]);
  });

  test('functions answer message by message, a bounded number at once', () => {
    const mappings = stack
      .ofType('AWS::Lambda::EventSourceMapping')
      .map(([, { Properties }]) => readable(Properties));
    expect(mappings).toEqual([
      {
        BatchSize: 20,
        EventSourceArn: '<QueuesFiles.Arn>',
        FunctionName: '<Functionsingest>',
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        MaximumBatchingWindowInSeconds: 1,
        ScalingConfig: { MaximumConcurrency: 5 },
      },
      {
        BatchSize: 10,
        EventSourceArn: '<QueuesRefresh.Arn>',
        FunctionName: '<Functionsaggregate>',
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 5 },
      },
    ]);
  });
});

describe('buckets', () => {
  test('both are encrypted, private, TLS only, and clear unfinished uploads', () => {
    const buckets = stack.ofType('AWS::S3::Bucket');
    expect(buckets).toHaveLength(2);
    for (const [, { Properties, DeletionPolicy }] of buckets) {
      expect(DeletionPolicy).toBe('Retain');
      expect(Properties).toMatchObject({
        BucketEncryption: { ServerSideEncryptionConfiguration: [expect.anything()] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        LifecycleConfiguration: {
          Rules: expect.arrayContaining([
            { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 }, Status: 'Enabled' },
          ]),
        },
      });
    }
    const policies = stack.ofType('AWS::S3::BucketPolicy').flatMap(([, policy]) => statementsOf(policy));
    expect(policies.map(({ Effect, Action, Condition }) => ({ Effect, Action, Condition }))).toEqual(
      Array(2).fill({
        Effect: 'Deny',
        Action: 's3:*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
  });

  test('landing keeps versions, and notifies the queue whose policy is there before it', () => {
    const [[, landing] = []] = stack.ofType('AWS::S3::Bucket');
    const queue = '<QueuesFiles.Arn>';
    expect(readable(landing?.Properties)).toMatchObject({
      BucketName: 'sluice-test-landing-<AWS::AccountId>-<AWS::Region>',
      VersioningConfiguration: { Status: 'Enabled' },
      NotificationConfiguration: {
        QueueConfigurations: [
          { Event: 's3:ObjectCreated:*', Queue: queue },
          { Event: 's3:ObjectRemoved:*', Queue: queue },
          { Event: 's3:LifecycleExpiration:*', Queue: queue },
        ],
      },
    });
    expect(landing?.DependsOn).toEqual([expect.stringMatching(/^SluiceQueuesFilesPolicy/)]);
  });

  test('a bucket of your own is read and asked to notify', async () => {
    const app = appWithoutBundles();
    const own = new Stack(app, 'Own');
    const landingBucket = Bucket.fromBucketName(own, 'Landing', 'mine');
    // Anybody may put the construct into a stack of their own.
    new Sluice(own, 'Sluice', { stage: 'test', definitions: await shippedDefinitions(), landingBucket });
    const template = Template.fromStack(own);
    template.resourceCountIs('AWS::S3::Bucket', 1);
    template.hasResourceProperties('Custom::S3BucketNotifications', { BucketName: 'mine' });
  });
});

describe('functions', () => {
  test('are arm64 by default, on the newest Node, with limits that go together', () => {
    const functions = stack.ofType('AWS::Lambda::Function').map(([, { Properties }]) => Properties);
    const shared = { Architectures: ['arm64'], Runtime: 'nodejs24.x', RecursiveLoop: 'Allow' };
    const workers = { ...shared, Timeout: 300, MemorySize: 3008, EphemeralStorage: { Size: 4096 } };
    const maintain = { ...shared, Timeout: 900, MemorySize: 1024, EphemeralStorage: { Size: 512 } };
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
    const [[, applied] = []] = stack.ofType('Custom::SluiceDefinitions');
    expect(readable(applied?.Properties)).toMatchObject({
      ServiceToken: '<Functionsmaintain.Arn>',
      ServiceTimeout: '900',
      definitions: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    for (const name of ['ingest', 'aggregate', 'maintain'])
      expect(applied?.DependsOn).toContainEqual(
        expect.stringMatching(new RegExp(`^SluiceFunctions${name}[0-9A-F]{8}$`)),
      );
  });
});

describe('watching', () => {
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
        'AWS/SQS ApproximateNumberOfMessagesVisible <QueuesRefreshDeadLetters.QueueName>',
        'Sluice failedAudits aggregate test',
        'Sluice lagSeconds aggregate test',
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
      Condition: { StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' } },
    });
    stack.template.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
  });

  test('by e-mail, where an address is given', async () => {
    const { template } = await synthesised({ alarmEmail: 'data@example.org' });
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'data@example.org',
    });
  });
});

describe('querying', () => {
  test('every dataset and insight is a Delta table of the catalog, with its columns', async () => {
    const { catalog } = await shippedDefinitions();
    const insights = catalog.derivations.filter(({ target }) => target.kind === 'insights');
    stack.template.resourceCountIs('AWS::Glue::Table', catalog.datasets.length + insights.length);
    stack.template.hasResourceProperties('AWS::Glue::Table', {
      DatabaseName: 'sluice_test',
      TableInput: {
        Name: 'spend_by_month',
        TableType: 'EXTERNAL_TABLE',
        Parameters: { EXTERNAL: 'TRUE', table_type: 'DELTA', 'spark.sql.sources.provider': 'delta' },
        PartitionKeys: [],
        StorageDescriptor: {
          Columns: Match.arrayWith([Match.objectLike({ Name: 'currency', Type: 'string' })]),
        },
      },
    });
    const tables = stack
      .ofType('AWS::Glue::Table')
      .map(([, { Properties }]) => readable(Properties.TableInput));
    for (const { Name, StorageDescriptor } of tables as {
      Name: string;
      StorageDescriptor: { Location: string };
    }[])
      expect(StorageDescriptor.Location).toMatch(
        new RegExp(`^s3://<BucketsLake>/(?:tables|insights)/${Name}/$`),
      );
  });

  test('a query scans up to a limit, and its results are encrypted', () => {
    stack.template.hasResourceProperties('AWS::Athena::WorkGroup', {
      Name: 'sluice-test',
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        BytesScannedCutoffPerQuery: 10_000_000_000,
        ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_S3' } },
      },
    });
  });
});

describe('stages', () => {
  test('have outputs under names that scripts know', () => {
    expect(Object.keys(stack.template.toJSON().Outputs).sort()).toEqual([
      'Database',
      'FilesDeadLetterQueueUrl',
      'FilesQueueUrl',
      'LakeBucket',
      'LandingBucket',
      'MaintainFunction',
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
      'sluice-test-landing-<AWS::AccountId>-<AWS::Region>',
      'sluice_test',
    ]);
    expect(other.sort()).toEqual([
      'sluice-pr-123',
      'sluice-pr-123',
      'sluice-pr-123-landing-<AWS::AccountId>-<AWS::Region>',
      'sluice_pr_123',
    ]);
  });

  test.each(['Prod', '', '1st', 'a--b', 'a-', 'much-too-long-a-stage'])(
    'a stage is not called %j',
    async (stage) => {
      await expect(synthesised({ stage })).rejects.toThrow("no stage's name");
    },
  );

  test('longer timeouts move what depends on them', async () => {
    const { template } = await synthesised({ timeout: Duration.minutes(10), diskMb: 10_240 });
    template.hasResourceProperties('AWS::SQS::Queue', { VisibilityTimeout: 3601 });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { SLUICE_MAX_SOURCE_BYTES: '3413333333' } },
    });
  });
});

test("cdk-nag's AWS Solutions pack has nothing to say that is not answered with a reason", async () => {
  const app = appWithoutBundles();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  await stackOf(app, { alarmEmail: 'data@example.org' });
  // Throws, after printing the findings, where there is one.
  expect(app.synth().stacks).toHaveLength(1);
});
