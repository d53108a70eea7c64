// What people read of an error, and which exit code it gives. Pure.
import { CliError, CorruptionError } from '../errors.ts';
import { FAULT } from './exit-codes.ts';

export type Said = { readonly lines: readonly string[]; readonly exitCode: number };

export function saidOf(error: unknown): Said {
  if (error instanceof CliError) return error;
  return {
    lines: error instanceof CorruptionError ? [error.message] : unexpected(error),
    exitCode: FAULT,
  };
}

/** The lines of the stack; the lines before them are the message. */
function unexpected(error: unknown): string[] {
  if (!(error instanceof Error)) return [`unexpected error: ${error}`];
  const calls = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  return [`unexpected error: ${error.name}: ${error.message}`, ...calls];
}
