// What `npm run bench:aws -- storm` counts: kinds of requests and lost commits, and how a queue's messages come in batches.
import { DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { EventSource, feedings, type Sender } from '../bench/aws/event-source.ts';
import { type AwsRequest, commitsIn, requestTable, s3Kind, subjectOf } from '../bench/aws/request-kinds.ts';

const get = (path: string): AwsRequest => ({ method: 'GET', path });
const put = (path: string, status = 200): AwsRequest => ({ method: 'PUT', path, status });

test.each([
  ['/landing/dwh/day=01/a%20b.csv?x-id=GetObject', 'source file'],
  ['/landing?list-type=2&prefix=dwh%2F', 'source file'],
  ['/lake/tables/billing/_delta_log/00000000000000000007.json', 'log entry'],
  ['/lake?list-type=2&prefix=tables%2Fbilling%2F_delta_log%2F', 'log entry'],
  ['/lake/tables/billing/_delta_log/_last_checkpoint', 'checkpoint'],
  ['/lake/tables/billing/_delta_log/00000000000000000010.checkpoint.parquet', 'checkpoint'],
  ['/lake/tables/billing/year%3D2024/a.parquet', 'data file'],
  ['/lake/files/billing/dwh/a.csv/e-c.json', 'report'],
  ['/lake/quarantine/billing/dwh/a.csv/e-c.parquet', 'quarantined rows'],
  ['/lake/waiting/insights/usage_daily.json', 'mark of a waiting refresh'],
  ['/lake/unknown/a.csv/e.json', 'unknown'],
  ['/lake?delete=', 'several at once'],
])('%s is about: %s', (path, subject) => {
  expect(subjectOf(get(path), 'landing')).toBe(subject);
});

test('requests are counted by subject and kind, without those to SQS', () => {
  const requests: AwsRequest[] = [
    put('/lake/files/a.json'),
    get('/landing/a.csv'),
    get('/landing?list-type=2&prefix=a'),
    get('/landing/b.csv'),
    { method: 'POST', path: '/', target: 'AmazonSQS.SendMessageBatch' },
  ];
  expect(requests.map(s3Kind)).toEqual(['PUT', 'GET', 'LIST', 'GET', undefined]);
  expect([...requestTable(requests, 'landing')]).toEqual([
    [
      'source file',
      new Map([
        ['GET', 2],
        ['LIST', 1],
      ]),
    ],
    ['report', new Map([['PUT', 1]])],
  ]);
});

test('a commit is lost where the entry was there already, or was being written', () => {
  const entry = (n: number) => `/lake/tables/t/_delta_log/${String(n).padStart(20, '0')}.json?x-id=PutObject`;
  const others = [
    put('/lake/waiting/t.json', 412),
    put('/lake/tables/t/_delta_log/_last_checkpoint'),
    get(entry(3)),
  ];
  expect(commitsIn([put(entry(1)), put(entry(1), 412), put(entry(2), 409), ...others])).toEqual({
    attempts: 3,
    conflicts: 2,
  });
});

test('functions are fed as the template says', async () => {
  expect(await feedings()).toEqual({
    ingest: { batchSize: 250, windowMs: 1000, concurrency: 5 },
    aggregate: { batchSize: 1, windowMs: 0, concurrency: 5 },
  });
});

/** As much of SQS as an event source asks for. */
function queueOf(count: number) {
  const waiting = Array.from({ length: count }, (_, n) => ({ MessageId: `m${n}`, ReceiptHandle: `r${n}` }));
  const removed: string[] = [];
  const send = async (command: unknown) => {
    if (command instanceof ReceiveMessageCommand)
      return { Messages: waiting.splice(0, command.input.MaxNumberOfMessages) };
    if (command instanceof DeleteMessageBatchCommand)
      removed.push(...(command.input.Entries ?? []).map(({ ReceiptHandle = '' }) => ReceiptHandle));
    return {};
  };
  return { sqs: { send } as Sender, removed };
}

test.each([
  [{ batchSize: 100, windowMs: 200, concurrency: 1 }, [100, 100, 50]],
  [{ batchSize: 100, windowMs: 0, concurrency: 1 }, Array(25).fill(10)],
  [{ batchSize: 1, windowMs: 0, concurrency: 1 }, Array(250).fill(1)],
])('%j: batches of %j', async (feeding, sizes) => {
  const { sqs, removed } = queueOf(250);
  const batches: number[] = [];
  const source = new EventSource({ sqs }, 'queue', feeding, async () => ({
    invoke: async (event) => {
      batches.push((event as { Records: unknown[] }).Records.length);
      const isLast = batches.length === sizes.length;
      if (isLast) source.stop();
      return { answer: null, ms: 1, peakMb: 1, requests: [] };
    },
    stop: async () => undefined,
  }));
  await source.run();
  expect(batches).toEqual(sizes);
  expect(source.invoked).toHaveLength(sizes.length);
  expect(new Set(removed).size).toBe(250);
});
