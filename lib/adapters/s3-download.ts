// Downloads one version of an object to a local file: parallel range GETs, all with If-Match, so that versions never mix.
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import { TryAgainError } from '../errors.ts';
import type { ByteRange } from '../ports.ts';
import { isAbsent, statusOf } from './aws-error.ts';
import { backoff } from './backoff.ts';
import { fileError } from './file-error.ts';
import { fileNameOfEtag } from './s3-version.ts';

export type ObjectSource = {
  readonly client: S3Client;
  readonly bucket: string;
  readonly key: string;
  /** The ETag that every byte must come from; undefined: that of the first answer. */
  readonly etag: string | undefined;
  readonly partBytes: number;
  readonly partsAtOnce: number;
};

/** `changed`: it has another version than the requested one. */
export type Downloaded = { readonly etag: string; readonly sizeBytes: number } | 'absent' | 'changed';

/** Attempts for a range whose body breaks off; the SDK only retries failures before the body. */
const MAX_ATTEMPTS = 5;

/** Leaves an incomplete file at `path` unless the whole object is in it. */
export async function downloadObject(source: ObjectSource, path: string): Promise<Downloaded> {
  const file = await opened(path);
  try {
    const first = await fetchFirst(source, file);
    const { partBytes } = source;
    await fetchRange({ ...source, etag: first.etag }, file, { from: partBytes, to: first.sizeBytes }, 0);
    return first;
  } catch (error) {
    return withoutVersion(error);
  } finally {
    await file.close();
  }
}

/** The bytes of ranges of the object's version, one after the other. */
export async function downloadRanges(
  source: ObjectSource & { readonly etag: string },
  ranges: readonly ByteRange[],
  path: string,
): Promise<'whole' | 'absent' | 'changed'> {
  const file = await opened(path);
  try {
    let written = 0;
    for (const range of ranges) {
      await fetchRange(source, file, range, range.from - written);
      written += range.to - range.from;
    }
    return 'whole';
  } catch (error) {
    // The range begins at the object's end, or behind it.
    return statusOf(error) === 416 ? 'whole' : withoutVersion(error);
  } finally {
    await file.close();
  }
}

/** The same of one range, in chunks as they come: a body that breaks off is gone on with. Throws TryAgainError without the version. */
export async function* objectBytes(
  source: ObjectSource & { readonly etag: string },
  { from, to }: ByteRange,
): AsyncGenerator<Uint8Array> {
  let position = from;
  for (let attempt = 1; position < to; attempt += 1) {
    const start = position;
    try {
      for await (const chunk of bodyOf(await getRange({ ...source, partBytes: to - start }, start))) {
        yield chunk;
        position += chunk.byteLength;
      }
      return;
    } catch (error) {
      // The range begins at the object's end, or behind it.
      if (statusOf(error) === 416) return;
      if (!(error instanceof BrokenBody) || attempt === MAX_ATTEMPTS)
        throw new TryAgainError(
          `${source.key} ${withoutVersion(error) === 'absent' ? 'is gone' : 'has changed'}`,
        );
      await backoff(attempt);
    }
    if (position - start >= source.partBytes) attempt = 0;
  }
}

function withoutVersion(error: unknown): 'absent' | 'changed' {
  if (isAbsent(error)) return 'absent';
  if (statusOf(error) === 412 || error instanceof OtherVersion) return 'changed';
  throw error;
}

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'w');
  } catch (error) {
    throw fileError(error, 'write', path);
  }
}

/** The first range, which reveals the object's length; the whole object if it is not longer. */
async function fetchFirst(
  source: ObjectSource,
  file: FileHandle,
): Promise<{ etag: string; sizeBytes: number }> {
  let etag = source.etag;
  let sizeBytes = 0;
  await attempting(async () => {
    const answer = await getFirst({ ...source, etag });
    etag = answer.ETag ?? '';
    sizeBytes = Number(/\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1] ?? answer.ContentLength ?? 0);
    await copyBody(answer, file, 0);
  });
  return { etag: etag ?? '', sizeBytes };
}

