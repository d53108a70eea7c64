// AWS's errors, as a person reads them; and the small translations that need no AWS at all.
import { describe, expect, it } from 'vitest';
import { s3Client, sqsClient } from '../../lib/adapters/aws-clients.ts';
import { isS3Location, parseLocation } from '../../lib/adapters/s3-location.ts';
import { s3Store } from '../../lib/adapters/s3-store.ts';
import { etagOfFileName, fileNameOfEtag } from '../../lib/adapters/s3-version.ts';
import { CliError } from '../../lib/errors.ts';
import { isDataFile } from '../../lib/lake/layout.ts';
import { keysBelow } from '../support/store-copy.ts';
import { type Answer, s3Fault, scriptedEndpoint, scriptedS3 } from './scripted-endpoint.ts';

const SCRATCH = '/nowhere';

async function errorOf(answer: Answer, ask: 'head' | 'read' = 'read'): Promise<Error> {
  const { url } = await scriptedEndpoint(() => answer);
  const store = s3Store({ client: scriptedS3(url), bucket: 'b', scratch: SCRATCH });
  return store[ask]('k.csv').then(
    () => new Error('nothing was thrown'),
    (error: Error) => error,
  );
}

describe('errors of S3', () => {
  it.each([
    [s3Fault(403, 'AccessDenied'), 'AccessDenied): these credentials are not allowed to do that'],
    [s3Fault(404, 'NoSuchBucket'), 'NoSuchBucket): there is no such bucket'],
    [s3Fault(400, 'ExpiredToken'), 'ExpiredToken): the credentials have expired'],
    [s3Fault(403, 'InvalidAccessKeyId'), 'InvalidAccessKeyId): AWS does not recognize these credentials'],
    [s3Fault(403, 'RequestTimeTooSkewed'), "RequestTimeTooSkewed): this machine's clock is wrong"],
    [s3Fault(503, 'SlowDown'), 'SlowDown): AWS throttled these requests'],
    [s3Fault(500, 'InternalError'), 'InternalError): AWS reported an internal error'],
    [s3Fault(403, 'InvalidObjectState'), 'InvalidObjectState): the object is archived'],
    [
      s3Fault(400, 'AuthorizationHeaderMalformed', "the region 'us-east-1' is wrong; expecting 'eu-west-1'"),
      'AuthorizationHeaderMalformed): it is in another region: set AWS_REGION=eu-west-1.',
    ],
    [
      { ...s3Fault(301, 'PermanentRedirect'), headers: { 'x-amz-bucket-region': 'eu-central-1' } },
      'PermanentRedirect): it is in another region: set AWS_REGION=eu-central-1.',
    ],
  ])('%j', async (answer, sentence) => {
    const error = await errorOf(answer);
    expect(error).toBeInstanceOf(CliError);
    expect(error.message).toContain(`cannot read s3://b/k.csv (${sentence}`);
  });

  it.each([
    [{ status: 403 }, '(HTTP 403): these credentials are not allowed to do that'],
    [{ status: 400 }, '(HTTP 400): AWS refused the request without a reason'],
    [{ status: 503 }, '(HTTP 503): AWS throttled these requests'],
    [
      { status: 301, headers: { 'x-amz-bucket-region': 'eu-west-1' } },
      '(HTTP 301): it is in another region: set AWS_REGION=eu-west-1.',
    ],
  ])('to HEAD, whose answers have no body: %j', async (answer, sentence) => {
    expect((await errorOf(answer, 'head')).message).toContain(sentence);
  });

  it('passes on what nobody can mend', async () => {
    const error = await errorOf(s3Fault(400, 'InvalidArgument', 'odd'));
    expect(error).not.toBeInstanceOf(CliError);
    expect(error.message).toBe('odd');
  });

  it('an endpoint that nobody listens on', async () => {
    const store = s3Store({ client: scriptedS3('http://127.0.0.1:1'), bucket: 'b', scratch: SCRATCH });
    await expect(store.head('k')).rejects.toThrow(
      'cannot read s3://b/k (ECONNREFUSED): nothing answers at this address',
    );
    await expect(keysBelow(store, 'a')).rejects.toThrow('cannot list s3://b/a (ECONNREFUSED)');
  });
});

describe('places', () => {
  it('are read', () => {
    expect(parseLocation('s3://my-bucket')).toEqual({ bucket: 'my-bucket', prefix: '' });
    expect(parseLocation('s3://my-bucket/')).toEqual({ bucket: 'my-bucket', prefix: '' });
    expect(parseLocation('S3://my.bucket/a b/c+d/')).toEqual({ bucket: 'my.bucket', prefix: 'a b/c+d' });
    expect(['s3://b', 'S3://b', './s3', '/tmp/s3://b'].map(isS3Location)).toEqual([true, true, false, false]);
  });

  it.each([
    's3://',
    's3:///a',
    's3://My-Bucket',
    's3://ab',
    's3://bucket//a',
    's3://bucket/a//',
    'bucket',
    'http://bucket',
  ])('are refused: %s', (text) => expect(() => parseLocation(text)).toThrow('is not an S3 location'));
});

it('ETags lose their quotes and get them back', () => {
  const etags = [
    '"9bb58f26192e4ba00f01e2e7b136bbd8"',
    '"9bb58f26192e4ba00f01e2e7b136bbd8-12"',
    'W/"a_b/c.d"',
    '"a=="',
    '""',
  ];
  expect(etags.slice(0, 2).map(fileNameOfEtag)).toEqual(etags.slice(0, 2).map((etag) => etag.slice(1, -1)));
  for (const etag of etags) {
    expect(fileNameOfEtag(etag)).toMatch(/^[\w-]*$/);
    expect(etagOfFileName(fileNameOfEtag(etag))).toBe(etag);
  }
});

it('data files are known by their keys', () => {
  const data = ['tables/a/x.parquet', 'insights/a/m=1/x.parquet', 'arrivals/a/x.parquet'];
  const others = [
    'quarantine/a/x.parquet',
    'tables/a/_delta_log/1.checkpoint.parquet',
    'files/a.json',
    'x.parquet',
  ];
  expect([...data, ...others].filter(isDataFile)).toEqual(data);
});

it('clients come from the environment', async () => {
  const emulated = s3Client({ AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' });
  expect(await emulated.config.region()).toBe('us-east-1');
  expect(emulated.config.forcePathStyle).toBe(true);
  expect((await emulated.config.endpoint?.())?.port).toBe(4566);
  const real = s3Client({ AWS_DEFAULT_REGION: 'eu-central-1', AWS_ENDPOINT_URL: '' });
  expect(await real.config.region()).toBe('eu-central-1');
  expect(real.config.forcePathStyle).toBe(false);
  expect(await sqsClient({ AWS_REGION: 'eu-west-1' }).config.maxAttempts()).toBe(6);
});
