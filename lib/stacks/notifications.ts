// Landing tells the files queue what came and went. The notification stands in the bucket itself, so that no helper function
// of the CDK is deployed; for a bucket that is not ours the CDK needs one.
import { Aws } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { EventType } from 'aws-cdk-lib/aws-s3';
import { SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Buckets } from './buckets.ts';

const EVENTS = [EventType.OBJECT_CREATED, EventType.OBJECT_REMOVED, EventType.LIFECYCLE_EXPIRATION];

/** The queue's policy names the bucket by its ARN as text: a reference would be a circle, since the bucket waits for the policy. */
export function notifyOfFiles({ ownLanding, landing, landingArn }: Buckets, queue: Queue): void {
  queue.addToResourcePolicy(
    new PolicyStatement({
      sid: 'LandingNotifies',
      principals: [new ServicePrincipal('s3.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: {
        ArnEquals: { 'aws:SourceArn': landingArn },
        StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
      },
    }),
  );
  if (ownLanding === undefined) {
    for (const event of EVENTS) landing.addEventNotification(event, new SqsDestination(queue));
    return;
  }
  ownLanding.notificationConfiguration = {
    queueConfigurations: EVENTS.map((event) => ({ event, queue: queue.queueArn })),
  };
  const policy = queue.node.tryFindChild('Policy');
  if (policy) ownLanding.node.addDependency(policy);
}
