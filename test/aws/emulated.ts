// What the suites on emulators share: clients, and buckets and folders that are gone after the test.
import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, DeleteBucketCommand } from '@aws-sdk/client-s3';
import { onTestFinished } from 'vitest';
import { listObjects, removeObjects } from '../../lib/adapters/s3-listing.ts';
import { s3, sqs, target } from './target.ts';

export { s3, sqs };

if (target.endpoint === undefined) throw new Error('this suite runs on emulators alone');
export const emulator = { brand: target.brand, endpoint: target.endpoint };

/** An empty bucket, removed with all that is in it when the test ends. */
export async function freshBucket(): Promise<string> {
  const bucket = `sluice-test-${randomUUID()}`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  onTestFinished(async () => {
    const keys: string[] = [];
    for await (const { key } of listObjects(s3, bucket, '')) keys.push(key);
    await removeObjects(s3, bucket, keys);
    await s3.send(new DeleteBucketCommand({ Bucket: bucket }));
  });
  return bucket;
}
