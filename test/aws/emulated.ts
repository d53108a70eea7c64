// What the suites on emulators share: clients, and buckets and queues that are gone after the test.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, DeleteBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { inject, onTestFinished } from 'vitest';
import { s3Client, sqsClient } from '../../lib/adapters/aws-clients.ts';
import { listObjects, removeObjects } from '../../lib/adapters/s3-listing.ts';
import { emulatorEnvironment } from '../../localstack/emulators.ts';

export const emulator = inject('emulator');
const environment = emulatorEnvironment(emulator.endpoint);
// The SDK takes credentials from the process alone; a profile would come before them.
Object.assign(process.env, environment);
delete process.env.AWS_PROFILE;

export const s3: S3Client = s3Client(environment);
export const sqs: SQSClient = sqsClient(environment);

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

/** An empty folder on disk, removed when the test ends. */
export async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-test-aws-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
