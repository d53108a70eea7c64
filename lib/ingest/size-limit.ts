// Decides whether a source file is too large to read here, and says so: from its size before reading, or, for an archive
// whose size does not tell, while unpacking.
import { statfs } from 'node:fs/promises';
import type { Violation } from '../core/violation.ts';
import type { Effects } from '../lake/effects.ts';
import type { ObjectVersion } from '../ports.ts';
import { fileViolation, type SourceLimit } from './row-source.ts';

/** A source file, its accepted rows and its rejected rows may be on the disk at the same time. */
export const DISK_FACTOR = 3;

/** Estimated contents of a file with an archive's name, as a multiple of its size, until it is read. */
const UNPACKED = 8;

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** The setting, or else the room on the disk for temporary files. */
export async function sourceLimit({
  maxSourceBytes,
  scratch,
}: Pick<Effects, 'maxSourceBytes' | 'scratch'>): Promise<SourceLimit> {
  if (maxSourceBytes !== undefined)
    return {
      bytes: maxSourceBytes,
      reason: 'the setting maxSourceBytes',
      next: `split it into smaller files, raise the setting together with the function's disk and time, or run "sluice sync" on a machine with room for it`,
    };
  const { bavail, bsize } = await statfs(scratch);
  return {
    bytes: roughly((bavail * bsize) / DISK_FACTOR),
    reason: "a third of the free space on the temporary files' disk",
    next: 'split it into smaller files, make room on the disk, or set SLUICE_MAX_SOURCE_BYTES if there is enough',
  };
}

/** Rounded to an eighth of a power of two: a few files more or fewer on the disk must not change a refusal. */
function roughly(bytes: number): number {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, bytes))) - 3);
  return Math.floor(bytes / step) * step;
}

/** In the refusal of a file that no job reads either. */
export const AS_A_WHOLE = 'It cannot be read in parts';

/** For a file that is refused unread; the value is its minimum size. */
export function sizeViolation(version: ObjectVersion, limit: SourceLimit): Violation | undefined {
  if (version.sizeBytes <= limit.bytes) return undefined;
  const size = `${byteText(version.sizeBytes)}${isPacked(version) ? ' packed' : ''}`;
  const message = `the file has ${size}, and at most ${byteText(limit.bytes)} are read here (${limit.reason}): ${limit.next}`;
  return fileViolation('too-large', message, String(version.sizeBytes));
}

/** For an archive of which unpacking stopped at `bytes`. */
export function unpackedViolation(bytes: number, limit: SourceLimit): Violation {
  const message = `the archive holds more than ${byteText(limit.bytes)} unpacked, and at most that much is read here (${limit.reason}): ${limit.next}`;
  return fileViolation('too-large', message, String(bytes));
}

/** For a file that DuckDB could not convert with all of its memory. */
export function memoryViolation(memoryMb: number): Violation {
  const message = `the file needs more memory than the ${memoryMb.toLocaleString('en-US')} MB that the engine has (--memory, or the function's memory): its records are very long, or have very many cells. Give it more, or split the file, by its columns if need be`;
  return fileViolation('out-of-memory', message, String(memoryMb));
}

/**
 * Whether a refusal would be repeated: one for lack of room ends when the limit is raised, or in a process with more room. A file
 * that is not packed is asked for as a job, where there are any.
 */
export async function stillWantsRoom(
  effects: Effects,
  version: ObjectVersion,
  { rule, value, message }: Violation,
): Promise<boolean> {
  const mayBeJob = effects.jobs !== undefined && !isPacked(version) && !message.includes(AS_A_WHOLE);
  if (rule === 'too-large') return !mayBeJob && Number(value) > (await sourceLimit(effects)).bytes;
  if (rule === 'out-of-memory') return Number(value) >= effects.sql.memoryMb;
  return true;
}

/** The size of the file's contents; an estimate if it is compressed. */
export function unpackedBytes(version: ObjectVersion): number {
  return isPacked(version) ? version.sizeBytes * UNPACKED : version.sizeBytes;
}

function isPacked(version: ObjectVersion): boolean {
  return /\.(gz|zst|bz2|zip|xlsx|xlsm)$/.test(version.key);
}

/** `1.5 GB`, in powers of 1,000. */
export function byteText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}
