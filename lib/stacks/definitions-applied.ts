// The last step of a deployment: maintain applies the definitions to the lake's tables and requests the resulting work.
// A custom resource without a separate provider: a deployment with an incompatible contract change is rolled back.
import { createHash } from 'node:crypto';
import { CustomResource, Duration } from 'aws-cdk-lib';
import type { Construct, IDependable } from 'constructs';
import { RESOURCES } from '../aws/deployment.ts';
import type { Definitions } from './definitions.ts';
import type { Functions } from './functions.ts';

const LONGEST = Duration.minutes(15);

/** `before`: resources to create first, so that if they fail, no table exists yet. */
export function applyDefinitions(
  scope: Construct,
  { catalog }: Definitions,
  functions: Functions,
  before: readonly IDependable[],
): void {
  const resource = new CustomResource(scope, 'DefinitionsApplied', {
    resourceType: RESOURCES.definitions,
    serviceToken: functions.maintain.functionArn,
    serviceTimeout: LONGEST,
    // CloudFormation repeats the request when a property changes.
    properties: { definitions: hashOf([...catalog.datasets, ...catalog.derivations]) },
  });
  // All functions get the new definitions before the tables do.
  resource.node.addDependency(functions, ...before);
}

function hashOf(definitions: readonly { readonly hash: string }[]): string {
  const hashes = definitions.map(({ hash }) => hash).join();
  return createHash('sha256').update(hashes).digest('hex').slice(0, 16);
}
