// Every key of the lake, both ways. A source key of any characters becomes folders that every store and file system takes.
import type { TableRef } from './insight.ts';

/** Reversible: `%`, control characters, `\`, a leading dot and empty segments are percent-encoded, nothing else. */
export function encodeSourceKey(key: string): string {
  return key
    .split('/')
    .map((segment) => {
      if (segment === '') return '%';
      const safe = segment.replace(
        /[%\\\p{Cc}]/gu,
        (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
      );
      return safe.startsWith('.') ? `%2E${safe.slice(1)}` : safe;
    })
    .join('/');
}

export function decodeSourceKey(encoded: string): string {
  return encoded
    .split('/')
    .map((segment) =>
      segment === '%'
        ? ''
        : segment.replace(/%([0-9A-F]{2})/g, (_, hex: string) =>
            String.fromCharCode(Number.parseInt(hex, 16)),
          ),
    )
    .join('/');
}

/** One version of a source file under one contract. */
export type SourceVersion = { readonly source: string; readonly etag: string; readonly contract: string };

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

export function dataFileKey(table: TableRef, pathInTable: string): string {
  return `${table.kind}/${table.name}/${pathInTable}`;
}
