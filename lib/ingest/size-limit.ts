// Whether a source file is too large to be read here, and the sentence that says so. Decided before a byte is read.
import type { Violation } from '../core/violation.ts';
import type { ObjectVersion } from '../ports.ts';
import { fileViolation } from './row-source.ts';

/** What a compressed CSV file is taken to hold, as a multiple of its size. */
const UNPACKED = 8;

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** `maxSourceBytes`: undefined where no file is too large. */
export function sizeViolation(
  version: ObjectVersion,
  maxSourceBytes: number | undefined,
): Violation | undefined {
  if (maxSourceBytes === undefined) return undefined;
  const bytes = unpackedBytes(version);
  if (bytes <= maxSourceBytes) return undefined;
  const size = `${byteText(version.sizeBytes)}${isPacked(version) ? ` packed (about ${byteText(bytes)} unpacked)` : ''}`;
  const message = `the file has ${size}, and at most ${byteText(maxSourceBytes)} are read here (the setting maxSourceBytes): split it into smaller files, raise the setting together with the function's disk and time, or run "sluice sync" on a machine with room for it`;
  return fileViolation('too-large', message, String(version.sizeBytes));
}

/** What the file holds; of a packed one an estimate. */
export function unpackedBytes(version: ObjectVersion): number {
  return isPacked(version) ? version.sizeBytes * UNPACKED : version.sizeBytes;
}

function isPacked(version: ObjectVersion): boolean {
  return /\.(gz|zst)$/.test(version.key);
}

/** `1.5 GB`, in powers of 1,000. */
function byteText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}
