// A project's settings, sluice.yaml: finds the file, and has it checked where there is one. What overrides it, the command line decides.
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isS3Location } from '../adapters/s3-location.ts';
import { CliError } from '../errors.ts';
import type { Config } from './config-words.ts';

export type { Config };

export const CONFIG_FILE = 'sluice.yaml';

/**
 * The settings of the project that `folder` belongs to: of the first sluice.yaml from there upwards. Undefined if there is none.
 * Throws DefinitionError on a mistake in it, and CliError if it cannot be read, or is one that a stranger put there.
 */
export async function findConfig(folder: string): Promise<Config | undefined> {
  const start = resolve(folder);
  for (let at = start; ; at = dirname(at)) {
    const file = join(at, CONFIG_FILE);
    const text = await textOf(file);
    if (text !== undefined) {
      await refuseStrangers(file, start);
      const { parseConfig } = await import('./config-words.ts');
      return parseConfig(file, text);
    }
    if (at === dirname(at)) return undefined;
  }
}

/** It names a command that is run, and in a folder such as /tmp anybody can write. Throws CliError. */
async function refuseStrangers(file: string, start: string): Promise<void> {
  const me = process.getuid?.();
  if (me === undefined) return;
  const [owner, folder] = [await stat(file), await stat(dirname(file))];
  // The one that is started from need not be there.
  const { uid } = await stat(start).catch(() => folder);
  if (!isStrangers(owner, folder, new Set([0, me, uid]))) return;
  throw new CliError(
    `${file} belongs to another user (${owner.uid}), who may have put it there for others to run: its settings are not used. Remove it, or work in a folder that is not below ${dirname(file)}.`,
  );
}

/** `own`: users that are trusted. `folder`: the one that holds the file. */
export function isStrangers(
  file: { readonly uid: number },
  folder: { readonly uid: number; readonly mode: number },
  own: ReadonlySet<number>,
): boolean {
  const isOpen = !own.has(folder.uid) || (folder.mode & 0o002) !== 0;
  return isOpen && !own.has(file.uid);
}

/** A path in the file, relative to the file's folder, as an absolute one. A location in S3 stays as it is. */
export function locatedBy({ file }: Config, path: string): string {
  return isS3Location(path) ? path : resolve(dirname(file), path);
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new CliError(
      `${file} cannot be read: ${message}. Give the current user read permission, or move it away.`,
    );
  }
}
