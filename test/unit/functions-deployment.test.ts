// What CloudFormation is told about a deploy: over real HTTP, at a URL of this test's own.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type Answering,
  answerDeployment,
  type Deployment,
  type DeploymentWork,
  isDeployment,
  RESOURCES,
} from '../../lib/aws/deployment.ts';
import { maintainHandler } from '../../lib/aws/maintain-handler.ts';

let server: Server;
let answers: { readonly contentType: string | undefined; readonly body: Record<string, string> }[];
let url: string;
/** HTTP codes to answer with before the first 200. */
let refusals: number[];
beforeEach(async () => {
  answers = [];
  refusals = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString());
      const refusal = refusals.shift();
      if (refusal === undefined) answers.push({ contentType: request.headers['content-type'], body });
      response.writeHead(refusal ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer?signature=x`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const deployment = (
  RequestType: 'Create' | 'Update' | 'Delete',
  ResourceType: string = RESOURCES.definitions,
  ResourceProperties: object = {},
) =>
  ({
    RequestType,
    ResourceType,
    ResourceProperties,
    ResponseURL: url,
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'Definitions',
  }) as Deployment;

const logged: string[] = [];
const answering: Answering = {
  remainingMs: () => 900_000,
  places: '--landing s3://landing --lake s3://lake',
  log: (_, event) => void logged.push(event),
  pauseMs: 0,
};
const never = () => Promise.reject(new Error('called'));
const applying = (apply: DeploymentWork['apply']): DeploymentWork => ({ apply, empty: never });

test('a deploy succeeds when the work does', async () => {
  await answerDeployment(
    deployment('Create'),
    applying(async () => {}),
    answering,
  );
  expect(answers).toEqual([
    {
      contentType: '',
      body: {
        Status: 'SUCCESS',
        Reason: 'the deployed definitions are applied to the tables',
        PhysicalResourceId: 'definitions',
        StackId: 'stack',
        RequestId: 'request',
        LogicalResourceId: 'Definitions',
      },
    },
  ]);
});

test('a moment of weakness is no failure', async () => {
  let attempts = 0;
  const work = async () => {
    attempts += 1;
    if (attempts < 3) throw new Error('not yet');
  };
  await answerDeployment(deployment('Update'), applying(work), answering);
  expect(answers.map(({ body }) => body.Status)).toEqual(['SUCCESS']);
});

test('a lasting refusal fails the deploy with its reason, and not the function: Lambda would run it again', async () => {
  const refusal = `the contract change is incompatible with the table of sales: ${'x'.repeat(5000)}`;
  const work = () => Promise.reject(new Error(refusal));
  logged.length = 0;
  expect(await answerDeployment(deployment('Create'), applying(work), answering)).toBe(false);
  expect(logged).toEqual(['deployment.failed']);
  expect(answers).toHaveLength(1);
  expect(answers[0]?.body.Status).toBe('FAILED');
  expect(refusal.startsWith(answers[0]?.body.Reason ?? '-')).toBe(true);
});

test('what takes longer than the function may run is a failure in time, with what to run instead', async () => {
  let finish = () => {};
  let applications = 0;
  const work = () => {
    applications += 1;
    return new Promise<void>((resolve) => {
      finish = resolve;
    });
  };
  const short = { ...answering, remainingMs: () => 30 };
  expect(await answerDeployment(deployment('Update'), applying(work), short)).toBe(false);
  expect(answers.map(({ body }) => [body.Status, body.Reason])).toEqual([
    [
      'FAILED',
      expect.stringContaining(
        'Run "npx sluice sync --landing s3://landing --lake s3://lake" with these definitions',
      ),
    ],
  ]);
  finish();
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect([answers.length, applications]).toEqual([1, 1]);
});

test('an emptying that takes too long says how it goes on', async () => {
  const event = deployment('Delete', RESOURCES.contents, { buckets: ['lake'] });
  const work = { apply: never, empty: () => new Promise<void>(() => {}) };
  expect(await answerDeployment(event, work, { ...answering, remainingMs: () => 30 })).toBe(false);
  expect(answers[0]?.body.Reason).toContain('Delete the stack again');
});

test('an answer that is not taken is sent again, and the work is not done again', async () => {
  let applications = 0;
  const work = applying(async () => {
    applications += 1;
  });
  refusals = [503, 500];
  expect(await answerDeployment(deployment('Update'), work, answering)).toBe(true);
  expect([answers.length, applications]).toEqual([1, 1]);
  refusals = [503, 503, 503];
  await expect(answerDeployment(deployment('Update'), work, answering)).rejects.toThrow(
    'CloudFormation did not accept the answer: HTTP 503',
  );
});

test('maintain itself ends well after it has said that it failed', async () => {
  const maintain = maintainHandler('nowhere');
  const context = { getRemainingTimeInMillis: () => 600 } as Context;
  // Not one setting is there, so no lake can be opened.
  await expect(maintain(deployment('Create'), context)).resolves.toBeUndefined();
  expect(answers.map(({ body }) => body.Status)).toEqual(['FAILED']);
});

test('nothing is done when the stack goes', async () => {
  await answerDeployment(deployment('Delete'), applying(never), answering);
  expect(answers.map(({ body }) => body.Status)).toEqual(['SUCCESS']);
});

test.each(['Create', 'Update', 'Delete'] as const)('buckets that go with their stage: %s', async (type) => {
  const emptied: string[] = [];
  const empty = async (bucket: string) => void emptied.push(bucket);
  const buckets = ['landing', 'lake'];
  await answerDeployment(
    deployment(type, RESOURCES.contents, { buckets }),
    { apply: never, empty },
    answering,
  );
  expect(answers.map(({ body }) => body.Status)).toEqual(['SUCCESS']);
  expect(emptied).toEqual(type === 'Delete' ? buckets : []);
});

test('other events are no deploys', () => {
  expect(isDeployment(deployment('Create'))).toBe(true);
  expect(isDeployment({ source: 'aws.events' })).toBe(false);
});
