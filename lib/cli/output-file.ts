// `--output FILE`: which format, which file, and how it is written: beside its name, under another one, and renamed when it is
// whole. Until then, and where something fails, the file that was there stays.
import { randomUUID } from 'node:crypto';
import { chmod, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { fileError } from '../adapters/file-error.ts';
import { isS3Location } from '../adapters/s3-location.ts';
import { didYouMean } from '../core/did-you-mean.ts';
import { CliError, UsageError } from '../errors.ts';
import { isBelow } from '../local/folders.ts';
import { chosenFormat } from './choices.ts';
import type { Format } from './query-output.ts';
import type { Arguments, Option } from './verb.ts';

export type FileFormat = Exclude<Format, 'table'> | 'parquet';
const FORMATS = ['table', 'csv', 'json', 'parquet'] as const;

export const OUTPUT: Option = {
  name: 'output',
  value: 'FILE',
  description:
    'Write all rows into FILE: .csv, .json or .parquet. It is replaced once it is complete, and left as it is if the query fails.',
};

export type Output =
  | { readonly to: 'file'; readonly file: string; readonly format: FileFormat }
  | { readonly to: 'terminal'; readonly format: Format };

/** Throws UsageError. */
export function outputOption(args: Arguments): Output {
  const file = args.value('output');
  const chosen = chosenFormat(args, FORMATS);
  if (file === undefined) {
    if (chosen !== 'parquet') return { to: 'terminal', format: chosen };
    throw new UsageError('--format parquet is for files: pass --output FILE as well');
  }
  if (isS3Location(file))
    throw new UsageError(`--output ${file}: write a local file, and copy it to S3 from there`);
  if (!args.flag('format')) return { to: 'file', file, format: formatOf(file) };
  if (chosen !== 'table') return { to: 'file', file, format: chosen };
  throw new UsageError(`--format table is for a screen: pass --format csv, json or parquet with --output`);
}

function formatOf(file: string): FileFormat {
  const ending = extname(file).slice(1).toLowerCase();
  const format = FORMATS.find((name) => name === ending);
  if (format !== undefined && format !== 'table') return format;
  const guess = didYouMean(ending, FORMATS.slice(1));
  throw new UsageError(
    `--output ${file}: the ending says none of the formats .csv, .json and .parquet.${guess} Pass --format csv, json or parquet to write it under this name`,
  );
}

/**
 * The file that is to be written: where a symbolic link leads. Throws CliError for what is not a regular file, in no folder, or
 * in the lake. `option`: as messages name it.
 */
export async function outputTarget(file: string, lake: string, option = '--output'): Promise<string> {
  const folder = await realpath(dirname(resolve(file))).catch(() => undefined);
  if (folder === undefined)
    throw new CliError(`${option} ${file}: there is no folder ${dirname(resolve(file))}: create it first.`);
  const name = join(folder, basename(resolve(file)));
  const target = await realpath(name).catch(() => name);
  const there = await stat(target).catch(() => undefined);
  if (there && !there.isFile())
    throw new CliError(
      `${option} ${file}: that is ${there.isDirectory() ? 'a folder' : 'a device or a pipe'}, not a file: choose another name.${option === '--output' ? ' For a pipe, use --format without --output.' : ''}`,
    );
  if (!isS3Location(lake) && isBelow(target, await realpath(lake).catch(() => resolve(lake))))
    throw new CliError(`${option} ${file}: that is in the lake, where only Sluice's own files belong.`);
  return target;
}

/** `fill` writes the file at the path that it is given; it may create or replace it. Throws CliError where that is impossible. */
export async function replaceFile(target: string, fill: (path: string) => Promise<void>): Promise<void> {
  // A leading dot: whoever watches the folder leaves it alone.
  const path = join(dirname(target), `.sluice-${randomUUID()}`);
  try {
    const made = await open(path, 'wx');
    await made.close();
    await fill(path);
    const whole = await open(path, 'r+');
    await whole.sync().finally(() => whole.close());
    const before = await stat(target).catch(() => undefined);
    if (before) await chmod(path, before.mode & 0o777);
    await rename(path, target);
  } catch (error) {
    await rm(path, { force: true });
    throw fileError(error, 'write', target);
  }
}
