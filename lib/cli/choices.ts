// Options whose values are a choice or a number, read the same way by every verb. Throws UsageError on what they cannot be.
import { didYouMean } from '../core/did-you-mean.ts';
import { UsageError } from '../errors.ts';
import type { Arguments } from './verb.ts';

/** --format, one of `formats`. */
export function formatOption<T extends string>(args: Arguments, formats: readonly T[]): T {
  const text = args.value('format') ?? '';
  const format = formats.find((name) => name === text);
  if (format !== undefined) return format;
  throw new UsageError(`--format ${text} is none of ${formats.join(', ')}.${didYouMean(text, formats)}`);
}

/** --limit, a whole number from 0 on. */
export function limitOption(args: Arguments): number {
  const text = args.value('limit') ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`--limit ${text}: write a whole number, such as 100`);
}
