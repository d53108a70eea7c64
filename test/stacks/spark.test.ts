// EMR Serverless in the synthesised stack: what is made, what it may use and do, who is told; and that nothing of it is there unasked.
import { Duration } from 'aws-cdk-lib';
import { beforeAll, describe, expect, test } from 'vitest';
import { readSettings, SETTINGS, type SparkSettings } from '../../lib/aws/environment.ts';
import {
  grants,
  LAKE,
  LANDING,
  readable,
  type Statement,
  type Synthesised,
  statementsOf,
  synthesised,
} from './stack-case.ts';

const ASSETS = 'arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>';
const APPLICATION = '<SparkApplication.Arn>';
const folders = (...names: string[]) => names.map((name) => `${LAKE}/${name}/*`);

let stack: Synthesised;
beforeAll(async () => {
  stack = await synthesised({ spark: true });
});

describe('unasked', () => {
  test('nothing of it is there, whatever its other settings say', async () => {
    const plain = await synthesised();
    const refused = await synthesised({ spark: false, sparkMaxVcpus: 64, sparkBlockBytes: 1_000_000 });
    expect(refused.template.toJSON()).toEqual(plain.template.toJSON());
    const text = JSON.stringify(plain.template.toJSON());
    expect(text).not.toMatch(/emr-?serverless|SLUICE_SPARK|\/jobs\//i);
  });
});

describe('asked for', () => {
  test('nothing else of the stack changes but what it says of jobs', async () => {
    const plain = await synthesised();
    const added = [...stack.resources.keys()].filter((id) => !plain.resources.has(id));
    expect(added.map((id) => id.replace(/(?:AllowEventRule\w+)?[0-9A-F]{8}$/, '')).sort()).toEqual([
      'SluiceAlarmsFailedJobs',
      'SluiceAlarmsLongJobs',
      'SluiceFunctionsJobsEnded',
      'SluiceFunctionsJobsEnded',
      'SluiceSparkApplication',
      'SluiceSparkJobRole',
    ]);
    expect([...plain.resources.keys()].filter((id) => !stack.resources.has(id))).toEqual([]);
  });

  test('an application that starts by itself, stops when it is idle, and has a budget', () => {
    expect(stack.ofType('AWS::EMRServerless::Application').map(([, { Properties }]) => Properties)).toEqual([
      expect.objectContaining({
        Name: 'sluice-test',
        Type: 'SPARK',
        ReleaseLabel: 'emr-7.9.0',
        Architecture: 'ARM64',
        AutoStartConfiguration: { Enabled: true },
        AutoStopConfiguration: { Enabled: true, IdleTimeoutMinutes: 2 },
        MaximumCapacity: { Cpu: '32 vCPU', Memory: '128 GB', Disk: '480 GB' },
        SchedulerConfiguration: { MaxConcurrentRuns: 6, QueueTimeoutMinutes: 720 },
      }),
    ]);
    const [[, application] = []] = stack.ofType('AWS::EMRServerless::Application');
    for (const name of ['InitialCapacity', 'NetworkConfiguration', 'MonitoringConfiguration'])
      expect(application?.Properties).not.toHaveProperty(name);
  });

  test('of the functions’ architecture, and of the size that is wanted', async () => {
    const { template } = await synthesised({ spark: true, architecture: 'x64', sparkMaxVcpus: 10 });
    template.hasResourceProperties('AWS::EMRServerless::Application', {
      Architecture: 'X86_64',
      MaximumCapacity: { Cpu: '10 vCPU', Memory: '48 GB', Disk: '180 GB' },
      SchedulerConfiguration: { MaxConcurrentRuns: 2 },
    });
  });

  test('its jobs read landing and write data files, refused rows and their own results, and commit nothing', () => {
    const [[, role] = []] = stack.ofType('AWS::IAM::Role').filter(([id]) => id.includes('JobRole'));
    if (role === undefined) throw new Error('there is no role of the jobs');
    expect(readable(role.Properties.AssumeRolePolicyDocument)).toMatchObject({
      Statement: [
        {
          Action: 'sts:AssumeRole',
          Principal: { Service: 'emr-serverless.amazonaws.com' },
          Condition: {
            StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' },
            ArnEquals: { 'aws:SourceArn': APPLICATION },
          },
        },
      ],
    });
    const written = ['tables', 'arrivals', 'insights', 'quarantine', 'jobs'];
    const statements = statementsOf(role).map(({ Sid, ...statement }) => [Sid, statement]);
    const assets = expect.stringMatching(/^arn:<AWS::Partition>:s3:::cdk-[^/*]+\/[0-9a-f]{64}\.\w+$/);
    const allow = (Action: unknown, Resource: unknown, more = {}) => ({
      Effect: 'Allow',
      Action,
      Resource,
      ...more,
    });
    expect(Object.fromEntries(statements)).toEqual({
      ReadPrograms: allow('s3:GetObject', [assets, assets]),
      ListPrograms: allow('s3:ListBucket', ASSETS, {
        Condition: {
          StringLike: {
            's3:prefix': [
              expect.stringMatching(/^[0-9a-f]{64}\.py\*$/),
              expect.stringMatching(/^[0-9a-f]{64}[.\w]*\*$/),
            ],
          },
        },
      }),
      ListLanding: allow('s3:ListBucket', LANDING),
      ReadLanding: allow('s3:GetObject', `${LANDING}/*`),
      ListLake: allow('s3:ListBucket', LAKE),
      ReadLake: allow('s3:GetObject', folders(...written)),
      WriteLake: allow(['s3:PutObject', 's3:AbortMultipartUpload'], folders(...written)),
      CommitNothing: { Effect: 'Deny', Action: 's3:PutObject', Resource: `${LAKE}/*/_delta_log/*` },
    });
  });

  test.each([
    ['ingest', true],
    ['aggregate', true],
    ['maintain', false],
  ])('%s looks at jobs; whether it starts them: %s', (name, starts) => {
    const own = grants(stack, name);
    expect(own['emr-serverless:GetJobRun']).toEqual([`${APPLICATION}/jobruns/*`]);
    expect(own['emr-serverless:StartJobRun']).toEqual(starts ? [APPLICATION] : undefined);
    expect(own['iam:PassRole']).toEqual(starts ? ['<SparkJobRole.Arn>'] : undefined);
    const jobs = (action: string) => own[action]?.includes(`${LAKE}/jobs/*`);
    expect(['s3:GetObject', 's3:PutObject', 's3:DeleteObject'].map(jobs)).toEqual([true, starts, true]);
  });

  test('the role is lent to EMR Serverless and to nobody else', () => {
    const passes = stack
      .ofType('AWS::IAM::Role')
      .flatMap(([, role]) => statementsOf(role))
      .filter(({ Action }) => Action === 'iam:PassRole') as Statement[];
    expect(passes.map(({ Condition }) => Condition)).toEqual(
      Array(2).fill({ StringEquals: { 'iam:PassedToService': 'emr-serverless.amazonaws.com' } }),
    );
  });

  test('each function has the settings that it reads', () => {
    const environments = stack
      .ofType('AWS::Lambda::Function')
      .map(([, { Properties }]) => readable(Properties.Environment) as { Variables: Record<string, string> });
    expect(environments).toHaveLength(3);
    const assets = expect.stringMatching(/^s3:\/\/cdk-hnb659fds-assets-[^/]+\/[0-9a-f]{64}[.\w]*$/);
    for (const { Variables } of environments)
      expect(readSettings({ ...Variables, AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '3008' }).spark).toEqual({
        applicationId: '<SparkApplication.ApplicationId>',
        roleArn: '<SparkJobRole.Arn>',
        program: assets,
        archive: assets,
        timeoutMinutes: 720,
        blockBytes: 268_435_456,
      } satisfies Record<keyof SparkSettings, unknown>);
  });

  test('a shorter life of removed files makes runs shorter', async () => {
    const short = await synthesised({ spark: true, keepRemovedFiles: Duration.days(1) });
    for (const [, { Properties }] of short.ofType('AWS::Lambda::Function'))
      expect(Properties.Environment).toMatchObject({ Variables: { [SETTINGS.sparkTimeoutMinutes]: '360' } });
  });

  test('maintain is told of runs of this application that have ended, by its rule alone', () => {
    const rules = stack.ofType('AWS::Events::Rule').filter(([id]) => id.includes('JobsEnded'));
    expect(rules.map(([, { Properties }]) => readable(Properties))).toEqual([
      {
        Description: 'Runs on EMR Serverless that have ended',
        EventPattern: {
          source: ['aws.emr-serverless'],
          'detail-type': ['EMR Serverless Job Run State Change'],
          detail: {
            applicationId: ['<SparkApplication.ApplicationId>'],
            state: ['SUCCESS', 'FAILED', 'CANCELLED'],
          },
        },
        State: 'ENABLED',
        Targets: [{ Arn: '<Functionsmaintain.Arn>', Id: 'Target0' }],
      },
    ]);
    const permissions = stack.ofType('AWS::Lambda::Permission').filter(([id]) => id.includes('JobsEnded'));
    expect(permissions.map(([, { Properties }]) => readable(Properties))).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: '<Functionsmaintain.Arn>',
        Principal: 'events.amazonaws.com',
        SourceAccount: '<AWS::AccountId>',
        SourceArn: '<FunctionsJobsEnded.Arn>',
      },
    ]);
  });

  test('a job that fails, and one that runs long, ring', () => {
    const alarms = stack
      .ofType('AWS::CloudWatch::Alarm')
      .map(([, { Properties }]) => Properties)
      .filter(({ MetricName }) => /Job/.test(String(MetricName)));
    expect(
      alarms.map(({ MetricName, Threshold, Namespace, Dimensions, Statistic }) => [
        ...[Namespace, MetricName, Statistic, Threshold],
        (Dimensions as { Value: string }[]).map(({ Value }) => Value).join(' '),
      ]),
    ).toEqual([
      ['Sluice', 'failedJobs', 'Maximum', 0, 'maintain test'],
      ['Sluice', 'longestJobMinutes', 'Maximum', 360, 'maintain test'],
    ]);
    const [[, dashboard] = []] = stack.ofType('AWS::CloudWatch::Dashboard');
    const body = JSON.stringify(dashboard?.Properties.DashboardBody);
    for (const metric of ['failedJobs', 'longestJobMinutes']) expect(body).toContain(metric);
  });
});
