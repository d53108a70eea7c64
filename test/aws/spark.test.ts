// A stack with EMR Serverless, which a server of this suite stands in for: files that are too large for a function are read in blocks by
// spark-submit, with what the stack ships to its workers, and are in the tables and the insights as a local lake has them.
import { randomBytes } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { jobNames } from '../../lib/jobs/job-folder.ts';
import { deployStack, type StackOutputs } from '../../localstack/deploy.ts';
import { APPLICATION_ID } from '../../localstack/spark-elsewhere.ts';
import { billing, billingKey } from './billing-files.ts';
import { EmrDouble, type Run, sparkSubmit } from './emr-double.ts';
import { compareLakes, openRemoteLake, openTwin, type RemoteLake } from './lake-twin.ts';
import { until } from './stage-lake.ts';
import { s3, target } from './target.ts';

const stage = `spark-${randomBytes(3).toString('hex')}`;
const MAX_SOURCE_BYTES = 200_000;
const BLOCK_BYTES = 200_000;
const ROWS = 2_000;

let outputs: StackOutputs;
let lake: RemoteLake;
let double: EmrDouble;

/** As AWS does: an asynchronous invocation by the stack's rule. */
async function tellMaintain({ id, state }: Pick<Run, 'id' | 'state'>): Promise<void> {
  const event = {
    version: '0',
    source: 'aws.emr-serverless',
    'detail-type': 'EMR Serverless Job Run State Change',
    detail: { jobRunId: id, applicationId: APPLICATION_ID, state, previousState: 'RUNNING' },
  };
  const { status } = await fetch(
    `${target.endpoint}/2015-03-31/functions/${outputs.MaintainFunction}/invocations`,
    { method: 'POST', headers: { 'x-amz-invocation-type': 'Event' }, body: JSON.stringify(event) },
  );
  expect(status).toBe(202);
}

const put = (key: string, content: string) =>
  s3.send(new PutObjectCommand({ Bucket: outputs.LandingBucket, Key: key, Body: content }));

/** Resolves when every table and insight is as a clean local lake has it, over the same landing. */
async function untilAsLocally(): Promise<void> {
  const twin = await openTwin(lake.effects.landing);
  onTestFinished(() => twin.close());
  const isSame = async () => (await compareLakes(lake.effects, twin.effects)).differences.length === 0;
  await until('the rows of a local lake', isSame, 1000);
}

/** Of the reports on files of the dataset. */
async function counts(): Promise<(readonly [string, number, number])[]> {
  const found: (readonly [string, number, number])[] = [];
  for await (const { key } of lake.effects.lake.list('files/billing/')) {
    const { source, accepted, quarantined } = JSON.parse(
      Buffer.from((await lake.effects.lake.read(key)) ?? []).toString(),
    );
    found.push([source, accepted, quarantined]);
  }
  return found.sort(([a], [b]) => (a < b ? -1 : 1));
}

const ended = async () => (await jobNames(lake.effects.lake)).length === 0;

// LocalStack without Docker runs no functions; a real account has the real EMR Serverless.
describe.runIf(target.brand === 'ministack')(`EMR Serverless beside ${target.brand}`, () => {
  beforeAll(async () => {
    if (process.env.CI && sparkSubmit() === undefined)
      throw new Error(
        'there is no spark-submit: "npm run test:interop -- install" installs it; it needs Java',
      );
    console.info(`jobs run by ${sparkSubmit() ?? 'the program’s loop, without Spark'}`);
    double = await EmrDouble.start(APPLICATION_ID, tellMaintain);
    outputs = await deployStack({
      endpoint: target.endpoint,
      stage,
      emrServerless: double.url,
      words: {
        spark: 'true',
        maxSourceBytes: String(MAX_SOURCE_BYTES),
        sparkBlockBytes: String(BLOCK_BYTES),
      },
    });
    lake = await openRemoteLake(outputs);
  });
  afterAll(async () => {
    await double?.stop();
    await lake?.close();
    // Its buckets and functions end with the emulator.
  });

  it('a file too large for a function is read by a job, and is in every table as a local lake has it', async () => {
    const large = billing(1, ROWS, 1).replace(',-0.008919,', ',not a number,');
    expect(large.length).toBeGreaterThan(MAX_SOURCE_BYTES);
    const [first, second] = [billingKey(1, 'large'), billingKey(1, 'small')];
    await put(first, large);
    await put(second, billing(1, 20, 2));
    await until('a run', async () => double.runs.length > 0);
    await until('no job', ended);
    await untilAsLocally();
    expect(double.runs.map(({ asked, state, details }) => [asked.name, state, details])).toEqual([
      [expect.stringMatching(/^source-billing-/), 'SUCCESS', ''],
    ]);
    expect(await counts()).toEqual([
      [first, ROWS - 1, 1],
      [second, 20, 0],
    ]);
  });
});
