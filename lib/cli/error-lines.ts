// What people read of an error, and which exit code it gives. Pure.
import { CliError, CorruptionError } from '../errors.ts';
import { SqlError } from '../ports.ts';
import { FAULT } from './exit-codes.ts';

export type Said = { readonly lines: readonly string[]; readonly exitCode: number };

export function saidOf(error: unknown): Said {
  if (error instanceof CliError) return error;
  return {
    lines: error instanceof CorruptionError ? [error.message] : (damagedFile(error) ?? unexpected(error)),
    exitCode: FAULT,
  };
}

/** DuckDB's words for Parquet that was cut or overwritten, whose message has the file's path. */
const DAMAGED = [
  /File '(.+\.parquet)' too small to be a Parquet file/,
  /No magic bytes found at end of file '(.+\.parquet)'/,
  /Footer length error in file '(.+\.parquet)'/,
];

function damagedFile(error: unknown): string[] | undefined {
  if (!(error instanceof SqlError)) return undefined;
  const path = DAMAGED.map((words) => words.exec(error.message)?.[1]).find((found) => found !== undefined);
  if (path === undefined) return undefined;
  return [
    `${path} is damaged: it is not whole Parquet. Put it back from a backup, or write its table again: "npx sluice rebuild DATASET", for an insight "npx sluice drop NAME --yes" and "npx sluice sync".`,
  ];
}

/** The lines of the stack; the lines before them are the message. */
function unexpected(error: unknown): string[] {
  if (!(error instanceof Error)) return [`unexpected error: ${error}`];
  const calls = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  return [`unexpected error: ${error.name}: ${error.message}`, ...calls];
}