async function getFirst(source: ObjectSource): Promise<GetObjectCommandOutput> {
  try {
    return await getRange(source, 0);
  } catch (error) {
    // An empty object has no valid range.
    if (statusOf(error) !== 416) throw error;
    return getRange(source, undefined);
  }
}

/** On the first failure the other ranges are cancelled, and none is still writing when this returns. */
async function fetchRange(
  source: ObjectSource,
  file: FileHandle,
  { from, to }: ByteRange,
  /** Bytes of the object before those of the file; of a range that follows another one, without what precedes it there. */
  before: number,
): Promise<void> {
  const stop = new AbortController();
  let next = from;
  const worker = async () => {
    while (next < to && !stop.signal.aborted) {
      const start = next;
      const partBytes = Math.min(source.partBytes, to - start);
      next += partBytes;
      await attempting(
        async () =>
          copyBody(await getRange({ ...source, partBytes }, start, stop.signal), file, start - before),
        stop.signal,
      );
    }
  };
  const workers = Array.from({ length: source.partsAtOnce }, () =>
    worker().catch((error: unknown) => {
      if (!stop.signal.aborted) stop.abort(error);
    }),
  );
  await Promise.allSettled(workers);
  stop.signal.throwIfAborted();
}

/** The answer's version is compared too: LocalStack checks If-Match before it opens the object that it sends. */
async function getRange(
  source: ObjectSource,
  start: number | undefined,
  signal?: AbortSignal,
): Promise<GetObjectCommandOutput> {
  const { client, bucket, key, etag, partBytes } = source;
  const command = new GetObjectCommand({
    Bucket: bucket,
    Key: key,
    ...(start === undefined ? {} : { Range: `bytes=${start}-${start + partBytes - 1}` }),
    ...(etag === undefined ? {} : { IfMatch: etag }),
  });
  const answer = await client.send(command, signal ? { abortSignal: signal } : {});
  if (etag === undefined || fileNameOfEtag(answer.ETag ?? '') === fileNameOfEtag(etag)) return answer;
  (answer.Body as Readable | undefined)?.destroy();
  throw new OtherVersion(`${key} is ${answer.ETag} but ${etag} was requested`);
}

class OtherVersion extends Error {
  override readonly name = 'OtherVersion';
}

/** A body that broke off: requesting the range again may succeed. */
class BrokenBody extends Error {
  override readonly name = 'BrokenBody';
}

async function copyBody(answer: GetObjectCommandOutput, file: FileHandle, start: number): Promise<void> {
  let position = start;
  for await (const chunk of bodyOf(answer)) {
    await file.write(chunk, 0, chunk.byteLength, position).catch((error: unknown) => {
      throw fileError(error, 'write', 'the temporary file of a download');
    });
    position += chunk.byteLength;
  }
}

/** Throws BrokenBody where it ends before its announced end. */
async function* bodyOf({ Body, ContentLength }: GetObjectCommandOutput): AsyncGenerator<Uint8Array> {
  const chunks = (Body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  let bytes = 0;
  try {
    for (;;) {
      const next = await chunks.next().catch((error: unknown) => {
        throw new BrokenBody('the connection was cut in the middle of an object', { cause: error });
      });
      if (next.done) break;
      bytes += next.value.byteLength;
      yield next.value;
    }
  } finally {
    await chunks.return?.();
  }
  if (ContentLength !== undefined && bytes !== ContentLength)
    throw new BrokenBody(`${bytes} bytes were received, but ${ContentLength} were announced`);
}

/** Retries `work` after a broken body, a bounded number of times. */
async function attempting<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof BrokenBody) || attempt === MAX_ATTEMPTS || signal?.aborted) throw error;
    }
    await backoff(attempt);
  }
}

/** The current bytes of a small object; undefined if it is absent. */
export async function readObject(
  client: S3Client,
  bucket: string,
  key: string,
): Promise<Uint8Array | undefined> {
  try {
    return await attempting(async () => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      try {
        return (await Body?.transformToByteArray()) ?? new Uint8Array();
      } catch (error) {
        throw new BrokenBody('the connection was cut in the middle of an object', { cause: error });
      }
    });
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
