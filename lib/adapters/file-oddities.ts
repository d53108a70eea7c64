// Entries in a folder that are not objects: names that are not text, links that leave it or are broken, pipes and devices;
// and which of the operating system's errors affect only one entry, so that the others can still be read.
import type { Dirent } from 'node:fs';
import { readlink } from 'node:fs/promises';
import { sep } from 'node:path';
import { quickRealpath } from './quick-stat.ts';

export type Oddity = {
  /** With the next step. */
  readonly message: string;
  /** A printable form of a name that is not text: no key equals it. */
  readonly shown?: string;
};

/** Invalid UTF-8: Node would decode it to U+FFFD, and a file with that name does not exist. */
export function nameProblem(name: Buffer): Oddity | undefined {
  const text = name.toString();
  if (!text.includes('\uFFFD') || Buffer.from(text).equals(name)) return undefined;
  return {
    message: 'its name is not UTF-8 (invalid bytes are shown as \\xHH), so no key can name it: rename it',
    shown: shownName(name),
  };
}

/** `caf\xE9.csv`: character by character, invalid bytes in hexadecimal. */
function shownName(name: Buffer): string {
  let shown = '';
  for (let start = 0; start < name.length; ) {
    const length = [1, 2, 3, 4].find((size) => isCharacter(name.subarray(start, start + size)));
    shown +=
      length === undefined
        ? `\\x${(name[start] ?? 0).toString(16).toUpperCase().padStart(2, '0')}`
        : name.toString('utf8', start, start + length);
    start += length ?? 1;
  }
  return shown;
}

function isCharacter(bytes: Buffer): boolean {
  const text = bytes.toString();
  return [...text].length === 1 && Buffer.from(text).equals(bytes);
}

const TYPES = [
  ['isFIFO', 'a named pipe'],
  ['isSocket', 'a socket'],
  ['isBlockDevice', 'a device'],
  ['isCharacterDevice', 'a device'],
] as const;

export function typeProblem(entry: Dirent<Buffer>): Oddity | undefined {
  if (entry.isFile() || entry.isDirectory()) return undefined;
  const type = TYPES.find(([is]) => entry[is]())?.[1];
  return type === undefined ? undefined : { message: `it is ${type}, not a file: remove it` };
}

/** Otherwise anyone who can write to the folder could make Sluice read any file of the machine. `realRoot`: without symbolic links. */
export async function linkProblem(path: string, realRoot: string): Promise<Oddity | undefined> {
  try {
    const target = await quickRealpath(path);
    if (isInside(target, realRoot)) return undefined;
    return {
      message: `it is a link to ${target}, outside ${realRoot}, and is not followed: put the files themselves here`,
    };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'ELOOP') throw error;
    const target = await readlink(path).catch(() => undefined);
    // Gone meanwhile.
    if (target === undefined) return undefined;
    return { message: `it is a link to ${target}, which does not exist: remove it, or put the file there` };
  }
}

/** `path` without symbolic links. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Errors that affect only this file or folder; all others (such as too many open files) affect the machine. */
export function isPlaceFault(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return ['EACCES', 'EPERM', 'EIO', 'ELOOP', 'ENAMETOOLONG', 'EUCLEAN', 'EBADMSG'].includes(code);
}
