// The keys of the lake that are no table's. A source key of any characters becomes folders that every store and file system takes.
import { createHash } from 'node:crypto';

const MAX_SEGMENT_BYTES = 200;

/**
 * `%`, control characters, `\`, a leading dot and empty segments are percent-encoded, nothing else. A segment that no file
 * system would take is cut and ends in a hash of the whole: the report inside says the key in full.
 */
export function encodeSourceKey(key: string): string {
  return key.split('/').map(encodeSegment).join('/');
}

function encodeSegment(segment: string): string {
  if (segment === '') return '%';
  const safe = segment.replace(
    /[%\\\p{Cc}]/gu,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
  const encoded = safe.startsWith('.') ? `%2E${safe.slice(1)}` : safe;
  if (Buffer.byteLength(encoded) <= MAX_SEGMENT_BYTES) return encoded;
  const hash = createHash('sha256').update(segment).digest('hex').slice(0, 16);
  return `${[...encoded].slice(0, MAX_SEGMENT_BYTES / 8).join('')}%-${hash}`;
}

/** One version of a source file under one contract. */
export type SourceVersion = { readonly source: string; readonly etag: string; readonly contract: string };

/** Of all reports on a dataset's source files. */
export function reportPrefix(dataset: string): string {
  return `files/${dataset}/`;
}

export function reportKey(dataset: string, version: SourceVersion): string {
  return `${reportPrefix(dataset)}${encodeSourceKey(version.source)}/${version.etag}-${version.contract}.json`;
}

export function quarantineKey(dataset: string, version: SourceVersion): string {
  return `quarantine/${dataset}/${encodeSourceKey(version.source)}/${version.etag}-${version.contract}.parquet`;
}

/** Where a landing object that matches no dataset is reported. */
export function unknownKey(source: string, etag: string): string {
  return `unknown/${encodeSourceKey(source)}/${etag}.json`;
}

export function deadLetterKey(queue: string, id: string): string {
  return `dead-letters/${queue}/${id}.json`;
}
