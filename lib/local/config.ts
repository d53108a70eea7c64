// A project's settings, sluice.yaml: finds the file, and checks it word by word. What overrides it, the command line decides.
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { isS3Location } from '../adapters/s3-location.ts';
import { checkedYaml } from '../definitions/checked-yaml.ts';
import { CliError } from '../errors.ts';

export const CONFIG_FILE = 'sluice.yaml';

const location = z.string().min(1);
const configWords = z.strictObject({
  landing: location.optional(),
  lake: location.optional(),
  schemas: location.optional(),
});

export type Config = z.infer<typeof configWords> & {
  /** The absolute path of the file. */
  readonly file: string;
};

/**
 * The settings of the project that `folder` belongs to: of the first sluice.yaml from there upwards. Undefined if there is none.
 * Throws DefinitionError on a mistake in it, and CliError if it cannot be read.
 */
export async function findConfig(folder: string): Promise<Config | undefined> {
  const file = join(resolve(folder), CONFIG_FILE);
  const text = await textOf(file);
  if (text !== undefined) return parseConfig(file, text);
  return dirname(file) === dirname(dirname(file)) ? undefined : findConfig(dirname(dirname(file)));
}

/** `file`: its absolute path. Throws DefinitionError with the line. */
export function parseConfig(file: string, text: string): Config {
  const { data } = checkedYaml(
    { file, text, firstLine: 1, what: 'configuration', wordsAt: () => Object.keys(configWords.shape) },
    configWords,
  );
  return { ...data, file };
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
