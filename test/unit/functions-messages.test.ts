// What the functions read out of their messages: S3's own words, ours, and neither.
import { describe, expect, test } from 'vitest';
import { parseFileMessage } from '../../lib/aws/file-messages.ts';
import { parseRefreshMessage, stamped } from '../../lib/aws/refresh-messages.ts';

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
    expect(parseFileMessage(body(record(eventName, key)), 'landing')).toEqual([{ source, arrivedMs }]);
  });

  test('may hold several records, with their sizes', () => {
    const message = body(record('ObjectCreated:Put', 'a.csv', 7), record('ObjectCreated:Copy', 'b.csv', 0));
    expect(parseFileMessage(message, 'landing')).toEqual([
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
    expect(parseFileMessage(JSON.stringify(message), 'landing')).toEqual([]);
  });

  test('may be our own, with the dataset that a source does not belong to any more', () => {
    const message = { source: 'a+b%20.csv', dataset: 'sales' };
    expect(parseFileMessage(JSON.stringify(message), 'landing')).toEqual([message]);
  });

  test.each([
    ['', 'the message is no JSON'],
    ['{"Records": [{"eventSource": "aws:sns"}]}', 'neither a notification of S3 nor a message of Sluice'],
    ['{"hello": "world"}', 'neither a notification of S3 nor a message of Sluice'],
    [JSON.stringify({ source: '' }), 'neither a notification of S3 nor a message of Sluice'],
    [body(record('ObjectCreated:Put', '%FF.csv')), 'is not percent-encoded UTF-8'],
    [
      JSON.stringify({ Records: [{ ...record('ObjectCreated:Put', 'a.csv'), eventTime: 'yesterday' }] }),
      'eventTime',
    ],
  ])('that says %j is refused: %s', (message, problem) => {
    expect(() => parseFileMessage(message, 'landing')).toThrow(problem);
  });

  test('about another bucket is refused', () => {
    expect(() => parseFileMessage(body(record('ObjectCreated:Put', 'a.csv')), 'other')).toThrow(
      'about the bucket landing, and landing is other',
    );
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
