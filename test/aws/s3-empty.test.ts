// A bucket is emptied in all its versions, whatever its keys are called, so that it can be deleted.
import { randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  HeadBucketCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { emptyBucket } from '../../lib/adapters/s3-empty.ts';
import { emulator, s3 } from './emulated.ts';

it(`versions and delete markers go, and then the bucket can, on ${emulator.brand}`, async () => {
  const Bucket = `sluice-test-${randomUUID()}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  const put = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  for (const key of ['a.csv', 'day=2024-01-01/a b+é%.csv', 'bell\u0007.csv']) await put(key, 'one');
  await put('a.csv', 'two');
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a.csv' }));
  await expect(s3.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({
    name: 'BucketNotEmpty',
  });

  expect(await emptyBucket(s3, Bucket)).toBe(5);
  expect(await emptyBucket(s3, Bucket)).toBe(0);
  await s3.send(new DeleteBucketCommand({ Bucket }));
  await expect(s3.send(new HeadBucketCommand({ Bucket }))).rejects.toThrow();
  await expect(emptyBucket(s3, Bucket)).rejects.toThrow(Bucket);
});
