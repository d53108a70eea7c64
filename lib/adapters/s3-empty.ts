// Taking everything out of a bucket, in all its versions, so that the bucket itself can go.
import { DeleteObjectCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import { awsError } from './aws-error.ts';
import { decodeKey } from './s3-listing.ts';

/** One by one: what stands in no XML can be named in a URL, and removals cost nothing. */
const AT_ONCE = 16;

/** Returns when a listing finds nothing any more: how many versions and delete markers were removed. */
export async function emptyBucket(client: S3Client, bucket: string): Promise<number> {
  try {
    for (let removed = 0; ; ) {
      const page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, EncodingType: 'url' }));
      const found = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
      if (found.length === 0) return removed;
      const waiting = found.values();
      const worker = async () => {
        for (const { Key = '', VersionId } of waiting)
          await client.send(
            new DeleteObjectCommand({
              Bucket: bucket,
              Key: page.EncodingType === 'url' ? decodeKey(Key) : Key,
              VersionId,
            }),
          );
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      removed += found.length;
    }
  } catch (error) {
    throw awsError(error, 'remove objects from', `s3://${bucket}`);
  }
}
