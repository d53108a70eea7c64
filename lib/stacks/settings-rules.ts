// The limits of AWS and of our functions, checked before anything is deployed: each rule with its source.
import { type Duration, Token } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { LEAST_KEPT_MINUTES, LEAST_VCPUS } from '../aws/spark-workers.ts';
import { didYouMean } from '../core/did-you-mean.ts';
import { CliError } from '../errors.ts';
import type { SluiceOptions } from './sluice-props.ts';

/** The names of settings: the construct's property, and the name after `-c` if it differs. */
const WORDS: Readonly<Record<string, string>> = {
  timeout: 'timeoutMinutes',
  reconcileEvery: 'reconcileMinutes',
  keepVersions: 'keepVersionsDays',
  keepRemovedFiles: 'keepRemovedFilesDays',
  maxLag: 'maxLagMinutes',
};

/** Throws CliError, with one line for every refused setting. */
export function requireSettings(options: SluiceOptions): void {
  const problems = RULES.flatMap((rule) => rule(options));
  if (problems.length > 0) throw new CliError(problems);
}

type Rule = (options: SluiceOptions) => string[];

const RULES: readonly Rule[] = [
  ({ stage }) =>
    /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,15}$/.test(stage)
      ? []
      : [
          `${JSON.stringify(stage)} is not a stage name: use up to 16 lower-case letters, digits and single hyphens, starting with a letter, such as "-c stage=pr-123"`,
        ],
  ({ architecture }) => oneOf('architecture', architecture, ['arm64', 'x64']),
  ({ landingEvents }) => oneOf('landingEvents', landingEvents, ['notifications', 'eventBridge']),
  // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html; less than 512 MB is too small for DuckDB and a file.
  ({ memoryMb }) => between('memoryMb', memoryMb, 512, 10_240, 'a Sluice function needs', 'MB of memory'),
  ({ diskMb }) => between('diskMb', diskMb, 512, 10_240, 'a Sluice function needs', 'MB of disk'),
  ({ timeout }) =>
    minutes(
      'timeout',
      timeout,
      1,
      15,
      'a function runs for at most 15 minutes, and a Sluice function needs at least one',
    ),
  // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
  ({ maxConcurrency }) =>
    between('maxConcurrency', maxConcurrency, 2, 1000, 'SQS allows', 'concurrent functions'),
  ({ maxConcurrency, reservedConcurrency: reserved }) =>
    reserved === undefined || (Number.isSafeInteger(reserved) && reserved >= maxConcurrency)
      ? []
      : [
          refusal(
            'reservedConcurrency',
            reserved,
            `with fewer functions than maxConcurrency (${maxConcurrency}) throttling turns the queues' messages into dead letters`,
            maxConcurrency,
          ),
        ],
  ({ maxSourceBytes }) =>
    between('maxSourceBytes', maxSourceBytes, 1, Number.MAX_SAFE_INTEGER, 'it takes', 'bytes'),
  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html#eb-rate-expressions
  ({ reconcileEvery }) =>
    minutes(
      'reconcileEvery',
      reconcileEvery,
      1,
      1440,
      'EventBridge needs whole minutes, and a lake needs it at least once a day',
    ),
  ({ maxLag }) => minutes('maxLag', maxLag, 1, 1440, 'it is a number of minutes, up to a day'),
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
  ({ keepVersions }) =>
    Number.isInteger(keepVersions.toDays({ integral: false })) && keepVersions.toDays() >= 1
      ? []
      : [
          refusal(
            'keepVersions',
            shown(keepVersions),
            'S3 keeps old versions for whole days, at least one',
            1,
          ),
        ],
  ({ keepRemovedFiles }) =>
    keepRemovedFiles.toSeconds() >= 3600
      ? []
      : [
          refusal(
            'keepRemovedFiles',
            shown(keepRemovedFiles),
            'the sweep keeps removed files for at least an hour, longer than any function runs',
            1,
          ),
        ],
  ({ keepLogsDays }) => {
    const known = Object.values(RetentionDays).filter(
      (days): days is number => typeof days === 'number' && days !== RetentionDays.INFINITE,
    );
    if (known.includes(keepLogsDays)) return [];
    // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
    const next = known.find((days) => days > keepLogsDays) ?? Math.max(...known);
    return [
      refusal('keepLogsDays', keepLogsDays, `CloudWatch Logs only allows ${known.join(', ')} days`, next),
    ];
  },
  // https://docs.aws.amazon.com/athena/latest/APIReference/API_WorkGroupConfiguration.html
  ({ scanLimitBytes }) =>
    between(
      'scanLimitBytes',
      scanLimitBytes,
      10_000_000,
      Number.MAX_SAFE_INTEGER,
      'Athena allows',
      'bytes per query',
    ),
  ({ landingBucket }) => bucketName('landingBucket', landingBucket),
  ({ accessLogsBucket }) => bucketName('accessLogsBucket', accessLogsBucket),
  ({ landingPrefix }) =>
    // `*`, `?` and `$` are special characters in a role's policy.
    landingPrefix === '' || /^[\w!.'()=-]+(?:\/[\w!.'()=-]+)*$/.test(landingPrefix)
      ? []
      : [
          refusal(
            'landingPrefix',
            landingPrefix,
            "it is a folder path of letters, digits and !_.'()=-, without a leading or trailing slash",
            'in/staging',
          ),
        ],
  ({ landingKey, landingBucket }) =>
    landingKey === undefined || typeof landingBucket === 'string'
      ? arn('landingKey', landingKey, 'kms', 'key/1234abcd-12ab-34cd-56ef-1234567890ab')
      : [
          `landingKey is ${landingKey}: it belongs to a landing bucket given by name; set landingBucket as well, or encryptionKey for buckets that are created here`,
        ],
  ({ encryptionKey }) =>
    arn('encryptionKey', encryptionKey, 'kms', 'key/1234abcd-12ab-34cd-56ef-1234567890ab'),
  ({ alarmTopic }) => arn('alarmTopic', alarmTopic, 'sns', 'alarms'),
  ({ noticeTopic }) => arn('noticeTopic', noticeTopic, 'sns', 'notices'),
  ({ permissionsBoundary }) => arn('permissionsBoundary', permissionsBoundary, 'iam', 'policy/boundary'),
  ({ sparkMaxVcpus }) =>
    between('sparkMaxVcpus', sparkMaxVcpus, LEAST_VCPUS, 1000, 'a driver and a worker need', 'processors'),
  // Below it a task does little but start; above it its file does not fit on the worker's disk.
  ({ sparkBlockBytes }) =>
    between('sparkBlockBytes', sparkBlockBytes, 65_536, 2_147_483_648, 'a task takes', 'bytes'),
  ({ spark, keepRemovedFiles }) =>
    !spark || keepRemovedFiles.toMinutes({ integral: false }) >= LEAST_KEPT_MINUTES
      ? []
      : [
          refusal(
            'keepRemovedFiles',
            shown(keepRemovedFiles),
            'with "spark" it is at least a day, as the sweep must not take what a job has written and nobody has committed yet',
            1,
          ),
        ],
  ({ vpc, vpcSubnets, securityGroups }) =>
    vpc !== undefined || (vpcSubnets === undefined && securityGroups === undefined)
      ? []
      : ['vpcSubnets and securityGroups belong to a vpc: set vpc as well, or remove them'],
];

