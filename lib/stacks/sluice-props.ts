// What an installation may choose, and what it gets where it does not.
import type { Duration } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Definitions } from './definitions.ts';

export type SluiceProps = {
  /** Names what must have a name, so that stages live side by side in one account: `staging`, `pr-123`. */
  readonly stage: string;
  /** `await loadDefinitions('schemas')`. */
  readonly definitions: Definitions;
  /** A bucket of your own to read from, or its name. Default: one is made. */
  readonly landingBucket?: IBucket | string;
  /**
   * Source files are the objects below this folder of the landing bucket, without `/` at its ends: `in/staging`. Everything
   * else in the bucket is neither listed nor read, and contracts match what follows: `in/staging/a.csv` is the key `a.csv`, as
   * with `--landing s3://bucket/in/staging`. Default: the whole bucket.
   */
  readonly landingPrefix?: string;
  /**
   * How landing tells what comes and goes. `notifications`: by the bucket's own notification configuration, beside what stands
   * in it already. `eventBridge`: by a rule on the events that S3 sends to EventBridge; the bucket's notifications are left as
   * they are, and sending to EventBridge is turned on by whom the bucket belongs to (in one that is made here it is).
   * Default: `notifications`.
   */
  readonly landingEvents?: LandingEvents;
  /** The ARN of the key that a landing bucket given by its name is encrypted with. Default: none that functions need to know. */
  readonly landingKey?: string;
  /**
   * A key of your own, or its ARN, for both buckets, the queues, the topic, the logs and Athena's results. The policy of a key
   * of the same app is completed here; of one given by its ARN it must say what docs/aws-security.md lists. Default: keys of AWS.
   */
  readonly encryptionKey?: IKey | string;
  /** Where S3 writes the access logs of the buckets made here, below `sluice-<stage>/`, or its name. Default: nowhere. */
  readonly accessLogsBucket?: IBucket | string;
  /** Runs the functions in a network of yours, which must reach S3 and SQS: see docs/aws-security.md. Default: none. */
  readonly vpc?: IVpc;
  /** Of `vpc`. Default: the CDK's choice, private ones with egress. */
  readonly vpcSubnets?: SubnetSelection;
  /** Of the functions in `vpc`. Default: a new one that lets everything out and nothing in. */
  readonly securityGroups?: readonly ISecurityGroup[];
  /** Above every role that is made here; a policy of yours or its ARN. Default: none. */
  readonly permissionsBoundary?: IManagedPolicy | string;
  /** Of the functions. Default: `arm64`. */
  readonly architecture?: 'arm64' | 'x64';
  /** Of each function, in MB, 512 to 10240; processors come with it. Default: 3008. */
  readonly memoryMb?: number;
  /** Of each function, in MB, 512 to 10240. Default: 4096. */
  readonly diskMb?: number;
  /** Of ingest and aggregate, 1 to 15 minutes. Default: 5 minutes. */
  readonly timeout?: Duration;
  /** Larger source files, in bytes, are rejected unread. Default: a third of the disk, and what the timeout is enough for. */
  readonly maxSourceBytes?: number;
  /** Functions at once, for ingest and for aggregate each, 2 to 1000. Default: 5. */
  readonly maxConcurrency?: number;
  /** Functions that the account keeps for ingest and for aggregate each, at least maxConcurrency. Default: none is kept. */
  readonly reservedConcurrency?: number;
  /** How often landing is compared with the lake, in whole minutes. Default: every hour. */
  readonly reconcileEvery?: Duration;
  /** How long replaced and deleted landing files can be restored, in whole days. Default: 90 days. */
  readonly keepVersions?: Duration;
  /**
   * How long the lake's older versions can be read, at least an hour: what was removed earlier is swept, once a day. What was
   * swept can be restored from the bucket's own versions for as long again, in whole days. Default: 7 days.
   */
  readonly keepRemovedFiles?: Duration;
  /** Of those that CloudWatch knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, … Default: 90. */
  readonly keepLogsDays?: number;
  /** False: the buckets that were made here go with the stack, and all that is in them. Default: true. */
  readonly retainData?: boolean;
  /** Is told of alarms, after confirming. Default: nobody. */
  readonly alarmEmail?: string;
  /** A topic of yours for the alarms, or its ARN; its policy must let CloudWatch publish. Default: one is made. */
  readonly alarmTopic?: ITopic | string;
  /** From a file's arrival to the insight that shows it: longer is an alarm. Default: 15 minutes. */
  readonly maxLag?: Duration;
  /** Of one Athena query, in bytes, at least 10 MB. Default: 10 GB. */
  readonly scanLimitBytes?: number;
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
  | 'alarmTopic';

export type SluiceOptions = Required<Omit<SluiceProps, WithoutDefault>> & Pick<SluiceProps, WithoutDefault>;
