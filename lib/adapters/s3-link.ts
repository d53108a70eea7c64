// A link to one object in S3 that works without credentials until it expires.
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { awsError } from './aws-error.ts';
import { type S3Location, showLocation } from './s3-location.ts';

export type SignedLink = {
  readonly url: string;
  /** When the credentials that signed it end, and the link with them; undefined if they do not. */
  readonly credentialsEnd: Date | undefined;
};

/** `key`: below the location's prefix. The object is shown as a page, not offered for download. Throws CliError where nothing signs. */
export async function signedLink(
  client: S3Client,
  { bucket, prefix }: S3Location,
  key: string,
  expiresIn: number,
): Promise<SignedLink> {
  const Key = prefix === '' ? key : `${prefix}/${key}`;
  try {
    const { expiration } = await client.config.credentials();
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key,
      ResponseContentType: 'text/html; charset=utf-8',
      ResponseContentDisposition: 'inline',
    });
    return { url: await getSignedUrl(client, command, { expiresIn }), credentialsEnd: expiration };
  } catch (error) {
    throw awsError(error, 'read', `${showLocation({ bucket, prefix })}/${key}`);
  }
}
