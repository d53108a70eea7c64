// A stage's buckets outlive its stack: on AWS itself a suite asks first that nobody has them, and takes its own away afterwards.
import { setTimeout as after } from 'node:timers/promises';
import {
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  ListBucketsCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import { emptyBucket } from '../../lib/adapters/s3-empty.ts';
import { s3 } from './target.ts';

/** Throws where the stage has, or had, a landing bucket. */
export async function requireNewStage(stage: string): Promise<void> {
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({ Prefix: `sluice-${stage}-landing-` }));
  const [found] = Buckets;
  if (found === undefined) return;
  throw new Error(
    `The stage ${stage} is taken: there is a bucket ${found.Name}. The suite fills, breaks and removes its stage; choose a new name, or remove that stage and its buckets first.`,
  );
}

/** With all versions of all that is in it. A lake's policy protects its log entries, so it goes first. */
export async function removeBucket(bucket: string): Promise<void> {
  await s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
  await untilAllowed(() => emptyBucket(s3, bucket));
  await s3.send(new DeleteBucketCommand({ Bucket: bucket }));
}

/** Runs `work` while nothing protects the log entries of the lake in that bucket. */
export async function unprotected(bucket: string, work: () => Promise<void>): Promise<void> {
  const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket: bucket }));
  await s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
  try {
    await work();
  } finally {
    await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
  }
}

const PATIENCE_MS = 60_000;

/** Tries again as long as S3 goes by a policy that is gone. */
export async function untilAllowed<T>(work: () => Promise<T>): Promise<T> {
  const giveUp = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!/AccessDenied|Access Denied|HTTP 403/.test(String(error)) || Date.now() > giveUp) throw error;
      await after(1000);
    }
  }
}
