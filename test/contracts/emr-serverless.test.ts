// What EMR Serverless is asked, and what its answers mean, told by an endpoint of our own.
import { EMRServerlessClient } from '@aws-sdk/client-emr-serverless';
import { expect, it } from 'vitest';
import { EmrServerless } from '../../lib/adapters/emr-serverless.ts';
import { type Answer, scriptedEndpoint } from './scripted-endpoint.ts';

const JOB = { name: 'source-billing-0123', run: '6f1c9d3e-0000-4000-8000-000000000000' };

async function runnerWith(answer: Answer, changes: { readonly program?: string } = {}) {
  const { url, requests } = await scriptedEndpoint(() => answer);
  const client = new EMRServerlessClient({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  const runner = new EmrServerless({
    client,
    applicationId: '00app',
    roleArn: 'arn:aws:iam::111122223333:role/spark',
    program: 's3://assets/job.py',
    task: ['./sluice/node', './sluice/task.mjs', 'task', '--lake', 's3://lake'],
    conf: { 'spark.archives': 's3://assets/task.tgz#sluice', 'spark.executor.cores': '4' },
    timeoutMinutes: 90,
    ...changes,
  });
  return { runner, requests };
}

const json = (value: unknown, status = 200, type?: string): Answer => ({
  status,
  headers: {
    'content-type': 'application/json',
    ...(type === undefined ? {} : { 'x-amzn-errortype': type }),
  },
  body: JSON.stringify(value),
});
const started = json({ applicationId: '00app', jobRunId: '00run', arn: 'arn' });
const state = (state: string, stateDetails = '') =>
  json({ jobRun: { applicationId: '00app', jobRunId: '00run', name: JOB.name, state, stateDetails } });

it('starts a run: the program, the words of a task, Spark’s settings, and an end to it', async () => {
  const { runner, requests } = await runnerWith(started);
  expect(await runner.start(JOB, 1)).toBe('00run');
  expect([requests[0]?.method, requests[0]?.path]).toEqual(['POST', '/applications/00app/jobruns']);
  expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
    clientToken: expect.stringMatching(/^6f1c9d3e-0000-4000-8000-000000000000-1-[0-9a-f]{8}$/),
    name: 'source-billing-0123',
    executionRoleArn: 'arn:aws:iam::111122223333:role/spark',
    executionTimeoutMinutes: 90,
    jobDriver: {
      sparkSubmit: {
        entryPoint: 's3://assets/job.py',
        entryPointArguments: [
          '["./sluice/node","./sluice/task.mjs","task","--lake","s3://lake","source-billing-0123","6f1c9d3e-0000-4000-8000-000000000000"]',
          'source-billing-0123',
        ],
        sparkSubmitParameters:
          '--conf spark.archives=s3://assets/task.tgz#sluice --conf spark.executor.cores=4',
      },
    },
  });
});

it('the same attempt has the same token, another attempt and another program another one', async () => {
  const { runner, requests } = await runnerWith(started);
  for (const attempt of [1, 1, 2]) await runner.start(JOB, attempt);
  const other = await runnerWith(started, { program: 's3://assets/newer.py' });
  await other.runner.start(JOB, 1);
  const [first, again, second, newer] = [...requests, ...other.requests].map(
    ({ body }) => (JSON.parse(body) as { clientToken: string }).clientToken,
  );
  expect(again).toBe(first);
  expect(new Set([first, second, newer]).size).toBe(3);
  // https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_StartJobRun.html
  for (const token of [first, second, newer]) expect(token).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
});

it.each([
  ['SUBMITTED', 'running'],
  ['QUEUED', 'running'],
  ['PENDING', 'running'],
  ['SCHEDULED', 'running'],
  ['RUNNING', 'running'],
  ['CANCELLING', 'running'],
  ['SUCCESS', 'ended'],
])('a run that is %s is %s', async (of, expected) => {
  const { runner, requests } = await runnerWith(state(of));
  expect(await runner.look('00run')).toBe(expected);
  expect([requests[0]?.method, requests[0]?.path]).toEqual(['GET', '/applications/00app/jobruns/00run']);
});

it.each([
  ['FAILED', 'Job failed: a task', 'the job run 00run of EMR Serverless is FAILED: Job failed: a task'],
  ['CANCELLED', '', 'the job run 00run of EMR Serverless is CANCELLED: no reason is given'],
])('a run that is %s failed, with a sentence', async (of, details, failed) => {
  const { runner } = await runnerWith(state(of, details));
  expect(await runner.look('00run')).toEqual({ failed });
});

it('a run is an attempt at the job of its name', async () => {
  expect(await (await runnerWith(state('RUNNING'))).runner.jobOf('00run')).toBe('source-billing-0123');
});

it('a run that AWS has forgotten has ended, and is nobody’s', async () => {
  const { runner } = await runnerWith(json({ message: 'none' }, 404, 'ResourceNotFoundException'));
  expect([await runner.look('00run'), await runner.jobOf('00run')]).toEqual(['unknown', undefined]);
});

it('a role that may not start it is an error with the next step', async () => {
  const { runner } = await runnerWith(json({ message: 'no' }, 403, 'AccessDeniedException'));
  await expect(runner.start(JOB, 1)).rejects.toThrow(
    /^cannot start the job source-billing-0123 on the EMR Serverless application 00app \(AccessDeniedException\): .*allow it/,
  );
  await expect(runner.look('00run')).rejects.toThrow(
    /^cannot look at the job run 00run of the EMR Serverless/,
  );
});
