// What each function may do, action by action: ingest and maintain cannot write to landing, aggregate cannot even read it.
import { Effect, ManagedPolicy, PermissionsBoundary, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { FunctionName } from '../aws/metric-names.ts';
import type { Buckets } from './buckets.ts';
import type { Queues } from './queues.ts';
import type { SluiceOptions, SluiceProps } from './sluice-props.ts';

/** The lake's folders by who writes there: see lib/core/layout.ts. */
const WRITES: Readonly<Record<FunctionName, readonly string[]>> = {
  ingest: ['tables', 'arrivals', 'files', 'quarantine', 'unknown'],
  aggregate: ['tables', 'insights'],
  maintain: ['tables', 'arrivals', 'insights', 'staging', 'probes'],
};

/** Where maintain sweeps; log entries lie there too, which it never deletes. */
const SWEEPS = [...WRITES.maintain, 'files', 'quarantine', 'unknown'];

/** Above every role below `scope`. */
export function applyBoundary(scope: Construct, boundary: SluiceProps['permissionsBoundary']): void {
  if (boundary === undefined) return;
  const policy =
    typeof boundary === 'string' ? ManagedPolicy.fromManagedPolicyArn(scope, 'Boundary', boundary) : boundary;
  PermissionsBoundary.of(scope).apply(policy);
}

export function permissions(
  name: FunctionName,
  { retainData }: SluiceOptions,
  buckets: Buckets,
  queues: Queues,
): PolicyStatement[] {
  return [
    ...landing(name, buckets),
    ...lake(name, buckets),
    ...(name === 'ingest' ? [receive(queues.files), send(queues.files), send(queues.refresh)] : []),
    ...(name === 'aggregate' ? [receive(queues.refresh), send(queues.refresh)] : []),
    ...(name === 'maintain' ? [send(queues.files), send(queues.refresh)] : []),
    ...(name === 'maintain' && !retainData ? empty(buckets) : []),
  ];
}

// Without ListBucket an absent key is answered like a forbidden one.
function landing(name: FunctionName, { landing: { encryptionKey }, landingArn }: Buckets): PolicyStatement[] {
  if (name === 'aggregate') return [];
  const list = allow('ListLanding', ['s3:ListBucket'], [landingArn]);
  if (name === 'maintain') return [list];
  return [
    list,
    allow('ReadLanding', ['s3:GetObject'], [`${landingArn}/*`]),
    ...(encryptionKey ? [allow('DecryptLanding', ['kms:Decrypt'], [encryptionKey.keyArn])] : []),
  ];
}

function lake(name: FunctionName, { lake: { bucketArn } }: Buckets): PolicyStatement[] {
  const written = WRITES[name].map((folder) => `${bucketArn}/${folder}/*`);
  return [
    allow('ListLake', ['s3:ListBucket'], [bucketArn]),
    allow('ReadLake', ['s3:GetObject'], [`${bucketArn}/*`]),
    allow('WriteLake', ['s3:PutObject', 's3:AbortMultipartUpload'], written),
    ...(name === 'maintain'
      ? [
          allow(
            'SweepLake',
            ['s3:DeleteObject'],
            SWEEPS.map((folder) => `${bucketArn}/${folder}/*`),
          ),
        ]
      : []),
  ];
}

function empty({ own, lake, landingArn }: Buckets): PolicyStatement[] {
  const arns = own.map((bucket) => (bucket === lake ? lake.bucketArn : landingArn));
  const objects = arns.map((arn) => `${arn}/*`);
  return [
    allow('ListAllVersions', ['s3:ListBucketVersions'], arns),
    allow('RemoveAllVersions', ['s3:DeleteObject', 's3:DeleteObjectVersion'], objects),
  ];
}

function receive(queue: IQueue): PolicyStatement {
  const actions = ['ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility', 'GetQueueAttributes'];
  return allow(
    undefined,
    actions.map((action) => `sqs:${action}`),
    [queue.queueArn],
  );
}

function send(queue: IQueue): PolicyStatement {
  return allow(undefined, ['sqs:SendMessage'], [queue.queueArn]);
}

function allow(sid: string | undefined, actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ ...(sid ? { sid } : {}), effect: Effect.ALLOW, actions, resources });
}
