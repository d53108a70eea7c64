// What the functions read out of their messages: S3's own words, ours, and neither.
import { describe, expect, test } from 'vitest';
import type { DeadMessage } from '../../lib/adapters/sqs-dead-letters.ts';
import { parseFileMessage } from '../../lib/aws/file-messages.ts';
import { parseRefreshMessage, stamped } from '../../lib/aws/refresh-messages.ts';
import { letterOfQueue } from '../../lib/cli/dead-letter.ts';

const record = (eventName: string, key: string, size?: number) => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  awsRegion: 'eu-central-1',
  eventTime: '2024-01-01T00:00:01.500Z',
  eventName,
  s3: {
    s3SchemaVersion: '1.0',
    bucket: { name: 'landing', arn: 'arn:aws:s3:::landing' },
    object: { key, ...(size === undefined ? {} : { size, eTag: 'e', versionId: 'v', sequencer: '0' }) },
  },
});
const LANDING = { bucket: 'landing', prefix: '' };
const body = (...Records: object[]) => JSON.stringify({ Records });
const arrivedMs = Date.UTC(2024, 0, 1, 0, 0, 1, 500);

describe('a message of the files queue', () => {
  test.each([
    ['ObjectCreated:Put', 'a/b.csv', 'a/b.csv'],
    ['ObjectCreated:CompleteMultipartUpload', 'in/a+b%2B%C3%A9.csv', 'in/a b+é.csv'],
    ['ObjectRemoved:Delete', 'day%3D2024-01-01/100%25.csv', 'day=2024-01-01/100%.csv'],
    ['ObjectRemoved:DeleteMarkerCreated', 'in/a%20b.csv', 'in/a b.csv'],
    ['LifecycleExpiration:DeleteMarkerCreated', '%5Bx%5D*.csv', '[x]*.csv'],
  ])('%s of %s names the key %s', (eventName, key, source) => {
    expect(parseFileMessage(body(record(eventName, key)), LANDING)).toEqual([{ source, arrivedMs }]);
  });

  test('may hold several records, with their sizes', () => {
    const message = body(record('ObjectCreated:Put', 'a.csv', 7), record('ObjectCreated:Copy', 'b.csv', 0));
    expect(parseFileMessage(message, LANDING)).toEqual([
      { source: 'a.csv', sizeBytes: 7, arrivedMs },
      { source: 'b.csv', sizeBytes: 0, arrivedMs },
    ]);
  });

  test("may be S3's test event, which names nothing", () => {
    const message = {
      Service: 'Amazon S3',
      Event: 's3:TestEvent',
      Time: '',
      Bucket: 'landing',
      RequestId: 'r',
    };
    expect(parseFileMessage(JSON.stringify(message), LANDING)).toEqual([]);
  });

  test('may be our own, with the dataset that a source does not belong to any more', () => {
    const message = { source: 'a+b%20.csv', dataset: 'sales' };
    expect(parseFileMessage(JSON.stringify(message), LANDING)).toEqual([message]);
  });

  test.each([
    ['', 'the message is not JSON'],
    ['{"Records": [{"eventSource": "aws:sns"}]}', 'not an S3 notification and not a Sluice message'],
    ['{"hello": "world"}', 'not an S3 notification and not a Sluice message'],
    [JSON.stringify({ source: '' }), 'not an S3 notification and not a Sluice message'],
    [body(record('ObjectCreated:Put', '%FF.csv')), 'is not percent-encoded UTF-8'],
    [
      JSON.stringify({ Records: [{ ...record('ObjectCreated:Put', 'a.csv'), eventTime: 'yesterday' }] }),
      'eventTime',
    ],
  ])('that says %j is refused: %s', (message, problem) => {
    expect(() => parseFileMessage(message, LANDING)).toThrow(problem);
  });

  test('about another bucket is refused', () => {
    expect(() =>
      parseFileMessage(body(record('ObjectCreated:Put', 'a.csv')), { bucket: 'other', prefix: '' }),
    ).toThrow('about the bucket landing, but landing is other');
  });
});

