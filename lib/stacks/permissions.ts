// The permissions of each function, action by action: ingest and maintain cannot write to landing, aggregate cannot even read it.
import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Effect, ManagedPolicy, PermissionsBoundary, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { EVENT_BUS } from '../aws/environment.ts';
import type { FunctionName } from '../aws/metric-names.ts';
import type { Buckets } from './buckets.ts';
import type { Queues } from './queues.ts';
import type { SluiceOptions, SluiceProps } from './sluice-props.ts';

/** The lake's folders by who writes there: see lib/lake/layout.ts. */
const WRITES: Readonly<Record<FunctionName, readonly string[]>> = {
  ingest: ['tables', 'arrivals', 'files', 'quarantine', 'unknown', 'waiting', 'told'],
  aggregate: ['tables', 'insights', 'waiting', 'told'],
  maintain: ['tables', 'arrivals', 'insights', 'staging', 'probes', 'waiting', 'asked', 'told', 'site'],
};

/** The lake's own folders: not Athena's results, and not the page, which nothing is made of. */
const READS = [...new Set([...Object.values(WRITES).flat(), 'settlements'])].filter(
  (name) => name !== 'site',
);

/** Plans, results and manifests of jobs: lib/jobs/job-folder.ts. Of installations with Spark alone. */
const JOBS = 'jobs';
/** What a job's tasks write: data files, refused rows, results. */
const JOB_WRITES = ['tables', 'arrivals', 'insights', 'quarantine', JOBS];

/** Marks that are removed before work: lib/aws/refresh-queue.ts. */
const MARKS = ['waiting'];

/** The folders that maintain sweeps; they also contain log entries, which it never deletes and the bucket policy protects. */
const SWEEPS = [...WRITES.maintain, 'files', 'quarantine', 'unknown', 'settlements'];

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions */
const NETWORK = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/** Applies to every role below `scope`. */
export function applyBoundary(scope: Construct, boundary: SluiceProps['permissionsBoundary']): void {
  if (boundary === undefined) return;
  const policy =
    typeof boundary === 'string' ? ManagedPolicy.fromManagedPolicyArn(scope, 'Boundary', boundary) : boundary;
  PermissionsBoundary.of(scope).apply(policy);
}

export function permissions(
  name: FunctionName,
  { retainData, vpc, spark }: SluiceOptions,
  buckets: Buckets,
  queues: Queues,
): PolicyStatement[] {
  return [
    ...landing(name, buckets),
    ...lake(name, buckets, spark ? [JOBS] : []),
    ...(name === 'ingest'
      ? [receive(queues.files), send(queues.files), send(queues.refresh), send(queues.page)]
      : []),
    ...(name === 'aggregate' ? [receive(queues.refresh), send(queues.refresh), send(queues.page)] : []),
    ...(name === 'maintain'
      ? [
          send(queues.files),
          send(queues.refresh),
          send(queues.maintainFailures),
          allow('CountFiles', ['sqs:GetQueueAttributes'], [queues.files.queueArn]),
          receive(queues.filesDeadLetters),
          receive(queues.refreshDeadLetters),
          receive(queues.page),
        ]
      : []),
    ...(name === 'maintain' ? [pageIndex(buckets)] : []),
    ...(name === 'maintain' && !retainData ? empty(buckets) : []),
    allow('PutNotices', ['events:PutEvents'], [defaultBus(buckets)]),
    ...(buckets.encryptionKey ? [useKey(buckets.encryptionKey)] : []),
    ...(vpc ? [allow('JoinNetwork', NETWORK, ['*'])] : []),
  ];
}

function defaultBus(scope: Construct): string {
  const arnFormat = ArnFormat.SLASH_RESOURCE_NAME;
  return Stack.of(scope).formatArn({
    service: 'events',
    resource: 'event-bus',
    resourceName: EVENT_BUS,
    arnFormat,
  });
}

