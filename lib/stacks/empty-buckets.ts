// For a stage whose data is deleted with it, such as a review environment: CloudFormation does not delete non-empty buckets,
// so maintain empties them after all their writers have stopped.
import { CustomResource, Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { RESOURCES } from '../aws/deployment.ts';
import type { Buckets } from './buckets.ts';
import type { Functions } from './functions.ts';

const LONGEST = Duration.minutes(15);

/** A landing bucket that was not created here is not touched. */
export function emptyWithStack(scope: Construct, buckets: Buckets, functions: Functions): void {
  const contents = new CustomResource(scope, 'Contents', {
    resourceType: RESOURCES.contents,
    serviceToken: functions.maintain.functionArn,
    serviceTimeout: LONGEST,
    properties: { buckets: buckets.own.map(({ bucketName }) => bucketName) },
  });
  functions.triggeredAfter(contents);
}
