// A value as text, as CSV has it. Pure.
import type { Value } from '../ports.ts';

/** Null for NULL; lists and structs as JSON. */
export function cellText(value: Value): string | null {
  if (value === null || typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
