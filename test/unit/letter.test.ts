// What a dead letter of a queue says by itself: what it is about, and the true reason where the message shows it.
import { expect, it } from 'vitest';
import { letterOfQueue } from '../../lib/cli/dead-letter.ts';

const LOG = 'see the log of the function ingest: message.failed, messageId m (or a time-out)';
const record = (key: string, bucket = 'landing') => ({ s3: { bucket: { name: bucket }, object: { key } } });
const letter = (content: object | string, bucket?: string) => {
  const body = typeof content === 'string' ? content : JSON.stringify(content);
  return letterOfQueue(
    'files',
    'url',
    { messageId: 'm', body, receives: 6, firstReceivedMs: 0 },
    bucket === undefined ? undefined : { bucket, prefix: '' },
  );
};

it.each([
  [{ Records: [record('in/a+b%2B%C3%A9.csv')] }, ['in/a b+é.csv'], false, LOG],
  [{ Records: [record('a.csv', 'other')] }, ['a.csv'], true, 'it is about the bucket other, but landing is'],
  [
    { Records: [record('in/%FF.csv')] },
    ['in/%FF.csv'],
    true,
    'the key "in/%FF.csv" does not decode to UTF-8',
  ],
  [
    { Records: [record('a.csv'), record('%C3')] },
    ['a.csv', '%C3'],
    true,
    'the key "%C3" does not decode to UTF-8',
  ],
  [{ source: 'a.csv', isSuspect: true }, ['a.csv'], false, LOG],
  [{ Records: [{ s3: {} }] }, [], true, 'not an S3 notification and not a Sluice message: "{'],
  ['null', [], true, 'not an S3 notification and not a Sluice message: "null"'],
  ['{', [], true, 'not an S3 notification and not a Sluice message: "{"'],
])('%j', (content, about, isRefused, reason) => {
  expect(letter(content, 'landing')).toMatchObject({
    about,
    isRefused,
    reason: expect.stringContaining(reason),
  });
});

it('of another bucket, where landing is not known, is a matter for the log', () => {
  expect(letter({ Records: [record('a.csv', 'other')] })).toMatchObject({ isRefused: false, reason: LOG });
});
