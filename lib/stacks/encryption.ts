// A customer-managed key for everything created here, and the permissions that AWS's services need on it. For a key whose
// policy is not completed here, docs/aws-security.md lists the required statements.
import { Aws } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { distributionsOfAccount } from './page-distribution.ts';
import type { SluiceOptions } from './sluice-props.ts';

/** Undefined if AWS's own keys are used. A key given by its ARN is not changed. */
export function ownKey(
  scope: Construct,
  { encryptionKey: given, landingEvents, alarmTopic, cloudFrontPage }: SluiceOptions,
): IKey | undefined {
  if (given === undefined) return undefined;
  const key = typeof given === 'string' ? Key.fromKeyArn(scope, 'EncryptionKey', given) : given;
  for (const statement of [
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html#compatibility-with-aws-services
    landingEvents === 'eventBridge'
      ? use('EventsToQueues', 'events.amazonaws.com')
      : use('NotificationsToQueues', 's3.amazonaws.com'),
    // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
    ...(alarmTopic === undefined ? [use('AlarmsToTopic', 'cloudwatch.amazonaws.com')] : []),
    logs(),
    ...(cloudFrontPage ? [page()] : []),
  ])
    key.addToResourcePolicy(statement);
  return key;
}

function use(sid: string, service: string): PolicyStatement {
  return new PolicyStatement({
    sid,
    principals: [new ServicePrincipal(service)],
    actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
    resources: ['*'],
    conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
  });
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
function logs(): PolicyStatement {
  const groups = `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:*`;
  return new PolicyStatement({
    sid: 'Logs',
    principals: [new ServicePrincipal(`logs.${Aws.REGION}.amazonaws.com`)],
    actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
    resources: ['*'],
    conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': groups } },
  });
}

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html#oac-permissions-to-access-s3-sse-kms; it only reads. */
function page(): PolicyStatement {
  return new PolicyStatement({
    sid: 'PageByCloudFront',
    principals: [new ServicePrincipal('cloudfront.amazonaws.com')],
    actions: ['kms:Decrypt'],
    resources: ['*'],
    conditions: { ArnLike: { 'aws:SourceArn': distributionsOfAccount() } },
  });
}
