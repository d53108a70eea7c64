// An ObjectStore in S3. A write is one request, or one that completes a multipart upload; creation is If-None-Match: *.
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { webFile } from '../core/web-file.ts';
import { TryAgainError } from '../errors.ts';
import type { ByteRange, LocalFile, ObjectStore, ObjectVersion, ScratchFolder } from '../ports.ts';
import { awsError, isAbsent, statusOf } from './aws-error.ts';
import { backoff } from './backoff.ts';
import { type CachedFile, FileCache } from './file-cache.ts';
import { fileError } from './file-error.ts';
import { downloadObject, downloadRanges, objectBytes, readObject } from './s3-download.ts';
import { KEYS_PER_REQUEST, listObjects, removeObjects } from './s3-listing.ts';
import { showLocation } from './s3-location.ts';
import { etagOfFileName, fileNameOfEtag, objectVersion } from './s3-version.ts';

export type S3StoreOptions = {
  readonly client: S3Client;
  readonly bucket: string;
  /** Keys are relative to it; without leading or trailing `/`. Default: the whole bucket. */
  readonly prefix?: string;
  /** For downloads until they are released, and for the cache; created when first needed. */
  readonly scratch: ScratchFolder;
  /** Longer objects are sent in several requests. Default 8 MiB; for uploads at least S3's 5 MiB. */
  readonly partBytes?: number;
  /** Parallel requests per object. Default 4; an upload keeps that many parts in memory. */
  readonly partsAtOnce?: number;
  /** Keeps local copies of up to `maxBytes` of `immutable` keys. Default: none. */
  readonly cache?: { readonly maxBytes: number; readonly immutable: (key: string) => boolean };
};

const MIB = 1024 * 1024;
const MIN_UPLOAD_PART_BYTES = 5 * MIB;
const MAX_UPLOAD_PARTS = 10_000;
const MAX_ATTEMPTS = 10;

/** Accepts every key that S3 accepts. Throws CliError, with the next step, for problems that a person can fix. */
export function s3Store(options: S3StoreOptions): ObjectStore {
  return new S3Objects(options);
}

class S3Objects implements ObjectStore {
  readonly location: string;
  readonly keysPerRequest = KEYS_PER_REQUEST;
  private readonly client: S3Client;
  private readonly bucket: string;
  private readonly below: string;
  private readonly scratch: ScratchFolder;
  private readonly partBytes: number;
  private readonly partsAtOnce: number;
  private readonly cache: FileCache;
  private readonly isCached: (key: string) => boolean;

  constructor({ client, bucket, prefix = '', scratch, partBytes, partsAtOnce, cache }: S3StoreOptions) {
    this.location = showLocation({ bucket, prefix });
    this.client = client;
    this.bucket = bucket;
    this.below = prefix === '' ? '' : `${prefix}/`;
    this.scratch = scratch;
    this.partBytes = partBytes ?? 8 * MIB;
    this.partsAtOnce = partsAtOnce ?? 4;
    this.cache = new FileCache(cache?.maxBytes ?? 0);
    this.isCached = cache?.immutable ?? (() => false);
  }

  async head(key: string): Promise<ObjectVersion | undefined> {
    return this.asking('read', key, async (address) => {
      const found = await this.client.send(new HeadObjectCommand(address)).catch(undefinedIfAbsent);
      return found && objectVersion(key, found, found.ContentLength);
    });
  }

  async *list(prefix: string, after?: string): AsyncIterable<ObjectVersion> {
    const start = after === undefined ? undefined : `${this.below}${after}`;
    try {
      for await (const found of listObjects(this.client, this.bucket, `${this.below}${prefix}`, start)) {
        // The prefix itself may be an object (a "folder" created in the console): it is not one of our keys.
        const key = found.key.slice(this.below.length);
        if (key !== '') yield { ...found, key };
      }
    } catch (error) {
      throw awsError(error, 'list', `${this.location}/${prefix}`);
    }
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    return this.asking('read', key, ({ Bucket, Key }) => readObject(this.client, Bucket, Key));
  }

  async write(key: string, bytes: Uint8Array): Promise<void> {
    const object = { Body: bytes, ...browserHeaders(key) };
    await this.writing(key, (address) => this.client.send(new PutObjectCommand({ ...address, ...object })));
  }

  async create(key: string, bytes: Uint8Array): Promise<boolean> {
    return this.writing(key, async (address) => {
      const command = new PutObjectCommand({ ...address, Body: bytes, IfNoneMatch: '*' });
      for (let attempt = 1; ; attempt += 1) {
        try {
          await this.client.send(command);
          return true;
        } catch (error) {
          if (statusOf(error) === 412) return false;
          // 409: another write of the key is in progress, and its result is not known yet.
          if (statusOf(error) !== 409 || attempt === MAX_ATTEMPTS) throw error;
        }
        await backoff(attempt);
      }
    });
  }

