// What a security reviewer asks for, property by property: a key, a network, a boundary, access logs, reserved concurrency.
import { Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { appWithoutBundles, grants, ofTypeIn, readable, stackOf, synthesised } from './stack-case.ts';

const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

describe('a key of your own', () => {
  test('encrypts buckets, queues, topic, logs and the results of queries, and the functions may use it', async () => {
    const stack = await synthesised({ encryptionKey: KEY });
    for (const [, { Properties }] of stack.ofType('AWS::S3::Bucket'))
      expect(Properties.BucketEncryption).toEqual({
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY },
          },
        ],
      });
    const properties = (type: string, name: string) =>
      stack.ofType(type).map(([, { Properties }]) => Properties[name]);
    expect(properties('AWS::SQS::Queue', 'KmsMasterKeyId')).toEqual(Array(6).fill(KEY));
    expect(properties('AWS::SNS::Topic', 'KmsMasterKeyId')).toEqual([KEY]);
    expect(properties('AWS::Logs::LogGroup', 'KmsKeyId')).toEqual(Array(3).fill(KEY));
    stack.template.hasResourceProperties('AWS::Athena::WorkGroup', {
      WorkGroupConfiguration: {
        ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_KMS', KmsKey: KEY } },
      },
    });
    for (const name of ['ingestrole', 'aggregaterole', 'maintainrole']) {
      expect(grants(stack, name)['kms:Decrypt']).toEqual([KEY]);
      expect(grants(stack, name)['kms:GenerateDataKey']).toEqual([KEY]);
    }
  });

  test("of the same app learns which services use it; another bucket's key stays another", async () => {
    const app = appWithoutBundles();
    const keys = new Stack(app, 'Keys');
    const encryptionKey = new Key(keys, 'Key', { enableKeyRotation: true });
    const landingKey = 'arn:aws:kms:eu-central-1:111122223333:key/mine';
    const stack = await stackOf(app, { encryptionKey, landingBucket: 'mine', landingKey });
    const [[, key] = []] = ofTypeIn(Template.fromStack(keys))('AWS::KMS::Key');
    const { Statement } = readable(key?.Properties.KeyPolicy) as { Statement: Record<string, unknown>[] };
    const services = Statement.filter(({ Sid }) => Sid !== undefined);
    const ours = { 'aws:SourceAccount': '<AWS::AccountId>' };
    expect(
      services.map(({ Sid, Principal, Action, Condition }) => ({ Sid, Principal, Action, Condition })),
    ).toEqual([
      {
        Sid: 'NotificationsToQueues',
        Principal: { Service: 's3.amazonaws.com' },
        Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
        Condition: { StringEquals: ours },
      },
      {
        Sid: 'AlarmsToTopic',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
        Condition: { StringEquals: ours },
      },
      {
        Sid: 'Logs',
        Principal: { Service: 'logs.<AWS::Region>.amazonaws.com' },
        Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        Condition: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn':
              'arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:*',
          },
        },
      },
    ]);
    const decrypted = grants({ ofType: ofTypeIn(Template.fromStack(stack)) }, 'ingestrole')['kms:Decrypt'];
    expect(decrypted).toHaveLength(2);
    expect(decrypted).toContain(landingKey);
  });

  test('lets EventBridge send where landing tells by it', async () => {
    const own = new Stack(appWithoutBundles(), 'Keys');
    const encryptionKey = new Key(own, 'Key');
    await stackOf(own.node.root as ReturnType<typeof appWithoutBundles>, {
      encryptionKey,
      landingEvents: 'eventBridge',
    });
    const [[, key] = []] = ofTypeIn(Template.fromStack(own))('AWS::KMS::Key');
    expect(JSON.stringify(key?.Properties.KeyPolicy)).toContain('"Service":"events.amazonaws.com"');
    expect(JSON.stringify(key?.Properties.KeyPolicy)).not.toContain('"Service":"s3.amazonaws.com"');
  });
});

test('functions run in a network of your own, whose interfaces their roles may make', async () => {
  const app = appWithoutBundles();
  const network = new Stack(app, 'Network');
  const vpc = Vpc.fromVpcAttributes(network, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  });
  const group = SecurityGroup.fromSecurityGroupId(network, 'Group', 'sg-0123456789abcdef0');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const template = Template.fromStack(await stackOf(app, { vpc, securityGroups: [group] }));
  const functions = ofTypeIn(template)('AWS::Lambda::Function');
  expect(functions).toHaveLength(3);
  for (const [, { Properties }] of functions)
    expect(Properties.VpcConfig).toEqual({
      SecurityGroupIds: ['sg-0123456789abcdef0'],
      SubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    });
  for (const name of ['ingestrole', 'aggregaterole', 'maintainrole'])
    expect(grants({ ofType: ofTypeIn(template) }, name)['ec2:CreateNetworkInterface']).toEqual(['*']);
});

test('reserved functions are those of the queues', async () => {
  const { ofType } = await synthesised({ reservedConcurrency: 6 });
  const reserved = ofType('AWS::Lambda::Function').map(([, { Properties }]) => [
    Properties.Handler,
    Properties.ReservedConcurrentExecutions,
  ]);
  expect(reserved).toEqual([
    ['ingest.handler', 6],
    ['aggregate.handler', 6],
    ['maintain.handler', undefined],
  ]);
});

test("a boundary is above every role, the CDK's own function's too", async () => {
  const permissionsBoundary = 'arn:aws:iam::111122223333:policy/boundary';
  const { ofType } = await synthesised({ permissionsBoundary, landingBucket: 'mine' });
  const roles = ofType('AWS::IAM::Role');
  expect(roles).toHaveLength(4);
  for (const [, { Properties }] of roles) expect(Properties.PermissionsBoundary).toBe(permissionsBoundary);
});

test("access logs go where you say, each bucket's below its own name", async () => {
  const { ofType } = await synthesised({ accessLogsBucket: 'logs' });
  const logging = ofType('AWS::S3::Bucket').map(([, { Properties }]) => Properties.LoggingConfiguration);
  expect(logging).toEqual([
    { DestinationBucketName: 'logs', LogFilePrefix: 'sluice-test/landing/' },
    { DestinationBucketName: 'logs', LogFilePrefix: 'sluice-test/lake/' },
  ]);
});

test.each([
  { encryptionKey: KEY },
  { accessLogsBucket: 'logs' },
  { noticeTopic: 'arn:aws:sns:eu-central-1:111122223333:notices' },
  { reservedConcurrency: 5, permissionsBoundary: 'arn:aws:iam::111122223333:policy/boundary' },
])('cdk-nag has nothing to say on %j that is not answered with a reason', async (props) => {
  const app = appWithoutBundles();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  await stackOf(app, props);
  expect(app.synth().stacks).toHaveLength(1);
});
