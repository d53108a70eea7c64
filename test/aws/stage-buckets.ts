// A stage's buckets outlive its stack: on AWS itself a suite asks first that nobody has them, and takes its own away afterwards.
import { DeleteBucketCommand, ListBucketsCommand } from '@aws-sdk/client-s3';
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

/** With all versions of all that is in it. */
export async function removeBucket(bucket: string): Promise<void> {
  await emptyBucket(s3, bucket);
  await s3.send(new DeleteBucketCommand({ Bucket: bucket }));
}
