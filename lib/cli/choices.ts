// Options that take a choice or a number, parsed the same way for every verb; and the output formats.
import { didYouMean } from '../core/did-you-mean.ts';
import { UsageError } from '../errors.ts';
import type { Arguments, Option } from './verb.ts';

/** --format with these values; the first is the default. `description` explains each of them. */
export function formatOption(formats: readonly string[], description: string): Option {
  return { name: 'format', value: formats.join('|'), description, default: formats[0] ?? '' };
}

/** Throws UsageError on a value that is not in `formats`. */
export function chosenFormat<T extends string>(args: Arguments, formats: readonly T[]): T {
  const text = args.value('format') ?? '';
  const format = formats.find((name) => name === text);
  if (format !== undefined) return format;
  throw new UsageError(`--format ${text} is not one of ${formats.join(', ')}.${didYouMean(text, formats)}`);
}

/** For verbs that print lines for people or one document for programs. */
export const TABLE_OR_JSON = ['table', 'json'] as const;

/** `document`: the properties of the JSON document. */
export function tableOrJson(document: string): Option {
  return formatOption(TABLE_OR_JSON, `table: for people. json: one document on standard output: ${document}`);
}

/** --limit, a whole number, at least 0. Throws UsageError. */
export function limitOption(args: Arguments): number {
  const text = args.value('limit') ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`--limit ${text}: write a whole number, such as 100`);
}
