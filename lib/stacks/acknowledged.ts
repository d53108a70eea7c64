// cdk-nag wants a word on every ARN that ends in a wildcard: objects have no ARN before they exist, so their folder is named.
import { Stack, Validations } from 'aws-cdk-lib';
import type { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';

export function acknowledgeFolders(role: Role, statements: readonly PolicyStatement[]): void {
  const folders = new Set(
    statements
      .flatMap(({ resources }) => resources)
      .map((resource) => named(Stack.of(role).resolve(resource))),
  );
  for (const folder of folders) {
    if (!folder.endsWith('/*')) continue;
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${folder}]`,
      reason:
        'Objects have no ARN before they exist. This is one folder of one bucket that the function works in, or the bucket that it reads.',
    });
  }
}

/** An ARN as cdk-nag writes it: references in angle brackets. */
function named(arn: unknown): string {
  if (typeof arn === 'string') return arn;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = arn as Record<string, unknown>;
  if (typeof Ref === 'string') return `<${Ref}>`;
  if (Array.isArray(attribute)) return `<${attribute.join('.')}>`;
  if (!Array.isArray(join)) throw new Error(`no ARN: ${JSON.stringify(arn)}`);
  const [separator, parts] = join as [string, unknown[]];
  return parts.map(named).join(separator);
}
