// What may lie in a folder and be no object: names that are no text, links that lead out of it or nowhere, pipes and devices; and
// which of the operating system's errors are about one place, so that the others can still be looked at.
import type { Dirent } from 'node:fs';
import { readlink, realpath } from 'node:fs/promises';
import { sep } from 'node:path';

export type Oddity = {
  /** With the next step. */
  readonly message: string;
  /** The name as a text, where it is none: no key is like it. */
  readonly shown?: string;
};

/** Bytes that are no UTF-8: Node would decode them to U+FFFD, and a file of that name is not there. */
export function nameProblem(name: Buffer): Oddity | undefined {
  const text = name.toString();
  if (!text.includes('\uFFFD') || Buffer.from(text).equals(name)) return undefined;
  return {
    message:
      'its name is not UTF-8 (bytes that are none are shown as \\xHH), so that no key can name it: rename it',
    shown: shownName(name),
  };
}

/** `caf\xE9.csv`: character by character, what is no character in hexadecimal. */
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
  return type === undefined ? undefined : { message: `it is ${type}, and no file: remove it` };
}

/** Whoever may write into a folder could else have any file of the machine read. `realRoot`: without symbolic links. */
export async function linkProblem(path: string, realRoot: string): Promise<Oddity | undefined> {
  try {
    const target = await realpath(path);
    if (isInside(target, realRoot)) return undefined;
    return {
      message: `it is a link to ${target}, outside of ${realRoot}, and is not followed: put the files themselves here`,
    };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'ELOOP') throw error;
    const target = await readlink(path).catch(() => undefined);
    // Gone meanwhile.
    if (target === undefined) return undefined;
    return { message: `it is a link to ${target}, which leads nowhere: remove it, or put the file there` };
  }
}

/** `path` without symbolic links. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Errors about this one file or folder; all else (too many open files, say) is about the machine. */
export function isPlaceFault(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return ['EACCES', 'EPERM', 'EIO', 'ELOOP', 'ENAMETOOLONG', 'EUCLEAN', 'EBADMSG'].includes(code);
}
