// Assembles the AWS world from the environment: S3 as stores, SQS as queues, DuckDB, and the definitions next to the
// function's code. Opened once per process: warm invocations keep snapshots, DuckDB and the file cache.
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Environment, s3Client, sqsClient } from '../adapters/aws-clients.ts';
import { backoff } from '../adapters/backoff.ts';
import { openDuckDb } from '../adapters/duckdb.ts';
import { emptyBucket } from '../adapters/s3-empty.ts';
import { s3Store } from '../adapters/s3-store.ts';
import { type DeadLetterQueue, sqsDeadLetters, waitingMessages } from '../adapters/sqs-dead-letters.ts';
import { type Inbox, sqsInbox } from '../adapters/sqs-inbox.ts';
import { sqsQueue } from '../adapters/sqs-queue.ts';
import { DeltaTables } from '../delta/tables.ts';
import type { Effects } from '../lake/effects.ts';
import { isDataFile } from '../lake/layout.ts';
import type { Notifier, Queue } from '../ports.ts';
import { BUNDLED_SCHEMAS, loadBundled } from './bundled-definitions.ts';
import { EVENT_BUS, readSettings, type Settings } from './environment.ts';
import type { FileNews } from './file-messages.ts';
import { cacheBytes, engineMemoryMb, engineThreads, largestPartitionBytes } from './limits.ts';
import type { FunctionName } from './metric-names.ts';
import { type Notices, noticesBy } from './notices.ts';
import type { OpenedSpark } from './open-spark.ts';
import { newsId, type PageNews, pageTeller, type TellPage } from './page-news.ts';
import { type RefreshNews, refreshGroup } from './refresh-messages.ts';
import { RefreshQueue } from './refresh-queue.ts';
import { type Telemetry, telemetry } from './telemetry.ts';

export type AwsLake = {
  readonly settings: Settings;
  readonly effects: Effects;
  readonly files: Queue<FileNews>;
  readonly refreshes: RefreshQueue;
  readonly filesInbox: Inbox;
  readonly refreshInbox: Inbox;
  readonly letters: { readonly files: DeadLetterQueue; readonly refreshes: DeadLetterQueue };
  /** The approximate number of messages in the files queue, including those in progress. */
  readonly waitingFiles: () => Promise<number>;
  readonly notices: Notices;
  readonly tellPage: TellPage;
  /** Undefined: the installation has none. */
  readonly spark: OpenedSpark | undefined;
  readonly telemetry: Telemetry;
  /** Deletes all objects of a bucket, in all versions. */
  empty(bucket: string): Promise<void>;
};

const clock = () => new Date();

/** `code`: the folder of the function's code, with the definitions. Throws DefinitionError if one is wrong. */
export async function openAwsLake(
  functionName: FunctionName,
  code: string,
  environment: Environment,
): Promise<AwsLake> {
  const settings = readSettings(environment);
  const said = telemetry(functionName, settings.stage);
  const scratch = join(tmpdir(), 'sluice');
  mkdirSync(scratch, { recursive: true });
  const sql = openDuckDb({
    memoryLimitMb: engineMemoryMb(settings.memoryMb),
    threads: engineThreads(settings.memoryMb),
    tempDirectory: join(scratch, 'spill'),
    // The functions' own code and credentials are files too.
    reach: { folders: [scratch] },
  });
  const catalog = await loadBundled(code, sql);
  const [s3, sqs] = [s3Client(environment), sqsClient(environment)];
  const { filesQueueUrl, refreshQueueUrl, lakeBucket, maxSourceBytes } = settings;
  const { landingBucket: bucket, landingPrefix: prefix } = settings;
  const landing = s3Store({ client: s3, bucket, prefix, scratch });
  const lake = s3Store({
    client: s3,
    bucket: lakeBucket,
    scratch,
    cache: { maxBytes: cacheBytes(settings.diskMb), immutable: isDataFile },
  });
  const files = sqsQueue<FileNews>({ client: sqs, queueUrl: filesQueueUrl });
  const queue = sqsQueue<RefreshNews>({ client: sqs, queueUrl: refreshQueueUrl, groupOf: refreshGroup });
  const page = sqsQueue<PageNews>({
    client: sqs,
    queueUrl: settings.pageQueueUrl,
    groupOf: () => 'page',
    deduplicationOf: newsId,
  });
  const shared = { sql, clock, newId: randomUUID, log: said.log, scratch };
  const refreshes = new RefreshQueue({ queue, lake, ...shared });
  const tables = new DeltaTables({ store: lake, pause: backoff, ...shared });
  const schemas = join(code, BUNDLED_SCHEMAS);
  const { openSpark } = settings.spark ? await import('./open-spark.ts') : {};
  const spark = await openSpark?.(settings, schemas, environment, { lake, ...shared });
  const jobs =
    spark === undefined
      ? {}
      : { jobs: spark.jobs, maxPartitionBytes: largestPartitionBytes(settings.diskMb) };
  return {
    settings,
    effects: { ...shared, catalog, landing, lake, tables, refreshes, maxSourceBytes, ...jobs },
    files,
    refreshes,
    filesInbox: sqsInbox(sqs, filesQueueUrl),
    refreshInbox: sqsInbox(sqs, refreshQueueUrl),
    letters: {
      files: sqsDeadLetters(sqs, settings.filesDeadLettersUrl),
      refreshes: sqsDeadLetters(sqs, settings.refreshDeadLettersUrl),
    },
    waitingFiles: () => waitingMessages(sqs, filesQueueUrl),
    notices: noticesBy(eventBus(settings, environment)),
    tellPage: pageTeller(page, clock, said.log),
    spark,
    telemetry: said,
    empty: async (bucket) =>
      said.log('info', 'bucket.emptied', { bucket, removed: await emptyBucket(s3, bucket) }),
  };
}

/** Few invocations have something to tell: the first of them loads EventBridge's client. */
function eventBus({ stage }: Settings, environment: Environment): Notifier {
  const opened = once(async () => {
    const { eventBridgeClient, eventBridgeNotifier } = await import('../adapters/eventbridge-notifier.ts');
    return eventBridgeNotifier({ client: eventBridgeClient(environment), bus: EVENT_BUS, stage });
  });
  return {
    channel: 'events',
    passesEach: true,
    notify: async (...told) => (await opened()).notify(...told),
  };
}

/** The first call opens; the others get the same. A failure is not cached: the next call retries. */
export function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open().catch((error) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}
