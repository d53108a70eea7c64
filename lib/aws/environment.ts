// The functions' settings: environment variables that the stack sets and the functions read.
import type { Environment } from '../adapters/aws-clients.ts';

/** Of the account and region: the functions put their events there. */
export const EVENT_BUS = 'default';

export const SETTINGS = {
  stage: 'SLUICE_STAGE',
  landingBucket: 'SLUICE_LANDING_BUCKET',
  landingPrefix: 'SLUICE_LANDING_PREFIX',
  lakeBucket: 'SLUICE_LAKE_BUCKET',
  filesQueueUrl: 'SLUICE_FILES_QUEUE_URL',
  refreshQueueUrl: 'SLUICE_REFRESH_QUEUE_URL',
  pageQueueUrl: 'SLUICE_PAGE_QUEUE_URL',
  filesDeadLettersUrl: 'SLUICE_FILES_DLQ_URL',
  refreshDeadLettersUrl: 'SLUICE_REFRESH_DLQ_URL',
  maxSourceBytes: 'SLUICE_MAX_SOURCE_BYTES',
  diskMb: 'SLUICE_DISK_MB',
  sparkApplication: 'SLUICE_SPARK_APPLICATION',
  sparkRole: 'SLUICE_SPARK_ROLE',
  sparkProgram: 'SLUICE_SPARK_PROGRAM',
  sparkArchive: 'SLUICE_SPARK_ARCHIVE',
  sparkTimeoutMinutes: 'SLUICE_SPARK_TIMEOUT_MINUTES',
  sparkBlockBytes: 'SLUICE_SPARK_BLOCK_BYTES',
} as const;

/** Of an installation whose large work runs on EMR Serverless. */
export type SparkSettings = {
  readonly applicationId: string;
  readonly roleArn: string;
  /** s3://… */
  readonly program: string;
  /** s3://…: what a worker needs to run a task. */
  readonly archive: string;
  readonly timeoutMinutes: number;
  readonly blockBytes: number;
};

export type Settings = {
  readonly stage: string;
  readonly landingBucket: string;
  /** Keys of source files are relative to it; empty for the whole bucket. */
  readonly landingPrefix: string;
  readonly lakeBucket: string;
  readonly filesQueueUrl: string;
  readonly refreshQueueUrl: string;
  readonly pageQueueUrl: string;
  readonly filesDeadLettersUrl: string;
  readonly refreshDeadLettersUrl: string;
  readonly maxSourceBytes: number;
  readonly diskMb: number;
  /** Undefined: what is too large for a function is refused. */
  readonly spark: SparkSettings | undefined;
  /** Set by AWS: AWS_LAMBDA_FUNCTION_MEMORY_SIZE. */
  readonly memoryMb: number;
};

/** The flags of the command line that name the buckets of these settings. */
export function placesOf(environment: Environment): string {
  const { [SETTINGS.landingBucket]: landing, [SETTINGS.lakeBucket]: lake } = environment;
  const prefix = environment[SETTINGS.landingPrefix];
  return placeWords(landing, prefix, lake).join(' ');
}

export function placeWords(landing = '', prefix = '', lake = ''): string[] {
  return ['--landing', `s3://${landing}${prefix ? `/${prefix}` : ''}`, '--lake', `s3://${lake}`];
}

/** Throws on a missing or broken setting, naming it. */
export function readSettings(environment: Environment): Settings {
  const text = (name: string) => {
    const value = environment[name];
    if (value !== undefined && value !== '') return value;
    throw new Error(`the environment variable ${name} is not set: the stack sets it for its functions`);
  };
  const count = (name: string) => {
    const value = Number(text(name));
    if (Number.isSafeInteger(value) && value > 0) return value;
    throw new Error(
      `the environment variable ${name} is ${JSON.stringify(environment[name])}, which is not a positive whole number`,
    );
  };
  return {
    stage: text(SETTINGS.stage),
    landingBucket: text(SETTINGS.landingBucket),
    landingPrefix: environment[SETTINGS.landingPrefix] ?? '',
    lakeBucket: text(SETTINGS.lakeBucket),
    filesQueueUrl: text(SETTINGS.filesQueueUrl),
    refreshQueueUrl: text(SETTINGS.refreshQueueUrl),
    pageQueueUrl: text(SETTINGS.pageQueueUrl),
    filesDeadLettersUrl: text(SETTINGS.filesDeadLettersUrl),
    refreshDeadLettersUrl: text(SETTINGS.refreshDeadLettersUrl),
    maxSourceBytes: count(SETTINGS.maxSourceBytes),
    diskMb: count(SETTINGS.diskMb),
    spark: environment[SETTINGS.sparkApplication] ? sparkSettings(text, count) : undefined,
    memoryMb: count('AWS_LAMBDA_FUNCTION_MEMORY_SIZE'),
  };
}

function sparkSettings(text: (name: string) => string, count: (name: string) => number): SparkSettings {
  return {
    applicationId: text(SETTINGS.sparkApplication),
    roleArn: text(SETTINGS.sparkRole),
    program: text(SETTINGS.sparkProgram),
    archive: text(SETTINGS.sparkArchive),
    timeoutMinutes: count(SETTINGS.sparkTimeoutMinutes),
    blockBytes: count(SETTINGS.sparkBlockBytes),
  };
}
