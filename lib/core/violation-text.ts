// A violation as a sentence with its position in the file, for people. Pure.
import type { Violation } from './violation.ts';

export type PlacedViolation = Violation & { readonly line: number | null; readonly path?: string | null };

/**
 * `line 17, credit_usage: "1,5" is not a number (…)`, `$[3], price: …`, in an archive `may.csv line 17, …`; only the message
 * if it is about the whole file.
 */
export function placedMessage({ line, path, field, message }: PlacedViolation): string {
  const place = [path ?? '', line === null ? '' : `line ${line}`].filter((part) => part !== '').join(' ');
  if (place === '') return message;
  return field === '' ? `${place}: ${message}` : `${place}, ${message}`;
}
