// EMR Serverless's workers in a network of yours, where the functions run in one; else they reach S3 of their region alone.

import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { CfnApplication } from 'aws-cdk-lib/aws-emrserverless';
import type { Construct } from 'constructs';
import type { SluiceOptions } from './sluice-props.ts';

/** Undefined where there is none. */
export function sparkNetwork(
  scope: Construct,
  { vpc, vpcSubnets, securityGroups }: SluiceOptions,
): CfnApplication.NetworkConfigurationProperty | undefined {
  if (vpc === undefined) return undefined;
  const groups = securityGroups ?? [
    new SecurityGroup(scope, 'Workers', { vpc, description: 'Workers of EMR Serverless' }),
  ];
  return {
    subnetIds: vpc.selectSubnets(vpcSubnets).subnetIds,
    securityGroupIds: groups.map(({ securityGroupId }) => securityGroupId),
  };
}
