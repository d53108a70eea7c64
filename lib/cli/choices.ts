// Options whose values are a choice or a number, read the same way by every verb; and how a verb answers in the chosen format.
import { didYouMean } from '../core/did-you-mean.ts';
import { UsageError } from '../errors.ts';
import type { Arguments, Option } from './verb.ts';

/** --format with these values, the first of them without it. `description`: what each of them is. */
export function formatOption(formats: readonly string[], description: string): Option {
  return { name: 'format', value: formats.join('|'), description, default: formats[0] ?? '' };
}

/** Throws UsageError on what is none of `formats`. */
export function chosenFormat<T extends string>(args: Arguments, formats: readonly T[]): T {
  const text = args.value('format') ?? '';
  const format = formats.find((name) => name === text);
  if (format !== undefined) return format;
  throw new UsageError(`--format ${text} is none of ${formats.join(', ')}.${didYouMean(text, formats)}`);
}

/** For verbs that answer with lines for people or with one document for programs. */
export const TABLE_OR_JSON = ['table', 'json'] as const;

/** `document`: the properties of the JSON document. */
export function tableOrJson(document: string): Option {
  return formatOption(TABLE_OR_JSON, `table: for people. json: one document on standard output: ${document}`);
}

/** --limit, a whole number from 0 on. Throws UsageError. */
export function limitOption(args: Arguments): number {
  const text = args.value('limit') ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`--limit ${text}: write a whole number, such as 100`);
}
