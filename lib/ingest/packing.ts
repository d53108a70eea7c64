// What a file is by its first bytes, whatever its name says: text, packed text, a zip archive, or something without rows of text.
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { CliError } from '../errors.ts';

/** How the bytes are packed. `none`: text, as far as the first bytes tell. */
export type Packing = 'none' | 'gzip' | 'zstd' | 'bzip2' | 'zip';

/** The file's first bytes, and what they say. `foreign`: what it is instead, and what to do about it, in words. */
export type Beginning = { readonly head: Buffer } & (
  | { readonly packing: Packing; readonly foreign?: undefined }
  | { readonly packing?: undefined; readonly foreign: string }
);

/** As many as a tar archive needs to be known. */
export const HEAD_BYTES = 512;
const TAR_OFFSET = 257;

/** Also those of an archive without members, and of the first part of a split one. */
const ZIP = ['PK\x03\x04', 'PK\x05\x06', 'PK\x07\x08'];
const GZIP = '\x1f\x8b\x08';
const ZSTD = '\x28\xb5\x2f\xfd';
/** After a byte from 0x50 to 0x5f. */
const ZSTD_SKIPPED = '\x2a\x4d\x18';
/** A level, then a block or the end of an empty archive. */
const BZIP2 = /^BZh[1-9]/;
const BZIP2_NEXT = ['1AY&SY', '\x17rE8P\x90'];
const BZIP2_LEVEL_END = 4;

/** Each of them has a byte that no text begins with. */
const FOREIGN: readonly (readonly [mark: string, words: string])[] = [
  [
    '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1',
    'an old Excel workbook (.xls), or an Office file with a password: save its sheet as CSV',
  ],
  ['\xfd7zXZ\x00', 'an xz archive, which is not unpacked here: unpack it, or pack it with gzip or zstd'],
  ['7z\xbc\xaf\x27\x1c', 'a 7z archive, which is not unpacked here: unpack it, or pack it as zip'],
  ['Rar!\x1a\x07', 'a RAR archive, which is not unpacked here: unpack it, or pack it as zip'],
  ['PAR1\x15', 'a Parquet file, which is a table already: write it as CSV or JSON'],
  ['SQLite format 3\x00', 'an SQLite database: export its tables as CSV'],
];

/** `bytes`: the beginning of a file, HEAD_BYTES of it if there are as many. */
export function beginningOf(bytes: Buffer): Beginning {
  const head = bytes.subarray(0, HEAD_BYTES);
  const text = head.toString('latin1');
  if (text.startsWith(GZIP)) return { head, packing: 'gzip' };
  if (isZstd(text)) return { head, packing: 'zstd' };
  if (isBzip2(text)) return { head, packing: 'bzip2' };
  if (ZIP.some((mark) => text.startsWith(mark))) return { head, packing: 'zip' };
  const foreign = foreignWords(text);
  return foreign === undefined ? { head, packing: 'none' } : { head, foreign };
}

function isZstd(text: string): boolean {
  return text.startsWith(ZSTD) || (/^[P-_]/.test(text) && text.startsWith(ZSTD_SKIPPED, 1));
}

function isBzip2(text: string): boolean {
  return BZIP2.test(text) && BZIP2_NEXT.some((mark) => text.startsWith(mark, BZIP2_LEVEL_END));
}

function foreignWords(text: string): string | undefined {
  if (text.startsWith('ustar', TAR_OFFSET) && text.includes('\x00'))
    return 'a tar archive, which is not unpacked here: unpack it, or pack the files as zip';
  return FOREIGN.find(([mark]) => text.startsWith(mark))?.[1];
}

/** Reads the first bytes alone. Throws CliError for a pipe or a device. */
export async function readBeginning(path: string): Promise<Beginning> {
  const file = await openFile(path);
  try {
    await sizeOf(file, path);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return beginningOf(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** Opening a pipe would wait for a writer: without waiting we can see that it is not a regular file. */
export function openFile(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
}

/** In bytes. Throws CliError for a pipe or a device. */
export async function sizeOf(file: FileHandle, path: string): Promise<number> {
  const stats = await file.stat();
  if (!stats.isFile()) throw new CliError(`${path} is a pipe or a device, not a file: move it away`);
  return stats.size;
}
