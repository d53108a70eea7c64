// The deploy's last step: maintain brings the lake's tables under the deployed definitions, and asks for what follows from it.
// A custom resource without a provider of its own: a deploy whose contract the tables cannot take is rolled back.
import { createHash } from 'node:crypto';
import { CustomResource, Duration } from 'aws-cdk-lib';
import type { Construct, IDependable } from 'constructs';
import { RESOURCES } from '../aws/deployment.ts';
import type { Definitions } from './definitions.ts';
import type { Functions } from './functions.ts';

const LONGEST = Duration.minutes(15);

/** `before`: what has to stand first, so that its failure finds no table made yet. */
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
    // CloudFormation asks again when a property changes.
    properties: { definitions: hashOf([...catalog.datasets, ...catalog.derivations]) },
  });
  // All functions hold the new definitions before the tables do.
  resource.node.addDependency(functions, ...before);
}

function hashOf(definitions: readonly { readonly hash: string }[]): string {
  const hashes = definitions.map(({ hash }) => hash).join();
  return createHash('sha256').update(hashes).digest('hex').slice(0, 16);
}
