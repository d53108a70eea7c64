// A stage whose data goes with it, a review environment say: CloudFormation deletes no bucket that holds something, so maintain
// empties them, after all that fills them has stopped.
import { CustomResource, Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { RESOURCES } from '../aws/deployment.ts';
import type { Buckets } from './buckets.ts';
import type { Functions } from './functions.ts';

const LONGEST = Duration.minutes(15);

/** A landing bucket that was not made here is left alone. */
export function emptyWithStack(scope: Construct, buckets: Buckets, functions: Functions): void {
  const contents = new CustomResource(scope, 'Contents', {
    resourceType: RESOURCES.contents,
    serviceToken: functions.maintain.functionArn,
    serviceTimeout: LONGEST,
    properties: { buckets: buckets.own.map(({ bucketName }) => bucketName) },
  });
  functions.triggeredAfter(contents);
}
