// The paths of data files: Hive-style folders, URI encoding. Pure.
// PROTOCOL.md, "Add File and Remove File".
import { createHash } from 'node:crypto';
import { CorruptionError } from '../errors.ts';
import type { Add, PartitionValues, Remove } from './actions.ts';

const HIVE_NULL = '__HIVE_DEFAULT_PARTITION__';
const MAX_FOLDER_BYTES = 200;

/** `(['region'], {region: 'a b'}, 'x.parquet')` → `region=a%20b/x.parquet`: `add.path` of a data file. */
export function dataFilePath(columns: readonly string[], values: PartitionValues, name: string): string {
  const folders = columns.map((column) => hiveFolder(column, values[column] ?? null));
  return [...folders, name].map(encodeSegment).join('/');
}

/** The key of a file of the table at `prefix`, from its `add.path`. Throws CorruptionError for a path outside the table. */
export function objectKey(prefix: string, path: string): string {
  if (path.startsWith('/') || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(path))
    throw new CorruptionError(`the log of ${prefix} names the file ${path}, which is outside the table`);
  try {
    return `${prefix}/${decodeURIComponent(path)}`;
  } catch (error) {
    throw new CorruptionError(`the log of ${prefix} names the file ${path}, which is not a URI`, {
      cause: error,
    });
  }
}

/** The action that takes a live file out of its table. */
export function removeAction(add: Add, deletionTimestamp: number): { readonly remove: Remove } {
  const { path, partitionValues, size, tags } = add;
  return {
    remove: {
      path,
      deletionTimestamp,
      dataChange: true,
      extendedFileMetadata: true,
      partitionValues,
      size,
      ...(tags === undefined ? {} : { tags }),
    },
  };
}

// Folder names are only for people: values are read from the log. So if a value is too long for a file system, its end is
// replaced by a hash.
function hiveFolder(column: string, value: string | null): string {
  const folder = `${hiveEscape(column)}=${value === null || value === '' ? HIVE_NULL : hiveEscape(value)}`;
  if (Buffer.byteLength(folder) <= MAX_FOLDER_BYTES) return folder;
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  let cut = '';
  for (const character of folder) {
    if (Buffer.byteLength(cut + character) > MAX_FOLDER_BYTES - hash.length - 1) break;
    cut += character;
  }
  return `${cut}~${hash}`;
}

// The characters that Hive and Spark escape (ExternalCatalogUtils.escapePathName), and a leading dot, which would hide the folder.
function hiveEscape(text: string): string {
  return text.replace(/[\p{Cc}"#%'*/:=?\\{[\]^]|^\./gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `%${code.toString(16).toUpperCase().padStart(2, '0')}`;
  });
}

// Exactly as Java's URI class does it (RFC 2396, with non-ASCII letters unescaped): Spark's VACUUM compares the log's text
// with such URIs of the files it finds, and deletes those without a match.
function encodeSegment(segment: string): string {
  return segment.replace(/[^A-Za-z0-9_\-!.~'()*,;:$&+=@\u00a0-\u{10ffff}]|\p{Z}/gu, encodeURIComponent);
}
