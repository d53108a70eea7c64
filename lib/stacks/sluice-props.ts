// The settings of an installation, and their defaults.
import type { Duration } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Definitions } from './definitions.ts';

export type SluiceProps = {
  /** Part of resource names, so that several stages fit into one account: `staging`, `pr-123`. */
  readonly stage: string;
  /** `await loadDefinitions('schemas')`. */
  readonly definitions: Definitions;
  /** Your own bucket to read from, or its name. Default: one is created. */
  readonly landingBucket?: IBucket | string;
  /**
   * Source files are the objects below this folder of the landing bucket, without leading or trailing `/`: `in/staging`. Everything
   * else in the bucket is neither listed nor read, and contracts match what follows: `in/staging/a.csv` is the key `a.csv`, as
   * with `--landing s3://bucket/in/staging`. Default: the whole bucket.
   */
  readonly landingPrefix?: string;
  /**
   * How landing reports created and deleted objects. `notifications`: by the bucket's notification configuration, in addition
   * to its existing one. `eventBridge`: by a rule on the events that S3 sends to EventBridge; the bucket's notifications are
   * not changed, and the bucket's owner must turn on sending to EventBridge (a bucket created here has it).
   * Default: `notifications`.
   */
  readonly landingEvents?: LandingEvents;
  /** The ARN of the key that a landing bucket given by its name is encrypted with. Default: none. */
  readonly landingKey?: string;
  /**
   * Your own key, or its ARN, for both buckets, the queues, the topic, the logs and Athena's results. The policy of a key
   * of the same app is completed here; that of a key given by ARN must contain what docs/aws-security.md lists. Default: keys of AWS.
   */
  readonly encryptionKey?: IKey | string;
  /** The bucket, or its name, for access logs of the buckets created here, below `sluice-<stage>/`. Default: none. */
  readonly accessLogsBucket?: IBucket | string;
  /** Runs the functions in your own network, which must reach S3 and SQS: see docs/aws-security.md. Default: none. */
  readonly vpc?: IVpc;
  /** Subnets of `vpc`. Default: the CDK's choice, private ones with egress. */
  readonly vpcSubnets?: SubnetSelection;
  /** For the functions in `vpc`. Default: a new one that allows all outbound and no inbound traffic. */
  readonly securityGroups?: readonly ISecurityGroup[];
  /** The permissions boundary of every role created here: your policy or its ARN. Default: none. */
  readonly permissionsBoundary?: IManagedPolicy | string;
  /** Of the functions. Default: `arm64`. */
  readonly architecture?: 'arm64' | 'x64';
  /** Of each function, in MB, 512 to 10240; processors come with it. Default: 3008. */
  readonly memoryMb?: number;
  /** Of each function, in MB, 512 to 10240. Default: 4096. */
  readonly diskMb?: number;
  /** Of ingest and aggregate, 1 to 15 minutes. Default: 5 minutes. */
  readonly timeout?: Duration;
  /** Larger source files, in bytes, are rejected unread. Default: a third of the disk, or less if the timeout is too short for that. */
  readonly maxSourceBytes?: number;
  /** Concurrent functions, for ingest and aggregate each, 2 to 1000. Default: 5. */
  readonly maxConcurrency?: number;
  /** Reserved concurrency for ingest and aggregate each, at least maxConcurrency. Default: none. */
  readonly reservedConcurrency?: number;
  /** How often landing is compared with the lake, in whole minutes. Default: every hour. */
  readonly reconcileEvery?: Duration;
  /** How long replaced and deleted landing files can be restored, in whole days. Default: 90 days. */
  readonly keepVersions?: Duration;
  /**
   * How long the lake's older versions can be read, at least an hour: objects removed earlier are swept once a day. Swept
   * objects can be restored from the bucket's versions for the same time again, in whole days. Default: 7 days.
   */
  readonly keepRemovedFiles?: Duration;
  /** One of CloudWatch's values: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, … Default: 90. */
  readonly keepLogsDays?: number;
  /** False: buckets created here are deleted with the stack, including their content. Default: true. */
  readonly retainData?: boolean;
  /** Receives alarms, after confirming. Default: none. */
  readonly alarmEmail?: string;
  /** Your topic for the alarms, or its ARN; its policy must let CloudWatch publish. Default: one is created. */
  readonly alarmTopic?: ITopic | string;
  /**
   * Your topic, or its ARN, for a line about each rejected file, quarantined rows, failed audit or missing file, and about what was put
   * right; its policy must let EventBridge publish. Default: none; the events are on the account's default bus all the same.
   */
  readonly noticeTopic?: ITopic | string;
  /** The longest time from a file's arrival to its appearance in an insight without an alarm. Default: 15 minutes. */
  readonly maxLag?: Duration;
  /** Of one Athena query, in bytes, at least 10 MB. Default: 10 GB. */
  readonly scanLimitBytes?: number;
  /**
   * True: a CloudFront distribution serves the lake's page, `site/` of its bucket, to whoever knows its address: put your own sign-in in
   * front of it, see docs/page.md. Default: false; the page is as private as the lake.
   */
  readonly cloudFrontPage?: boolean;
  /**
   * True: what is too large for a function is done by EMR Serverless, instead of being refused: see docs/aws.md. Nothing runs, and
   * nothing is paid, while there is nothing that large. Default: false.
   */
  readonly spark?: boolean;
  /** The most processors that EMR Serverless may use at once, 8 to 1000: its budget. Default: 32. */
  readonly sparkMaxVcpus?: number;
  /** Of the blocks that a large source file is read in, in bytes, a task each. Default: 256 MB. */
  readonly sparkBlockBytes?: number;
};

export type LandingEvents = 'notifications' | 'eventBridge';

type WithoutDefault =
  | 'landingBucket'
  | 'landingKey'
  | 'encryptionKey'
  | 'accessLogsBucket'
  | 'vpc'
  | 'vpcSubnets'
  | 'securityGroups'
  | 'permissionsBoundary'
  | 'reservedConcurrency'
  | 'alarmEmail'
  | 'alarmTopic'
  | 'noticeTopic';

export type SluiceOptions = Required<Omit<SluiceProps, WithoutDefault>> & Pick<SluiceProps, WithoutDefault>;
