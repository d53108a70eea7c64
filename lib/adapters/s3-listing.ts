// Lists and deletes many objects at once: pages, batches, and the encoding of keys in XML.
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  type DeleteObjectsCommandOutput,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { ObjectVersion } from '../ports.ts';
import { backoff } from './backoff.ts';
import { decodeFormKey } from './form-key.ts';
import { type From, listInParts, type Page } from './listing-parts.ts';
import { objectVersion } from './s3-version.ts';

/** The size of a listing's page and of a batch of deletions. */
export const KEYS_PER_REQUEST = 1000;
const MAX_ATTEMPTS = 6;

/** In the order of the keys' UTF-8 bytes, like general purpose buckets. Keys are full keys. Long listings take several requests at once. */
export function listObjects(
  client: S3Client,
  bucket: string,
  prefix: string,
  after?: string,
): AsyncIterable<ObjectVersion> {
  const asked = { client, Bucket: bucket, Prefix: prefix };
  const page = (from: From, signal: AbortSignal) => objectsFrom(asked, from, signal);
  // Who begins behind a key mostly has enough soon: the pages come one after the other.
  if (after) return listInParts({ prefix, from: { StartAfter: after }, page });
  return listInParts({
    ...{ prefix, from: {}, page },
    folders: (folder, behind, signal) => foldersFrom({ ...asked, Prefix: folder }, behind, signal),
  });
}

type Asked = { readonly client: S3Client; readonly Bucket: string; readonly Prefix: string };

async function objectsFrom(asked: Asked, from: From, signal: AbortSignal): Promise<Page> {
  const answer = await ask(asked, from, signal);
  const contents = answer.Contents ?? [];
  const objects = contents.map((it) => objectVersion(keyOf(answer, it.Key), it, it.Size));
  return { objects, next: nextOf(answer) };
}

async function* foldersFrom(
  asked: Asked,
  after: string,
  signal: AbortSignal,
): AsyncIterable<readonly string[]> {
  let from: From | undefined = { StartAfter: after };
  while (from !== undefined) {
    const answer: ListObjectsV2CommandOutput = await ask(asked, { ...from, Delimiter: '/' }, signal);
    const folders = (answer.CommonPrefixes ?? []).map(({ Prefix }) => keyOf(answer, Prefix));
    yield folders;
    // Behind a page of objects alone are mostly more of them.
    from = folders.length === 0 ? undefined : nextOf(answer);
  }
}

function ask({ client, ...place }: Asked, input: From & { Delimiter?: string }, abortSignal: AbortSignal) {
  // XML cannot represent every character of a key; percent-encoding can.
  const command = new ListObjectsV2Command({ ...place, EncodingType: 'url', ...input });
  return client.send(command, { abortSignal });
}

function nextOf({ IsTruncated, NextContinuationToken }: ListObjectsV2CommandOutput): From | undefined {
  return IsTruncated && NextContinuationToken !== undefined
    ? { ContinuationToken: NextContinuationToken }
    : undefined;
}

function keyOf({ EncodingType }: ListObjectsV2CommandOutput, encoded = ''): string {
  return EncodingType === 'url' ? listedKey(encoded) : encoded;
}

/** Decodes a key of a listing with EncodingType=url. */
export function listedKey(encoded: string): string {
  const key = decodeFormKey(encoded);
  if (key === undefined)
    throw new Error(`S3 listed the key ${JSON.stringify(encoded)}, which is not percent-encoded UTF-8`);
  return key;
}

/** Throws if any key could not be removed. */
export async function removeObjects(
  client: S3Client,
  bucket: string,
  keys: readonly string[],
): Promise<void> {
  const [plain, hard] = [keys.filter(isXml), keys.filter((key) => !isXml(key))];
  for (let first = 0; first < plain.length; first += KEYS_PER_REQUEST)
    await removeBatch(client, bucket, plain.slice(first, first + KEYS_PER_REQUEST));
  for (const key of hard) await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
}

/** Keys with other characters cannot be in the body of DeleteObjects: https://www.w3.org/TR/xml/#charsets. */
function isXml(key: string): boolean {
  return /^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u.test(key);
}

async function removeBatch(client: S3Client, bucket: string, keys: readonly string[]): Promise<void> {
  let waiting = keys;
  for (let attempt = 1; ; attempt += 1) {
    const answer = await client.send(
      new DeleteObjectsCommand({
        Bucket: bucket,
        Delete: { Quiet: true, Objects: waiting.map((Key) => ({ Key })) },
      }),
    );
    const failed = answer.Errors ?? [];
    const lasting =
      failed.find(({ Code }) => !isPassing(Code)) ?? (attempt === MAX_ATTEMPTS ? failed[0] : undefined);
    if (lasting) throw keyError(lasting, failed.length);
    if (failed.length === 0) return;
    waiting = failed.flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
    await backoff(attempt);
  }
}

// The SDK only retries whole requests; these errors are per key in an answer with status 200.
function isPassing(code: string | undefined): boolean {
  return code === 'InternalError' || code === 'SlowDown' || code === 'ServiceUnavailable';
}

type KeyFailure = NonNullable<DeleteObjectsCommandOutput['Errors']>[number];

/** Uses S3's error name, so that it is translated like an error of a whole request. */
function keyError({ Key, Code, Message }: KeyFailure, count: number): Error {
  const others = count > 1 ? ` and ${count - 1} more` : '';
  const error = new Error(
    `${JSON.stringify(Key)}${others} could not be removed: ${Code} ${Message ?? ''}`.trim(),
  );
  error.name = Code ?? 'Error';
  return error;
}
