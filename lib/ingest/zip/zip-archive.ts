// Reads a zip archive from the disk: the list of its members, and the bytes of one. Names are texts to show and to choose by,
// never paths. What is broken or lies about itself ends in BrokenArchiveError.
import { crc32 } from 'node:zlib';
import { type Entry, getFileNameLowLevel, openPromise, type ZipFile } from 'yauzl';
import { shown } from '../../core/violation.ts';
import { BrokenArchiveError } from '../source-bytes.ts';

/** Members in an archive, each of which costs about a kilobyte of memory. */
const MAX_MEMBERS = 10_000;
/** As long as a key of S3. */
const MAX_NAME = 1024;
const STORED = 0;
const DEFLATED = 8;
/** https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.4.5 */
const METHODS: Readonly<Record<number, string>> = {
  9: 'Deflate64',
  12: 'bzip2',
  14: 'LZMA',
  93: 'zstd',
  95: 'xz',
  98: 'PPMd',
};

export type ZipMember = {
  readonly name: string;
  /** Unpacked, as the archive says: reading ends with an error where it is not so. */
  readonly bytes: number;
  /** Throws BrokenArchiveError. */
  read(): AsyncIterable<Buffer>;
};

/** `work` gets the members that are files, in the archive's order. Throws BrokenArchiveError. */
export async function withZip<T>(
  path: string,
  work: (members: readonly ZipMember[]) => Promise<T>,
): Promise<T> {
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(path, { autoClose: false, decodeStrings: false });
    return await work(await membersOf(zip));
  } catch (error) {
    throw translated(error);
  } finally {
    zip?.close();
  }
}

async function membersOf(zip: ZipFile): Promise<ZipMember[]> {
  if (zip.entryCount > MAX_MEMBERS)
    throw new BrokenArchiveError(
      `the zip archive has ${zip.entryCount.toLocaleString('en-US')} members, and at most ${MAX_MEMBERS.toLocaleString('en-US')} are looked at: split it`,
    );
  const members: ZipMember[] = [];
  for await (const entry of zip.eachEntry()) {
    const name = nameOf(entry);
    if (name.length > MAX_NAME)
      throw new BrokenArchiveError(`the zip archive has a member with a name of ${name.length} characters`);
    if (name.endsWith('/')) continue;
    members.push({ name, bytes: entry.uncompressedSize, read: () => bytesOf(zip, entry, name) });
  }
  return members;
}

/** Backslashes, which some programs write, are slashes. */
function nameOf({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string {
  return getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false);
}

async function* bytesOf(zip: ZipFile, entry: Entry, name: string): AsyncIterable<Buffer> {
  const method = entry.compressionMethod;
  if (entry.isEncrypted()) throw new BrokenArchiveError(`${shown(name)} has a password: pack it without one`);
  if (method !== STORED && method !== DEFLATED) {
    const known = METHODS[method] ?? 'an unknown one';
    throw new BrokenArchiveError(
      `${shown(name)} is packed by method ${method} (${known}), which is not supported: pack it with Deflate, as zip does by itself`,
    );
  }
  let sum = 0;
  try {
    const stream = await zip.openReadStreamPromise(entry);
    for await (const chunk of stream) {
      sum = crc32(chunk as Buffer, sum);
      yield chunk as Buffer;
    }
  } catch (error) {
    throw translated(error, shown(name));
  }
  if (sum !== entry.crc32)
    throw new BrokenArchiveError(
      `${shown(name)} is broken: its bytes do not have the checksum that the archive gives. Send the file again`,
    );
}

/** The library's own errors, and those of inflating, are about the data; those of the system are not. */
function translated(error: unknown, name?: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const isData = error instanceof Error && error.constructor === Error && code === undefined;
  if (!isData && !code?.startsWith('Z_')) return error;
  const what = name ?? 'the zip archive';
  if (/encrypt/.test(message)) return new BrokenArchiveError(`${what} has a password: pack it without one`);
  const problem = `${what} is broken: ${message.replace(/\.$/, '')}. Send the file again`;
  return new BrokenArchiveError(problem, { cause: error });
}
