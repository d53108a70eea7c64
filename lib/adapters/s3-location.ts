// A place in S3 as people write it, `s3://bucket/prefix`, and as the store needs it.
import { CliError } from '../errors.ts';

/** `prefix` has no `/` at its ends; empty for the whole bucket. */
export type S3Location = { readonly bucket: string; readonly prefix: string };

const SCHEME = /^s3:\/\//i;

export function isS3Location(text: string): boolean {
  return SCHEME.test(text);
}

/** Throws CliError on anything but `s3://bucket` and `s3://bucket/prefix`. */
export function parseLocation(text: string): S3Location {
  const wrong = (problem: string) =>
    new CliError(
      `${JSON.stringify(text)} is no place in S3: ${problem}. Write s3://bucket or s3://bucket/prefix.`,
    );
  if (!isS3Location(text)) throw wrong('it does not begin with s3://');
  const [bucket = '', ...segments] = text.replace(SCHEME, '').split('/');
  if (bucket === '') throw wrong("the bucket's name is missing");
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    throw wrong(
      `${JSON.stringify(bucket)} is no bucket's name (3 to 63 lower-case letters, digits, dots and hyphens)`,
    );
  const prefix = segments.join('/').replace(/\/$/, '');
  if (prefix.startsWith('/') || prefix.endsWith('/') || prefix.includes('//'))
    throw wrong("two '/' stand together");
  return { bucket, prefix };
}

/** `s3://bucket/prefix`, without a slash at the end. */
export function showLocation({ bucket, prefix }: S3Location): string {
  return prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
}
