// The option --as-of: parses a version or a time; the error shows how to write one.

import { UsageError } from '../errors.ts';
import { type AsOf, parseAsOf } from '../lake/as-of.ts';
import type { Arguments } from './verb.ts';

/** Throws UsageError. */
export function asOfOption(args: Arguments): AsOf | undefined {
  const text = args.value('as-of');
  return text === undefined ? undefined : requireAsOf('--as-of', text);
}

/** Throws UsageError. */
export function requireAsOf(option: string, text: string): AsOf {
  const asOf = parseAsOf(text);
  if (asOf) return asOf;
  throw new UsageError(
    `${option} ${text} is not a version or a valid time: write a version (7), a day (2024-01-31) or an instant (2024-01-31T10:00:00Z)`,
  );
}
