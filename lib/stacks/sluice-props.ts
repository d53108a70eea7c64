// What an installation may choose, and what it gets where it does not.
import { Duration } from 'aws-cdk-lib';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { largestSourceBytes } from '../aws/limits.ts';
import { CliError } from '../errors.ts';
import type { Definitions } from './definitions.ts';

export type SluiceProps = {
  /** Names what must have a name, so that stages live side by side in one account: `staging`, `pr-123`. */
  readonly stage: string;
  /** `await loadDefinitions('schemas')`. */
  readonly definitions: Definitions;
  /** A bucket of your own to read from, or its name; with its key where it is encrypted with one. Default: one is made. */
  readonly landingBucket?: IBucket | string;
  /** Of the functions. Default: `arm64`. */
  readonly architecture?: 'arm64' | 'x64';
  /** Of each function, in MB; processors come with it. Default: 3008. */
  readonly memoryMb?: number;
  /** Of each function, in MB, at least 512. Default: 4096. */
  readonly diskMb?: number;
  /** Of ingest and aggregate, at most 15 minutes. Default: 5 minutes. */
  readonly timeout?: Duration;
  /** Larger source files are rejected unread. Default: a third of the disk, and what the timeout is enough for. */
  readonly maxSourceBytes?: number;
  /** Functions at once, for ingest and for aggregate each; at least 2. Default: 5. */
  readonly maxConcurrency?: number;
  /** How often landing is compared with the lake. Default: every hour. */
  readonly reconcileEvery?: Duration;
  /** How long replaced and deleted landing files can be restored. Default: 90 days. */
  readonly keepVersions?: Duration;
  /** How long the lake's older versions can be read: what was removed earlier is swept, once a day. Default: 7 days. */
  readonly keepRemovedFiles?: Duration;
  /** Default: 90. */
  readonly keepLogsDays?: number;
  /** False: the buckets that were made here go with the stack, and all that is in them. Default: true. */
  readonly retainData?: boolean;
  /** Is told of alarms, after confirming. Default: nobody. */
  readonly alarmEmail?: string;
  /** From a file's arrival to the insight that shows it: longer is an alarm. Default: 15 minutes. */
  readonly maxLag?: Duration;
  /** Of one Athena query. Default: 10 GB. */
  readonly scanLimitBytes?: number;
};

export type SluiceOptions = Required<Omit<SluiceProps, 'landingBucket' | 'alarmEmail'>> &
  Pick<SluiceProps, 'landingBucket' | 'alarmEmail'>;

const STAGE = /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,15}$/;

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LAMBDA_MB = 10_240;
const LEAST_MB = 512;
const LONGEST = Duration.minutes(15);

/** Throws CliError on a stage's name that AWS would not take in the names made of it, and on more than Lambda gives. */
export function withDefaults(props: SluiceProps): SluiceOptions {
  if (!STAGE.test(props.stage))
    throw new CliError(
      `${JSON.stringify(props.stage)} is no stage's name: up to 16 lower-case letters, digits and single hyphens, beginning with a letter, as in "-c stage=pr-123"`,
    );
  const { memoryMb = 3008, diskMb = 4096, timeout = Duration.minutes(5) } = props;
  for (const [name, value] of Object.entries({ memoryMb, diskMb }))
    if (value < LEAST_MB || value > LAMBDA_MB)
      throw new CliError(`${name} is ${value}: a function of ours takes ${LEAST_MB} to ${LAMBDA_MB}`);
  if (timeout.toSeconds() > LONGEST.toSeconds())
    throw new CliError(`the timeout is ${timeout.toHumanString()}: a function runs for 15 minutes at most`);
  return {
    architecture: 'arm64',
    memoryMb,
    diskMb,
    timeout,
    maxSourceBytes: largestSourceBytes(diskMb, timeout.toSeconds()),
    maxConcurrency: 5,
    reconcileEvery: Duration.hours(1),
    keepVersions: Duration.days(90),
    keepRemovedFiles: Duration.days(7),
    keepLogsDays: 90,
    retainData: true,
    maxLag: Duration.minutes(15),
    scanLimitBytes: 10_000_000_000,
    ...props,
  };
}
