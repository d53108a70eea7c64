// What goes to SQS, told by an endpoint of our own: batches, what is sent again, groups and ids of FIFO queues.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type SqsQueueOptions, sqsQueue } from '../../lib/adapters/sqs-queue.ts';
import { CliError } from '../../lib/errors.ts';
import { type Answer, scriptedEndpoint, scriptedSqs } from './scripted-endpoint.ts';

type Entry = { Id: string; MessageBody: string; MessageGroupId?: string; MessageDeduplicationId?: string };
type Failure = { Id: string; Code: string; SenderFault: boolean; Message?: string };
type Message = { readonly n: number | string };

/** A queue on an endpoint that fails, of its n-th batch, what `failures` says. */
async function queueThat(
  failures: (batch: readonly Entry[], n: number) => readonly Failure[],
  options: Partial<SqsQueueOptions<Message>> = {},
  name = 'files',
) {
  const batches: Entry[][] = [];
  const { url } = await scriptedEndpoint(({ body }): Answer => {
    const { Entries: batch } = JSON.parse(body) as { Entries: Entry[] };
    batches.push(batch);
    const failed = failures(batch, batches.length - 1);
    const done = batch.filter(({ Id }) => failed.every((failure) => failure.Id !== Id));
    return json({ Successful: done.map(successful), Failed: failed });
  });
  const client = scriptedSqs(url);
  return {
    queue: sqsQueue<Message>({ client, queueUrl: `${url}/000000000000/${name}`, ...options }),
    batches,
  };
}

// The client compares the checksum with what it sent.
const successful = ({ Id, MessageBody }: Entry) => ({
  Id,
  MessageId: Id,
  MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
});
const json = (value: unknown, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify(value),
});
const bodies = (batch: readonly Entry[] | undefined) => batch?.map(({ MessageBody }) => MessageBody);
const numbers = (count: number): Message[] => Array.from({ length: count }, (_, n) => ({ n }));

describe('batches', () => {
  it('hold ten messages, as JSON, in order', async () => {
    const { queue, batches } = await queueThat(() => []);
    await queue.send(numbers(25));
    expect(batches.map((batch) => batch.length)).toEqual([10, 10, 5]);
    expect(batches.flatMap((batch) => bodies(batch))).toEqual(numbers(25).map((m) => JSON.stringify(m)));
    await queue.send([]);
    expect(batches).toHaveLength(3);
  });

  it('hold no more bytes than SQS takes', async () => {
    const { queue, batches } = await queueThat(() => []);
    await queue.send(Array.from({ length: 5 }, () => ({ n: 'ä'.repeat(50_000) })));
    expect(batches.map((batch) => batch.length)).toEqual([2, 2, 1]);
  });

  it('say every character so that SQS takes it', async () => {
    const { queue, batches } = await queueThat(() => []);
    await queue.send([{ n: 'a\u0001b\uFFFFc🚤' }]);
    const [body = ''] = bodies(batches[0]) ?? [];
    expect(body).toBe('{"n":"a\\u0001b\\uffffc🚤"}');
    expect(JSON.parse(body)).toEqual({ n: 'a\u0001b\uFFFFc🚤' });
  });
});

describe('messages that SQS did not take', () => {
  const busy = ({ Id }: Entry): Failure => ({ Id, Code: 'InternalError', SenderFault: false });

  it('are sent again, they alone', async () => {
    const { queue, batches } = await queueThat((batch, n) => (n === 0 ? batch.slice(1, 3).map(busy) : []));
    await queue.send(numbers(4));
    expect(batches.map((batch) => bodies(batch))).toEqual([
      ['{"n":0}', '{"n":1}', '{"n":2}', '{"n":3}'],
      ['{"n":1}', '{"n":2}'],
    ]);
  });

  it('are an error where they can never be taken', async () => {
    const { queue, batches } = await queueThat(([first]) =>
      first ? [{ Id: first.Id, Code: 'InvalidMessageContents', SenderFault: true, Message: 'odd' }] : [],
    );
    await expect(queue.send(numbers(2))).rejects.toThrow(
      'SQS refused 1 of the messages: InvalidMessageContents odd',
    );
    expect(batches).toHaveLength(1);
  });

  it('are an error after six attempts', async () => {
    const { queue, batches } = await queueThat((batch) => batch.map(busy));
    await expect(queue.send(numbers(1))).rejects.toBeInstanceOf(CliError);
    expect(batches).toHaveLength(6);
  });

  it('for a queue that is not there, are an error with the next step', async () => {
    const { url } = await scriptedEndpoint(() =>
      json({ __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'no' }, 400),
    );
    const queue = sqsQueue({ client: scriptedSqs(url), queueUrl: `${url}/0/q` });
    await expect(queue.send([1])).rejects.toThrow('(QueueDoesNotExist): there is no such queue');
  });
});

describe('FIFO queues', () => {
  const groupOf = ({ n }: Message) => `insights/${n}`;

  it('group messages, and take each message sent for a new one', async () => {
    const { queue, batches } = await queueThat(() => [], { groupOf }, 'refresh.fifo');
    await queue.send([{ n: 1 }, { n: 1 }]);
    await queue.send([{ n: 1 }]);
    const entries = batches.flat();
    expect(entries.map(({ MessageGroupId }) => MessageGroupId)).toEqual(Array(3).fill('insights/1'));
    expect(new Set(entries.map(({ MessageDeduplicationId }) => MessageDeduplicationId)).size).toBe(3);
  });

  it('keep a message’s id when it is sent again', async () => {
    const { queue, batches } = await queueThat(
      ([first], n) =>
        first && n === 0 ? [{ Id: first.Id, Code: 'ServiceUnavailable', SenderFault: false }] : [],
      { groupOf },
      'refresh.fifo',
    );
    await queue.send([{ n: 1 }]);
    expect(batches).toHaveLength(2);
    expect(batches[1]?.[0]?.MessageDeduplicationId).toBe(batches[0]?.[0]?.MessageDeduplicationId);
  });

  it('take names that SQS does not, and ids of the caller', async () => {
    const options = { groupOf, deduplicationOf: ({ n }: Message) => String(n) };
    const { queue, batches } = await queueThat(() => [], options, 'refresh.fifo');
    await queue.send([{ n: 'ä b' }, { n: 'x'.repeat(200) }, { n: 'plain' }]);
    const [spaced, long, plain] = batches[0] ?? [];
    for (const entry of [spaced, long]) {
      expect(entry?.MessageGroupId).toMatch(/^[0-9a-f]{64}$/);
      expect(entry?.MessageDeduplicationId).toMatch(/^[0-9a-f]{64}$/);
    }
    expect(plain).toMatchObject({ MessageGroupId: 'insights/plain', MessageDeduplicationId: 'plain' });
  });

  it('need groups, and others take none', () => {
    const client = scriptedSqs('http://127.0.0.1:1');
    expect(() => sqsQueue({ client, queueUrl: 'http://q/0/r.fifo' })).toThrow('needs groupOf');
    expect(() => sqsQueue({ client, queueUrl: 'http://q/0/r', groupOf: () => 'g' })).toThrow(
      'must not have groupOf',
    );
  });
});
