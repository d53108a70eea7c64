// EMR Serverless with what a reviewer of an account asks for: keys, a network, a bucket and a boundary of their own; and settings that
// are refused.
import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import type { SluiceProps } from '../../lib/stacks/sluice-props.ts';
import { withDefaults } from '../../lib/stacks/with-defaults.ts';
import {
  appWithoutBundles,
  ofTypeIn,
  readable,
  shippedDefinitions,
  stackOf,
  statementsOf,
  synthesised,
} from './stack-case.ts';

describe('with what a reviewer asks for', () => {
  const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

  test('a key of your own: jobs may use it, and AWS keeps no logs of theirs under another', async () => {
    const own = await synthesised({ spark: true, encryptionKey: KEY });
    own.template.hasResourceProperties('AWS::EMRServerless::Application', {
      MonitoringConfiguration: { ManagedPersistenceMonitoringConfiguration: { Enabled: false } },
    });
    const [[, role] = []] = own.ofType('AWS::IAM::Role').filter(([id]) => id.includes('JobRole'));
    expect(role && statementsOf(role)).toContainEqual({
      Sid: 'UseKey',
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: KEY,
    });
  });

  test('a landing folder of a bucket of yours, with its key: jobs read that alone', async () => {
    const landingKey = 'arn:aws:kms:eu-central-1:111122223333:key/mine';
    const own = await synthesised({
      spark: true,
      landingBucket: 'mine',
      landingPrefix: 'in/a',
      landingKey,
    });
    const [[, role] = []] = own.ofType('AWS::IAM::Role').filter(([id]) => id.includes('JobRole'));
    const statements = role ? statementsOf(role) : [];
    expect(statements).toContainEqual({
      Sid: 'ReadLanding',
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: 'arn:<AWS::Partition>:s3:::mine/in/a/*',
    });
    expect(statements.find(({ Sid }) => Sid === 'DecryptLanding')?.Resource).toBe(landingKey);
  });

  test.each([
    ['given', ['sg-0123456789abcdef0']],
    ['not given', [expect.stringContaining('SparkWorkers')]],
  ])('a network of your own, security groups %s', async (given, expected) => {
    const app = appWithoutBundles();
    const network = new Stack(app, 'Network');
    const vpc = Vpc.fromVpcAttributes(network, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-central-1a', 'eu-central-1b'],
      privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    });
    const group = SecurityGroup.fromSecurityGroupId(network, 'Group', 'sg-0123456789abcdef0');
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    const groups = given === 'given' ? { securityGroups: [group] } : {};
    const template = Template.fromStack(await stackOf(app, { spark: true, vpc, ...groups }));
    const [[, application] = []] = ofTypeIn(template)('AWS::EMRServerless::Application');
    expect(readable(application?.Properties.NetworkConfiguration)).toEqual({
      SubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
      SecurityGroupIds: expected,
    });
  });

  test.each([{}, { encryptionKey: KEY }, { landingBucket: 'mine' }])(
    'cdk-nag has nothing to say that is not answered with a reason: %j',
    async (props) => {
      const app = appWithoutBundles();
      Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
      await stackOf(app, { spark: true, ...props });
      expect(app.synth().stacks).toHaveLength(1);
    },
  );

  test('a boundary is above the jobs’ role, too', async () => {
    const permissionsBoundary = 'arn:aws:iam::111122223333:policy/boundary';
    const own = await synthesised({ spark: true, permissionsBoundary });
    const roles = own.ofType('AWS::IAM::Role');
    expect(roles).toHaveLength(4);
    for (const [, { Properties }] of roles) expect(Properties.PermissionsBoundary).toBe(permissionsBoundary);
  });
});

test.each<[Partial<SluiceProps>, string]>([
  [{ sparkMaxVcpus: 7 }, 'sparkMaxVcpus is 7: a driver and a worker need 8 to 1000 processors'],
  [{ sparkBlockBytes: 1 }, 'sparkBlockBytes is 1: a task takes 65536 to 2147483648 bytes'],
  [
    { spark: true, keepRemovedFiles: Duration.hours(23) },
    'keepRemovedFiles is 23 hours: with "spark" it is at least a day',
  ],
])('%j is refused: %s', async (props, message) => {
  const definitions = await shippedDefinitions();
  expect(() => withDefaults({ stage: 'test', definitions, ...props })).toThrow(message);
});
