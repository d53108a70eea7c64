// cdk-nag needs a reason for every ARN that ends in a wildcard: objects have no ARN before they exist, so their folder is named.
import { Stack, Validations } from 'aws-cdk-lib';
import type { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

export function acknowledgeFolders(role: Role, statements: readonly PolicyStatement[]): void {
  const folders = new Set(
    statements
      .flatMap(({ resources }) => resources)
      .map((resource) => named(Stack.of(role).resolve(resource))),
  );
  for (const folder of folders) {
    if (folder === '*')
      Validations.of(role).acknowledge({
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason:
          "Lambda's network interfaces in a VPC have no ARN before they exist, and EC2 accepts no narrower one to describe them.",
      });
    if (!folder.endsWith('/*')) continue;
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${folder}]`,
      reason: folder.endsWith('/jobruns/*')
        ? 'Runs have no ARN before they are started. These are those of one application, and they are only looked at.'
        : 'Objects have no ARN before they exist. This is one folder of one bucket that the function writes to, or the bucket that it reads.',
    });
  }
}

/** The CDK's own function that configures a bucket outside the stack: see notifications.ts. */
export function acknowledgeNotifications(bucket: IConstruct): void {
  const handler = Stack.of(bucket).node.tryFindChild(
    'BucketNotificationsHandler050a0587b7544547bf325f094a3db834',
  );
  if (handler === undefined) throw new Error("the CDK's function for notifications has a different name now");
  Validations.of(handler).acknowledge(
    {
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
      reason: "The CDK's own function, which only runs in deployments; the policy lets it write its log.",
    },
    {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        "The CDK's own function reads and writes the notification configuration of a bucket outside the stack, and nothing else.",
    },
    {
      id: 'AwsSolutions-L1',
      reason: "The CDK's own function: the CDK chooses its runtime.",
    },
  );
}

/** An ARN as cdk-nag writes it: references in angle brackets, functions that it does not know unchanged. */
function named(arn: unknown): string {
  if (typeof arn === 'string') return arn;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = arn as Record<string, unknown>;
  if (typeof Ref === 'string') return `<${Ref}>`;
  if (Array.isArray(attribute)) return `<${attribute.join('.')}>`;
  if (!Array.isArray(join)) return JSON.stringify(arn);
  const [separator, parts] = join as [string, unknown[]];
  return parts.map(named).join(separator);
}
