// The operating system's errors as messages that name the path and the next step: the file store's one translation.
import { CliError } from '../errors.ts';

const NEXT_STEPS: Readonly<Record<string, string>> = {
  EACCES: 'grant the current user permission',
  EPERM: 'grant the current user permission, on a file system that supports hard links',
  ENOTSUP: 'use a file system that supports hard links',
  EOPNOTSUPP: 'use a file system that supports hard links',
  EROFS: 'the file system is read-only: mount it for writing or choose another folder',
  ENOSPC: 'the disk is full: free some space',
  EDQUOT: 'the quota is exhausted: free some space or have it raised',
  EMFILE: 'too many files are open: raise the limit (ulimit -n)',
  ENFILE: 'too many files are open on this machine: close some programs',
  ENAMETOOLONG: 'the path is too long for this file system: shorten it',
  ENOTDIR: 'a part of the path is a file, not a folder: move that file away',
  EEXIST: 'a part of the path is a file, not a folder: move that file away',
  EISDIR: 'a folder has this name: move it away',
  ENOENT: 'a file or folder in the path vanished: check that nothing else deletes files there',
  EIO: 'the disk reports an error: check it',
};

/** Errors that are not the operating system's pass unchanged. */
export function fileError(error: unknown, verb: 'read' | 'list' | 'write' | 'remove', path: string): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const code = (error as NodeJS.ErrnoException).code;
  if (error instanceof CliError || code === undefined || !/^E[A-Z]+$/.test(code)) return error;
  const step = NEXT_STEPS[code] ?? error.message;
  return new CliError(`cannot ${verb} ${path} (${code}): ${step}.`, 1, { cause: error });
}