function landing(name: FunctionName, buckets: Buckets): PolicyStatement[] {
  if (name === 'aggregate') return [];
  const { landing: bucket, landingArn, landingFolder, encryptionKey } = buckets;
  const list = allow('ListLanding', ['s3:ListBucket'], [landingArn]);
  // Without ListBucket a HEAD of an absent key is answered like a forbidden one, and that request has no prefix. Maintain
  // lists with a prefix.
  const condition = name === 'maintain' ? 'StringLike' : 'StringLikeIfExists';
  if (landingFolder !== '') list.addCondition(condition, { 's3:prefix': `${landingFolder}*` });
  if (name === 'maintain') return [list];
  const key = bucket.encryptionKey === encryptionKey ? undefined : bucket.encryptionKey;
  return [
    list,
    allow('ReadLanding', ['s3:GetObject'], [`${landingArn}/${landingFolder}*`]),
    ...(key ? [allow('DecryptLanding', ['kms:Decrypt'], [key.keyArn])] : []),
  ];
}

/** `jobs`: the folder of jobs, where there is one. Whoever asks for a job writes its plan, and removes it when it is done. */
function lake(
  name: FunctionName,
  { lake: { bucketArn } }: Buckets,
  jobs: readonly string[],
): PolicyStatement[] {
  const inFolders = (folders: readonly string[]) => folders.map((folder) => `${bucketArn}/${folder}/*`);
  const written = name === 'maintain' ? WRITES.maintain : [...WRITES[name], ...jobs];
  return [
    allow('ListLake', ['s3:ListBucket'], [bucketArn]),
    allow('ReadLake', ['s3:GetObject'], inFolders([...READS, ...jobs])),
    allow('WriteLake', ['s3:PutObject', 's3:AbortMultipartUpload'], inFolders(written)),
    name === 'maintain'
      ? allow('SweepLake', ['s3:DeleteObject'], inFolders([...SWEEPS, ...jobs]))
      : allow('RemoveMarks', ['s3:DeleteObject'], inFolders([...MARKS, ...jobs])),
  ];
}

/**
 * Of the role that all jobs share. A job writes data files and commits none: that is the functions' work. `programs`: the assets that its
 * workers run.
 */
export function jobPermissions(buckets: Buckets, programs: readonly [Asset, Asset]): PolicyStatement[] {
  const { lake: lakeBucket, encryptionKey } = buckets;
  const inFolders = (folders: readonly string[]) =>
    folders.map((folder) => `${lakeBucket.bucketArn}/${folder}/*`);
  const assets = programs[0].bucket;
  const keys = programs.map(({ s3ObjectKey }) => s3ObjectKey);
  const listPrograms = allow('ListPrograms', ['s3:ListBucket'], [assets.bucketArn]);
  listPrograms.addCondition('StringLike', { 's3:prefix': keys.map((key) => `${key}*`) });
  const commits = allow('CommitNothing', ['s3:PutObject'], [`${lakeBucket.bucketArn}/*/_delta_log/*`]);
  commits.effect = Effect.DENY;
  return [
    allow(
      'ReadPrograms',
      ['s3:GetObject'],
      keys.map((key) => assets.arnForObjects(key)),
    ),
    listPrograms,
    ...landing('ingest', buckets),
    allow('ListLake', ['s3:ListBucket'], [lakeBucket.bucketArn]),
    allow('ReadLake', ['s3:GetObject'], inFolders(JOB_WRITES)),
    allow('WriteLake', ['s3:PutObject', 's3:AbortMultipartUpload'], inFolders(JOB_WRITES)),
    commits,
    ...(encryptionKey ? [useKey(encryptionKey)] : []),
  ];
}

/** What the page that is there says: see lib/aws/page-due.ts. */
function pageIndex({ lake: { bucketArn } }: Buckets): PolicyStatement {
  return allow('ReadPageIndex', ['s3:GetObject'], [`${bucketArn}/site/data/index.js`]);
}

/** For objects of the lake and messages in both directions. */
function useKey({ keyArn }: IKey): PolicyStatement {
  return allow('UseKey', ['kms:Decrypt', 'kms:GenerateDataKey'], [keyArn]);
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
