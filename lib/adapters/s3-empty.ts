// Deletes everything in a bucket, in all its versions, so that the bucket itself can be deleted.
import { DeleteObjectCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import { inParallel } from '../in-parallel.ts';
import { awsError } from './aws-error.ts';
import { listedKey } from './s3-listing.ts';

/**
 * Resolves when a listing finds nothing any more, with the number of removed versions and delete markers. One by one: keys
 * that XML cannot express can be named in a URL, and deletions are free.
 */
export async function emptyBucket(client: S3Client, bucket: string): Promise<number> {
  try {
    for (let removed = 0; ; ) {
      const page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, EncodingType: 'url' }));
      const found = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
      if (found.length === 0) return removed;
      await inParallel(found, async ({ Key: key = '', VersionId }) => {
        const Key = page.EncodingType === 'url' ? listedKey(key) : key;
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }));
      });
      removed += found.length;
    }
  } catch (error) {
    throw awsError(error, 'remove objects from', `s3://${bucket}`);
  }
}
