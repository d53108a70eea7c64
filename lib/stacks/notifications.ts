// Landing notifies the files queue of created and deleted objects: by bucket notifications or by EventBridge. For our own
// bucket the notification is part of the bucket, so that no CDK helper function is deployed; for other buckets the CDK needs one.
import { Aws } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  BucketNotificationDestinationType,
  EventType,
  type IBucketNotificationDestination,
} from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Buckets } from './buckets.ts';
import { acknowledgeNotifications } from './nag-suppressions.ts';

const EVENTS = [EventType.OBJECT_CREATED, EventType.OBJECT_REMOVED, EventType.LIFECYCLE_EXPIRATION];
/** Expiry by a lifecycle is a deletion too: https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html */
const DETAIL_TYPES = ['Object Created', 'Object Deleted'];

export function notifyOfFiles(scope: Construct, buckets: Buckets, queue: Queue): void {
  if (buckets.landingEvents === 'eventBridge') byEventBridge(scope, buckets, queue);
  else byNotifications(buckets, queue);
}

/** The queue's policy names the bucket by its ARN as text: a reference would be circular, because the bucket depends on the policy. */
function byNotifications({ ownLanding, landing, landingArn, landingFolder }: Buckets, queue: Queue): void {
  queue.addToResourcePolicy(maySend('LandingNotifies', 's3.amazonaws.com', landingArn, queue));
  const policy = queue.node.tryFindChild('Policy');
  if (ownLanding === undefined) {
    const destination: IBucketNotificationDestination = {
      bind: () => ({
        arn: queue.queueArn,
        type: BucketNotificationDestinationType.QUEUE,
        // S3 checks that it may send to the queue before it accepts the configuration.
        ...(policy ? { dependencies: [policy] } : {}),
      }),
    };
    const filters = landingFolder === '' ? [] : [{ prefix: landingFolder }];
    for (const event of EVENTS) landing.addEventNotification(event, destination, ...filters);
    acknowledgeNotifications(landing);
    return;
  }
  const rules = [{ name: 'prefix', value: landingFolder }];
  const filter = landingFolder === '' ? {} : { filter: { s3Key: { rules } } };
  ownLanding.notificationConfiguration = {
    queueConfigurations: EVENTS.map((event) => ({ event, queue: queue.queueArn, ...filter })),
  };
  if (policy) ownLanding.node.addDependency(policy);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-event-notifications-eventbridge.html */
function byEventBridge(
  scope: Construct,
  { ownLanding, landing, landingFolder }: Buckets,
  queue: Queue,
): void {
  if (ownLanding)
    ownLanding.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
  const object = landingFolder === '' ? {} : { object: { key: [{ prefix: landingFolder }] } };
  const rule = new Rule(scope, 'LandingEvents', {
    description: 'Objects created and deleted in the landing bucket',
    eventPattern: {
      source: ['aws.s3'],
      detailType: DETAIL_TYPES,
      detail: { bucket: { name: [landing.bucketName] }, ...object },
    },
    targets: [{ bind: () => ({ arn: queue.queueArn }) }],
  });
  queue.addToResourcePolicy(maySend('LandingEvents', 'events.amazonaws.com', rule.ruleArn, queue));
}

function maySend(sid: string, service: string, sourceArn: string, queue: Queue): PolicyStatement {
  return new PolicyStatement({
    sid,
    principals: [new ServicePrincipal(service)],
    actions: ['sqs:SendMessage'],
    resources: [queue.queueArn],
    conditions: {
      ArnEquals: { 'aws:SourceArn': sourceArn },
      StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
    },
  });
}