  async download(key: string, etag?: string): Promise<LocalFile | undefined> {
    return this.asking('read', key, async () => {
      if (!this.isCached(key)) {
        const file = await this.fetch(key, etag);
        return file && { path: file.path, release: () => rm(file.path, { force: true }) };
      }
      const lease = await this.cache.get(key, () => this.fetch(key));
      if (lease === undefined || etag === undefined || lease.etag === etag) return lease?.file;
      await lease.file.release();
      return undefined;
    });
  }

  async downloadRanges(
    key: string,
    etag: string,
    ranges: readonly ByteRange[],
  ): Promise<LocalFile | undefined> {
    return this.asking('read', key, async () => {
      const path = await this.newScratchFile(key);
      const release = () => rm(path, { force: true });
      try {
        const source = { ...this.source(key), etag: etagOfFileName(etag) };
        if ((await downloadRanges(source, ranges, path)) === 'whole') return { path, release };
      } catch (error) {
        await release();
        throw error;
      }
      await release();
      return undefined;
    });
  }

  async *readRange(key: string, etag: string, range: ByteRange): AsyncIterable<Uint8Array> {
    try {
      yield* objectBytes({ ...this.source(key), etag: etagOfFileName(etag) }, range);
    } catch (error) {
      throw awsError(error, 'read', `${this.location}/${key}`);
    }
  }

  async upload(path: string, key: string): Promise<{ sizeBytes: number }> {
    return this.writing(key, async (address) => {
      const { size } = await stat(path).catch((error: unknown) => {
        throw fileError(error, 'read', path);
      });
      const partSize = Math.max(MIN_UPLOAD_PART_BYTES, this.partBytes, Math.ceil(size / MAX_UPLOAD_PARTS));
      const params = { ...address, Body: createReadStream(path, { highWaterMark: MIB }) };
      // One PutObject if it is a single part; a failed multipart upload is aborted.
      await new Upload({ client: this.client, params, partSize, queueSize: this.partsAtOnce }).done();
      await rm(path);
      return { sizeBytes: size };
    });
  }

  async remove(keys: readonly string[]): Promise<void> {
    const addresses = keys.map((key) => this.address(key).Key);
    try {
      await removeObjects(this.client, this.bucket, addresses);
    } catch (error) {
      throw awsError(error, 'remove objects from', this.location);
    } finally {
      for (const key of keys) await this.cache.forget(key);
    }
  }

  /** Into a new file. Undefined if the key is absent or has another version than `etag`. */
  private async fetch(key: string, etag?: string): Promise<CachedFile | undefined> {
    const path = await this.newScratchFile(key);
    const wanted = etag === undefined ? undefined : etagOfFileName(etag);
    const source = { ...this.source(key), etag: wanted };
    let kept = false;
    try {
      for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
        const downloaded = await downloadObject(source, path);
        if (downloaded === 'absent' || (downloaded === 'changed' && etag !== undefined)) return undefined;
        if (downloaded === 'changed') continue;
        kept = true;
        return { path, etag: fileNameOfEtag(downloaded.etag), sizeBytes: downloaded.sizeBytes };
      }
    } finally {
      if (!kept) await rm(path, { force: true });
    }
    throw new TryAgainError(`${this.location}/${key} changed ${MAX_ATTEMPTS} times while it was being read`);
  }

  /** Keeps the key's extension. */
  private async newScratchFile(key: string): Promise<string> {
    await mkdir(this.scratch, { recursive: true });
    return join(this.scratch, `${randomUUID()}${/(\.[A-Za-z0-9]+){1,2}$/.exec(key)?.[0] ?? ''}`);
  }

  private source(key: string) {
    const { Bucket: bucket, Key } = this.address(key);
    const { client, partBytes, partsAtOnce } = this;
    return { client, bucket, key: Key, partBytes, partsAtOnce };
  }

  private address(key: string): { Bucket: string; Key: string } {
    if (key === '') throw new Error(`"" cannot be an object's key: it is empty.`);
    return { Bucket: this.bucket, Key: `${this.below}${key}` };
  }

  private async writing<T>(
    key: string,
    work: (address: { Bucket: string; Key: string }) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.asking('write', key, work);
    } finally {
      await this.cache.forget(key);
    }
  }

  private async asking<T>(
    doing: 'read' | 'write',
    key: string,
    work: (address: { Bucket: string; Key: string }) => Promise<T>,
  ): Promise<T> {
    try {
      return await work(this.address(key));
    } catch (error) {
      throw awsError(error, doing, `${this.location}/${key}`);
    }
  }
}

/** Without them S3 would offer a page for download, and caches would keep what changes. No other object of a lake has such a name. */
function browserHeaders(key: string): { ContentType?: string; CacheControl?: string } {
  const file = webFile(key);
  return file ? { ContentType: file.contentType, CacheControl: file.cacheControl } : {};
}

function undefinedIfAbsent(error: unknown): undefined {
  if (isAbsent(error)) return undefined;
  throw error;
}
