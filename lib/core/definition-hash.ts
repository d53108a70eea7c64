// A short hash of a contract or an insight: equal for equal meaning, independent of the order of its properties.
import { createHash } from 'node:crypto';

/** SHA-256 of the canonical JSON (object keys sorted, undefined left out), its first 16 hex digits. */
export function definitionHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 16);
}

/** Equal texts for equal values, independent of the order of their members; undefined members are left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** Line and column (both from 1) of a character in a text. */
export function placeInText(
  text: string,
  position: number,
): { readonly line: number; readonly column: number } {
  const before = text.slice(0, position);
  return { line: before.split('\n').length, column: position - before.lastIndexOf('\n') };
}
