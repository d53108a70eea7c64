// A link to the page: signed for one object, shown as a page, ending when it was to end or with its credentials.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { memoryStore } from '../../lib/adapters/memory-store.ts';
import { linkTo } from '../../lib/local/page-link.ts';
import { lake, useFunctionBatches } from '../support/function-batches.ts';
import { useTemp } from '../support/temp.ts';

useFunctionBatches();
const temp = useTemp();

const ENVIRONMENT: Readonly<Record<string, string>> = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
};
const UNSET = ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3', 'AWS_SESSION_TOKEN', 'AWS_CREDENTIAL_EXPIRATION'];
const before = { ...process.env };
beforeAll(() => {
  for (const name of UNSET) delete process.env[name];
  Object.assign(process.env, ENVIRONMENT);
});
afterAll(() => {
  for (const name of [...Object.keys(ENVIRONMENT), ...UNSET])
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
});

const inBucket = () => ({
  ...lake.effects,
  lake: memoryStore({ clock: lake.effects.clock, scratch: temp, location: 's3://my-lake/here' }),
  newId: () => 'random',
});

test('is for that long, for one object, and no secret is in it', async () => {
  const effects = inBucket();
  const { url, key, endsEarly, ends } = await linkTo(effects, Buffer.from('<html>'), 3600);
  const link = new URL(url);
  expect(link.origin + link.pathname).toBe(`https://my-lake.s3.eu-central-1.amazonaws.com/here/${key}`);
  expect(Object.fromEntries(link.searchParams)).toMatchObject({
    'X-Amz-Expires': '3600',
    'X-Amz-SignedHeaders': 'host',
    'response-content-type': 'text/html; charset=utf-8',
    'response-content-disposition': 'inline',
  });
  expect(url).not.toContain('secret');
  expect(key).toMatch(/^site\/links\/\d{8}T\d{6}Z-random\.html$/);
  expect(Buffer.from((await effects.lake.read(key)) ?? []).toString()).toBe('<html>');
  expect([endsEarly, ends.getTime() - effects.clock().getTime()]).toEqual([false, 3600_000]);
});

test('says that it ends with the credentials where these end first', async () => {
  const effects = inBucket();
  const end = new Date(effects.clock().getTime() + 60_000);
  process.env.AWS_SESSION_TOKEN = 'token';
  process.env.AWS_CREDENTIAL_EXPIRATION = end.toISOString();
  try {
    expect(await linkTo(effects, Buffer.from('x'), 3600)).toMatchObject({ endsEarly: true, ends: end });
  } finally {
    delete process.env.AWS_SESSION_TOKEN;
    delete process.env.AWS_CREDENTIAL_EXPIRATION;
  }
});
