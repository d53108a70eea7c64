// What CloudFormation is told about a deploy: over real HTTP, at a URL of this test's own.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  answerDeployment,
  type Deployment,
  type DeploymentWork,
  isDeployment,
  RESOURCES,
} from '../../lib/aws/deployment.ts';

let server: Server;
let answers: { readonly contentType: string | undefined; readonly body: Record<string, string> }[];
let url: string;
beforeEach(async () => {
  answers = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString());
      answers.push({ contentType: request.headers['content-type'], body });
      response.end();
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

const never = () => Promise.reject(new Error('called'));
const applying = (apply: DeploymentWork['apply']): DeploymentWork => ({ apply, empty: never });

test('a deploy succeeds when the work does', async () => {
  await answerDeployment(
    deployment('Create'),
    applying(async () => {}),
  );
  expect(answers).toEqual([
    {
      contentType: '',
      body: {
        Status: 'SUCCESS',
        Reason: 'the tables are under the deployed definitions',
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
  await answerDeployment(deployment('Update'), applying(work), 0);
  expect(answers.map(({ body }) => body.Status)).toEqual(['SUCCESS']);
});

test('a lasting refusal fails the deploy with its reason, and the function', async () => {
  const refusal = `the table of sales cannot take its new contract: ${'x'.repeat(5000)}`;
  const work = () => Promise.reject(new Error(refusal));
  await expect(answerDeployment(deployment('Create'), applying(work), 0)).rejects.toThrow('cannot take');
  expect(answers).toHaveLength(1);
  expect(answers[0]?.body.Status).toBe('FAILED');
  expect(refusal.startsWith(answers[0]?.body.Reason ?? '-')).toBe(true);
});

test('nothing is done when the stack goes', async () => {
  await answerDeployment(deployment('Delete'), applying(never), 0);
  expect(answers.map(({ body }) => body.Status)).toEqual(['SUCCESS']);
});

test.each(['Create', 'Update', 'Delete'] as const)('buckets that go with their stage: %s', async (type) => {
  const emptied: string[] = [];
  const empty = async (bucket: string) => void emptied.push(bucket);
  const buckets = ['landing', 'lake'];
  await answerDeployment(deployment(type, RESOURCES.contents, { buckets }), { apply: never, empty }, 0);
  expect(answers.map(({ body }) => body.Status)).toEqual(['SUCCESS']);
  expect(emptied).toEqual(type === 'Delete' ? buckets : []);
});

test('other events are no deploys', () => {
  expect(isDeployment(deployment('Create'))).toBe(true);
  expect(isDeployment({ source: 'aws.events' })).toBe(false);
});
