// The keys of the lake outside tables. Any source key is encoded as folders that every store and file system accepts.
import { createHash } from 'node:crypto';
import { TABLE_KINDS } from '../core/insight.ts';

const MAX_SEGMENT_BYTES = 200;
/** A key in S3 has at most 1,024 bytes: with the longest dataset name, etag and prefixes, this leaves a hundred for the lake's location. */
const MAX_BYTES = 700;
const KEPT_BYTES = 500;

/**
 * `%`, control characters, `\`, a leading dot and empty segments are percent-encoded, nothing else. A segment that is too long for
 * a file system is cut and ends in a hash of the whole, and so is a key that would be too long in total: the report
 * inside contains the full key.
 */
export function encodeSourceKey(key: string): string {
  const segments = key.split('/').map(encodeSegment);
  const encoded = segments.join('/');
  if (Buffer.byteLength(encoded) <= MAX_BYTES) return encoded;
  let kept = '';
  for (const segment of segments) {
    if (Buffer.byteLength(kept) + Buffer.byteLength(segment) > KEPT_BYTES) break;
    kept += `${segment}/`;
  }
  return `${kept}%-${hashOf(key)}`;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function encodeSegment(segment: string): string {
  if (segment === '') return '%';
  const safe = segment.replace(
    /[%\\\p{Cc}]/gu,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
  const encoded = safe.startsWith('.') ? `%2E${safe.slice(1)}` : safe;
  if (Buffer.byteLength(encoded) <= MAX_SEGMENT_BYTES) return encoded;
  return `${[...encoded].slice(0, MAX_SEGMENT_BYTES / 8).join('')}%-${hashOf(segment)}`;
}

/** One version of a source file under one contract. */
export type SourceVersion = { readonly source: string; readonly etag: string; readonly contract: string };

/** The prefix of all reports on a dataset's source files. */
export function reportPrefix(dataset: string): string {
  return `files/${dataset}/`;
}

export function reportKey(dataset: string, version: SourceVersion): string {
  return `${reportPrefix(dataset)}${encodeSourceKey(version.source)}/${version.etag}-${version.contract}.json`;
}

export function quarantineKey(dataset: string, version: SourceVersion): string {
  return `quarantine/${dataset}/${encodeSourceKey(version.source)}/${version.etag}-${version.contract}.parquet`;
}

/** The prefix of all notes on landing objects that match no dataset. */
export const UNKNOWN = 'unknown/';

export function unknownKey(source: string, etag: string): string {
  return `${UNKNOWN}${encodeSourceKey(source)}/${etag}.json`;
}

/** The prefix of work that is under way on an engine elsewhere: lib/jobs/job-folder.ts. */
export const JOBS = 'jobs/';

/** The name of all jobs that do the same. `kind`: of work. `about`: of a dataset or table, for people. */
export function jobName(kind: string, about: string, identity: string): string {
  return `${kind}-${about.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 60)}-${hashOf(identity)}`;
}

/** The prefix of what people wrote against refused files and rows: lib/maintain/settlement.ts. */
export const SETTLEMENTS = 'settlements/';

export function settlementKey(dataset: string, source: string, etag: string): string {
  return `${SETTLEMENTS}${dataset}/${encodeSourceKey(source)}/${etag}.json`;
}

/** The prefix of the marks of all facts that a channel was told: lib/notify/told.ts. */
export function toldPrefix(channel: string): string {
  return `told/${channel}/`;
}

/** `id`: of a fact. `topic`: what it is about, so that a listing tells which marks are about the same. */
export function toldKey(channel: string, topic: string, id: string): string {
  return `${toldPrefix(channel)}${hashOf(topic)}-${hashOf(id)}.json`;
}

/** The part of a mark's key that marks of one topic share; undefined for what is no such key. */
export function toldTopic(key: string): string | undefined {
  return /([0-9a-f]{16})-[0-9a-f]{16}\.json$/.exec(key)?.[1];
}

/** As `toldTopic` of the key of a mark about it. */
export function topicHash(topic: string): string {
  return hashOf(topic);
}

/** Marks that a message about the table waits in the refresh queue: lib/aws/refresh-queue.ts. `table`: as `insights/<name>`. */
export function waitingKey(table: string): string {
  return `waiting/${table}.json`;
}

export function deadLetterKey(queue: string, id: string): string {
  return `dead-letters/${queue}/${id}.json`;
}

/** Data files of tables: their names are never used again. Checkpoints and quarantine are not among them. */
export function isDataFile(key: string): boolean {
  const isOfTable = TABLE_KINDS.some((kind) => key.startsWith(`${kind}/`));
  return isOfTable && key.endsWith('.parquet') && !key.includes('/_delta_log/');
}
