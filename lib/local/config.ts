// A project's settings, sluice.yaml: finds the file, and checks it word by word. What overrides it, the command line decides.
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { isS3Location } from '../adapters/s3-location.ts';
import { checkedYaml } from '../definitions/checked-yaml.ts';
import { CliError } from '../errors.ts';
import { locationProblem } from './location-text.ts';

export const CONFIG_FILE = 'sluice.yaml';

const location = z
  .string()
  .min(1)
  .superRefine((text, { addIssue }) => {
    const message = locationProblem(text);
    if (message !== undefined) addIssue({ code: 'custom', message });
  });
/** An address, or the name of an environment variable that holds it. */
const webhook = z.string().refine((text) => variableIn(text) !== undefined || /^https?:\/\/./.test(text), {
  message: 'it must be an address, https://…, or an environment variable that holds one, $NAME',
});
const command = z.unknown().refine((value) => isCommand(value), {
  message:
    'it must be a list of texts, [program, argument, …], such as [python3, notify.py]; [sh, -c, "…"] runs a line of a shell',
});
const notifyWords = z.strictObject({ webhook: webhook.optional(), command: command.optional() });
const configWords = z.strictObject({
  landing: location.optional(),
  lake: location.optional(),
  schemas: location.optional(),
  notify: notifyWords.optional(),
});

function isCommand(value: unknown): value is readonly string[] {
  const [program] = Array.isArray(value) ? value : [];
  return (
    Array.isArray(value) &&
    value.every((part) => typeof part === 'string') &&
    program !== '' &&
    value.length > 0
  );
}

/** `SLACK_URL` of `${SLACK_URL}` and `$SLACK_URL`; undefined for another text. */
export function variableIn(text: string): string | undefined {
  const [, braced, plain] = /^\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))$/.exec(text) ?? [];
  return braced ?? plain;
}

/** How people are told: see docs/notifications.md. */
export type NotifyConfig = { readonly webhook?: string; readonly command?: readonly string[] };

export type Config = Omit<z.infer<typeof configWords>, 'notify'> & {
  readonly notify?: NotifyConfig;
  /** The absolute path of the file. */
  readonly file: string;
};

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

/** `file`: its absolute path. Throws DefinitionError with the line. */
export function parseConfig(file: string, text: string): Config {
  const { data } = checkedYaml({ file, text, firstLine: 1, what: 'configuration', wordsAt }, configWords);
  const { notify, ...locations } = data;
  return { ...locations, ...(notify ? { notify: notify as NotifyConfig } : {}), file };
}

function wordsAt([word]: readonly PropertyKey[]): readonly string[] {
  return Object.keys(word === 'notify' ? notifyWords.shape : configWords.shape);
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