/** A sentence with the setting, its value, the rule and what to write. */
function refusal(setting: string, value: unknown, rule: string, write: unknown): string {
  return `${setting} is ${value}: ${rule}; write "-c ${WORDS[setting] ?? setting}=${write}", or set the same property of the construct`;
}

function between(
  setting: string,
  value: number,
  least: number,
  most: number,
  who: string,
  what: string,
): string[] {
  if (Token.isUnresolved(value) || (Number.isSafeInteger(value) && value >= least && value <= most))
    return [];
  const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
  const rule = `${who} ${range} ${what}`;
  return [refusal(setting, value, rule, value > most ? most : least)];
}

function minutes(setting: string, value: Duration, least: number, most: number, rule: string): string[] {
  const given = value.toMinutes({ integral: false });
  if (Number.isInteger(given) && given >= least && given <= most) return [];
  const write = Math.max(least, Math.min(most, Math.ceil(given)));
  return [refusal(setting, shown(value), `${rule} (${least} to ${most} minutes)`, write)];
}

function shown(value: Duration): string {
  return value.toSeconds() === 0 ? '0 seconds' : value.toHumanString();
}

function oneOf(setting: string, value: string, known: readonly string[]): string[] {
  if (known.includes(value)) return [];
  return [`${setting} is ${JSON.stringify(value)}: it is ${known.join(' or ')}.${didYouMean(value, known)}`];
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function bucketName(setting: string, given: unknown): string[] {
  if (typeof given !== 'string' || Token.isUnresolved(given)) return [];
  if (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(given)) return [];
  return [
    refusal(
      setting,
      JSON.stringify(given),
      'a bucket name has 3 to 63 lower-case letters, digits, dots and hyphens, without s3:// or a path',
      'my-bucket',
    ),
  ];
}

function arn(setting: string, given: unknown, service: string, resource: string): string[] {
  if (typeof given !== 'string' || Token.isUnresolved(given)) return [];
  const [kind] = resource.includes('/') ? resource.split('/') : [undefined];
  const pattern = new RegExp(
    `^arn:aws[a-z-]*:${service}:[a-z0-9-]*:(?:\\d{12}|aws):${kind ? `${kind}/` : ''}\\S+$`,
  );
  if (pattern.test(given)) return [];
  const region = service === 'iam' ? '' : 'eu-central-1';
  const example = `arn:aws:${service}:${region}:111122223333:${resource}`;
  return [refusal(setting, JSON.stringify(given), 'it is an ARN', example)];
}
