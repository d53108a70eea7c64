// What goes to EventBridge, told by an endpoint of our own: events and their details, batches, and what is tried again.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { expect, it } from 'vitest';
import { eventBridgeNotifier } from '../../lib/adapters/eventbridge-notifier.ts';
import type { Notice } from '../../lib/ports.ts';
import { type Answer, scriptedEndpoint } from './scripted-endpoint.ts';

type Entry = { Source: string; DetailType: string; Detail: string; EventBusName: string };

async function busThat(answer: (entries: readonly Entry[]) => Answer | Promise<Answer>) {
  const requests: Entry[][] = [];
  const { url } = await scriptedEndpoint(({ body }) => {
    const { Entries } = JSON.parse(body) as { Entries: Entry[] };
    requests.push(Entries);
    return answer(Entries);
  });
  const client = new EventBridgeClient({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  const notifier = eventBridgeNotifier({ client, bus: 'default', stage: 'test' });
  const put = (notices: readonly Notice[], signal = new AbortController().signal) =>
    notifier.notify(
      {
        text: 'a text',
        at: '2024-01-01T00:00:00.000Z',
        landing: 's3://in',
        lake: 's3://lake',
        notices,
        omitted: 0,
      },
      signal,
    );
  return { put, requests };
}

const json = (value: unknown, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify(value),
});
const taken = (entries: readonly Entry[]) =>
  json({ FailedEntryCount: 0, Entries: entries.map(() => ({ EventId: 'e' })) });

it('each notice is an event, with the stage and the places in its detail', async () => {
  const { put, requests } = await busThat(taken);
  const kinds = ['rejected', 'quarantined', 'missing', 'overdue', 'failed-audit', 'settled'];
  await put(kinds.map((kind) => ({ kind, dataset: 'sales', key: 'a "b".csv' })));
  expect(requests).toHaveLength(1);
  expect(requests[0]?.map(({ DetailType }) => DetailType)).toEqual([
    'Sluice File Rejected',
    'Sluice Rows Quarantined',
    'Sluice File Missing',
    'Sluice File Overdue',
    'Sluice Audit Failed',
    'Sluice Settled',
  ]);
  expect(requests[0]?.[0]).toMatchObject({ Source: 'sluice', EventBusName: 'default' });
  expect(JSON.parse(requests[0]?.[0]?.Detail ?? '')).toEqual({
    stage: 'test',
    landing: 's3://in',
    lake: 's3://lake',
    at: '2024-01-01T00:00:00.000Z',
    kind: 'rejected',
    dataset: 'sales',
    key: 'a "b".csv',
  });
});

it('a request has ten events at most, and no more bytes than EventBridge takes', async () => {
  const { put, requests } = await busThat(taken);
  await put(Array.from({ length: 23 }, () => ({ kind: 'missing' })));
  await put(Array.from({ length: 4 }, () => ({ kind: 'missing', key: 'ä'.repeat(50_000) })));
  expect(requests.map((entries) => entries.length)).toEqual([10, 10, 3, 2, 2]);
});

it.each([
  [
    'an event that is refused',
    json({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException' }] }),
    { message: 'EventBridge refused 1 of 1 events (ThrottlingException)', mayRecover: true },
  ],
  [
    'a service that fails',
    json({ __type: 'InternalException', message: 'oh' }, 500),
    { message: 'EventBridge refused the events (InternalException: oh)', mayRecover: true },
  ],
  [
    'a role that may not',
    json({ __type: 'AccessDeniedException', message: 'not allowed' }, 400),
    { message: 'EventBridge refused the events (AccessDeniedException: not allowed)', mayRecover: false },
  ],
])('%s is an error that says whether another attempt helps', async (_, answer, expected) => {
  const { put } = await busThat(() => answer);
  await expect(put([{ kind: 'missing' }])).rejects.toMatchObject(expected);
});

it('a service that does not answer is left when the signal says so', async () => {
  const { put } = await busThat(() => new Promise(() => {}));
  await expect(put([{ kind: 'missing' }], AbortSignal.timeout(100))).rejects.toMatchObject({
    message: 'EventBridge did not answer in time',
    mayRecover: true,
  });
});
