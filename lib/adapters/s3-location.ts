// A location in S3 as typed by people, `s3://bucket/prefix`, and as used by the store.
import { CliError } from '../errors.ts';

/** `prefix` has no leading or trailing `/`; empty for the whole bucket. */
export type S3Location = { readonly bucket: string; readonly prefix: string };

const SCHEME = /^s3:\/\//i;

/** Also for `s3:/bucket` and the like, so that a slip of the pen does not become a folder: parseLocation refuses it. */
export function isS3Location(text: string): boolean {
  return /^s3:/i.test(text);
}

/** Throws CliError on anything but `s3://bucket` and `s3://bucket/prefix`. */
export function parseLocation(text: string): S3Location {
  const wrong = (problem: string) =>
    new CliError(
      `${JSON.stringify(text)} is not an S3 location: ${problem}. Write s3://bucket or s3://bucket/prefix.`,
    );
  if (!SCHEME.test(text))
    throw wrong('it does not start with s3:// (a folder of that name is written ./s3:…)');
  const [bucket = '', ...segments] = text.replace(SCHEME, '').split('/');
  if (bucket === '') throw wrong('the bucket name is missing');
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    throw wrong(
      `${JSON.stringify(bucket)} is not a bucket name (3 to 63 lower-case letters, digits, dots and hyphens)`,
    );
  const prefix = segments.join('/').replace(/\/$/, '');
  if (prefix.startsWith('/') || prefix.endsWith('/') || prefix.includes('//'))
    throw wrong("it has a doubled '/'");
  return { bucket, prefix };
}

/** `s3://bucket/prefix`, without a trailing slash. */
export function showLocation({ bucket, prefix }: S3Location): string {
  return prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
}