describe("an event of S3's by EventBridge", () => {
  const event = (type: string, key: string, size?: number) =>
    JSON.stringify({
      version: '0',
      id: '17793124-05d4-b198-2fde-7ededc63b103',
      'detail-type': type,
      source: 'aws.s3',
      account: '111122223333',
      time: '2024-01-01T00:00:01Z',
      region: 'eu-central-1',
      resources: ['arn:aws:s3:::landing'],
      detail: { version: '0', bucket: { name: 'landing' }, object: { key, ...(size ? { size } : {}) } },
    });
  const arrivedMs = Date.UTC(2024, 0, 1, 0, 0, 1);

  test('names its key as it is: a plus is a plus', () => {
    expect(parseFileMessage(event('Object Created', 'in/a+b%20é.csv', 5), LANDING)).toEqual([
      { source: 'in/a+b%20é.csv', sizeBytes: 5, arrivedMs },
    ]);
    expect(parseFileMessage(event('Object Deleted', 'a.csv'), LANDING)).toEqual([
      { source: 'a.csv', arrivedMs },
    ]);
  });

  test('about another bucket is refused', () => {
    expect(() => parseFileMessage(event('Object Created', 'a.csv'), { bucket: 'other', prefix: '' })).toThrow(
      'about the bucket landing, but landing is other',
    );
  });

  test('is named by its key among the dead letters', () => {
    const message = {
      messageId: 'm',
      body: event('Object Created', 'in/a+b.csv'),
      receives: 5,
      firstReceivedMs: undefined,
    };
    const letter = (landing?: { bucket: string; prefix: string }) =>
      letterOfQueue('files', 'url', message as unknown as DeadMessage, landing);
    expect(letter().about).toEqual(['in/a+b.csv']);
    expect(letter({ bucket: 'landing', prefix: 'in' })).toMatchObject({
      about: ['a+b.csv'],
      isRefused: false,
    });
    expect(letter({ bucket: 'landing', prefix: 'other' }).reason).toContain(
      'a key outside landing (s3://landing/other)',
    );
    expect(letter({ bucket: 'mine', prefix: '' }).reason).toContain('about the bucket landing');
  });
});

describe('where landing is a folder of its bucket', () => {
  const FOLDER = { bucket: 'landing', prefix: 'in/test' };
  test.each([
    ['in/test/a/b+c.csv', [{ source: 'a/b c.csv', arrivedMs }]],
    ['in/test/', []],
  ])('%s names %j', (key, news) => {
    expect(parseFileMessage(body(record('ObjectCreated:Put', key)), FOLDER)).toEqual(news);
  });

  test.each(['in/testing/a.csv', 'a.csv'])('%s, which lies elsewhere, is refused', (key) => {
    expect(() => parseFileMessage(body(record('ObjectCreated:Put', key)), FOLDER)).toThrow(
      `about the key "${key}", but landing is s3://landing/in/test`,
    );
  });

  test('our own messages name keys below it already', () => {
    expect(parseFileMessage('{"source":"in/test/a.csv"}', FOLDER)).toEqual([{ source: 'in/test/a.csv' }]);
  });
});

describe('a message of the refresh queue', () => {
  const target = { kind: 'insights', name: 'daily' } as const;
  test('names a table, and since when its news has been waiting', () => {
    expect(parseRefreshMessage(JSON.stringify({ target }))).toEqual({ target });
    expect(parseRefreshMessage(JSON.stringify({ target, arrivedMs: 5 }))).toEqual({ target, arrivedMs: 5 });
  });

  test.each(['x', '{}', '{"target": {"kind": "views", "name": "a"}}'])(
    'that says %j is refused',
    (message) => {
      expect(() => parseRefreshMessage(message)).toThrow();
    },
  );

  test('hands the earliest arrival on', async () => {
    const sent: unknown[] = [];
    const queue = { send: async (messages: readonly unknown[]) => void sent.push(...messages) };
    await stamped(queue, [7, undefined, 3]).send([{ target }]);
    await stamped(queue, [undefined]).send([{ target }]);
    expect(sent).toEqual([{ target, arrivedMs: 3 }, { target }]);
  });
});
