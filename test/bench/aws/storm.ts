// Very many small files at once into the deployed stack: what its functions ask of S3 for each, how many commits are lost to other
// writers, how long it takes. The functions are processes of this machine, fed as the stack's settings say.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { promisify } from 'node:util';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { FunctionName } from '../../../lib/aws/metric-names.ts';
import { inParallel } from '../../../lib/in-parallel.ts';
import { lakeStatus } from '../../../lib/inspect/lake-status.ts';
import { openLake } from '../../../lib/local/open-lake.ts';
import { bundleFunctions } from '../../../lib/stacks/bundle.ts';
import { loadDefinitions } from '../../../lib/stacks/definitions.ts';
import { deployStack, destroyStack, type StackOutputs } from '../../../localstack/deploy.ts';
import { emulatorEnvironment } from '../../../localstack/emulators.ts';
import { functionSettings } from '../../support/function-settings.ts';
import { billingFolder, operations } from './billing-day.ts';
import type { Emulated } from './emulator.ts';
import { EventSource, feedings } from './event-source.ts';
import { FunctionProcess, type Invoked } from './function-process.ts';

const ROOT = join(import.meta.dirname, '../../..');
const SCHEMAS = join(ROOT, 'schemas');
const STAGE = 'bench-storm';
/** Days of a month, each a partition, in turns. */
const DAYS = 28;
const ROWS = 20;
const PUTS_AT_ONCE = 64;
const POLL_MS = 250;
const PATIENCE_MS = 900_000;

export type StormRun = {
  readonly files: number;
  readonly landingBucket: string;
  readonly ingest: readonly Invoked[];
  readonly aggregate: readonly Invoked[];
} & Times;
type Times = {
  /** From the first PUT on: until the last one, until no message waits any more for ingest, for aggregate. */
  readonly putMs: number;
  readonly ingestedMs: number;
  readonly upToDateMs: number;
};

/** Throws where a row is missing in the end, or anything is not up to date. */
export async function measureStorm(emulated: Emulated, files: number): Promise<StormRun> {
  const target = { endpoint: emulated.endpoint, stage: STAGE };
  process.stderr.write(`Deploying ${STAGE} …\n`);
  const outputs = await deployStack({ ...target, functions: false });
  try {
    return await storm(emulated, outputs, files);
  } finally {
    await destroyStack(target);
  }
}

async function storm(emulated: Emulated, outputs: StackOutputs, files: number): Promise<StormRun> {
  const start = await functionsOf(emulated, outputs);
  const maintain = await start('maintain');
  await maintain.invoke({ apply: true });
  await maintain.stop();
  const fed = await feedings();
  const source = (name: keyof typeof fed, queueUrl: string) =>
    new EventSource(emulated, queueUrl, fed[name], () => start(name));
  const ingest = source('ingest', outputs.FilesQueueUrl);
  const aggregate = source('aggregate', outputs.RefreshQueueUrl);
  process.stderr.write(`${files} files …\n`);
  const running = [ingest.run(), aggregate.run()];
  const work = async (): Promise<Times> => {
    const started = performance.now();
    const elapsed = () => performance.now() - started;
    await putAll(emulated, outputs, files);
    const putMs = elapsed();
    await untilEmpty(emulated, outputs.FilesQueueUrl);
    const ingestedMs = elapsed();
    await untilEmpty(emulated, outputs.RefreshQueueUrl);
    return { putMs, ingestedMs, upToDateMs: elapsed() };
  };
  // Where a function fails nothing becomes empty.
  const ended = Promise.all(running).then(() => Promise.reject(new Error('the functions ended early')));
  let times: Times;
  try {
    times = await Promise.race([work(), ended]);
  } finally {
    ingest.stop();
    aggregate.stop();
    await Promise.allSettled(running);
  }
  await requireAll(outputs, files);
  return {
    ...{ files, landingBucket: outputs.LandingBucket, ...times },
    ...{ ingest: ingest.invoked, aggregate: aggregate.invoked },
  };
}

/** Starts instances of the bundle, each with a disk of its own. */
async function functionsOf(
  { endpoint, scratch }: Emulated,
  outputs: StackOutputs,
): Promise<(name: FunctionName) => Promise<FunctionProcess>> {
  const bundle = join(scratch, 'storm-bundle');
  await mkdir(bundle);
  bundleFunctions({ definitions: await loadDefinitions(SCHEMAS), platform: `linux-${process.arch}` }, bundle);
  return async (name) =>
    FunctionProcess.start(bundle, name, {
      ...emulatorEnvironment(endpoint),
      ...functionSettings(STAGE, outputs),
      TMPDIR: await mkdtemp(join(scratch, `${name}-`)),
    });
}

async function putAll({ s3 }: Emulated, { LandingBucket }: StackOutputs, files: number): Promise<void> {
  const put = async (n: number) => {
    const day = 1 + (n % DAYS);
    const Key = `${billingFolder(day)}/operations-${n}.csv`;
    await s3.send(
      new PutObjectCommand({ Bucket: LandingBucket, Key, Body: operations(day, ROWS, n * ROWS) }),
    );
  };
  await inParallel(Array(files).keys(), put, PUTS_AT_ONCE);
}

/** What a file's message leads to is in the refresh queue before the message is gone. */
async function untilEmpty({ sqs }: Emulated, QueueUrl: string): Promise<void> {
  const AttributeNames = [
    'ApproximateNumberOfMessages' as const,
    'ApproximateNumberOfMessagesNotVisible' as const,
  ];
  const giveUp = Date.now() + PATIENCE_MS;
  for (;;) {
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
    if (AttributeNames.every((name) => Attributes[name] === '0')) return;
    if (Date.now() > giveUp) throw new Error(`${QueueUrl} was not empty after ${PATIENCE_MS / 1000} s`);
    await after(POLL_MS);
  }
}

/** By readers that know nothing of the functions: each user of a row is another one. */
async function requireAll({ LandingBucket, LakeBucket }: StackOutputs, files: number): Promise<void> {
  const places = { landing: `s3://${LandingBucket}`, lake: `s3://${LakeBucket}` };
  const sql = `SELECT (SELECT count(*) FROM billing) AS n, (SELECT count(DISTINCT user_id) FROM billing) AS users,
    (SELECT sum(operations) FROM usage_daily) AS by_day, (SELECT sum(operations) FROM user_monthly) AS by_month`;
  const command = ['query', sql, '--format', 'csv', '--lake', places.lake];
  const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, 'bin/sluice.mjs'), ...command]);
  const rows = files * ROWS;
  const wanted = `n,users,by_day,by_month\r\n${[rows, rows, rows, rows].join(',')}\r\n`;
  if (stdout !== wanted) throw new Error(`the lake has ${stdout}, not ${wanted}`);
  const lake = await openLake({ ...places, schemas: SCHEMAS }, () => undefined);
  try {
    const { datasets, derived } = await lakeStatus(lake.effects);
    const late = [
      ...datasets.filter(({ waiting, vanished }) => waiting > 0 || vanished.length > 0),
      ...derived.filter(({ behind, stale }) => behind !== 0 || stale.length > 0),
    ];
    if (late.length > 0) throw new Error(`not up to date: ${JSON.stringify(late).slice(0, 2000)}`);
  } finally {
    await lake.close();
  }
}
