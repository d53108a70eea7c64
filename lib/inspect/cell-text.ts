// A value as text, as CSV has it, and as JSON, in which no digit is lost. Pure.
import { sqlTree, type TypeTree } from '../core/nested-type.ts';
import type { Value } from '../ports.ts';

/** Null for NULL; lists and structs as JSON, the numbers in them as their type says. `type`: DuckDB's, if it is known. */
export function cellText(value: Value, type?: string): string | null {
  if (value === null || typeof value === 'string') return value;
  if (typeof value !== 'object') return String(value);
  return type === undefined ? plainJson(value) : jsonOf(type)(value);
}

/** Writes values of a type of DuckDB's: decimals and whole numbers, which may be texts, as numbers with all their digits. */
export function jsonOf(type: string): (value: Value) => string {
  return writer(sqlTree(type));
}

function writer(tree: TypeTree<string>): (value: Value) => string {
  if ('leaf' in tree) {
    const isExact = isExactNumber(tree.leaf);
    return (value) => (isExact && isDigits(value) ? value : plainJson(value));
  }
  if ('element' in tree) {
    const element = writer(tree.element);
    return (value) => (Array.isArray(value) ? `[${value.map(element).join(',')}]` : plainJson(value));
  }
  const fields = tree.fields.map(({ name, type }) => ({ name, text: writer(type) }));
  return (value) =>
    isStruct(value)
      ? `{${fields.map(({ name, text }) => `${JSON.stringify(name)}:${text(value[name] ?? null)}`).join(',')}}`
      : plainJson(value);
}

function isStruct(value: Value): value is { readonly [name: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDigits(value: Value): value is string {
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value);
}

/** JSON cannot express NaN and infinities: they are texts. */
function plainJson(value: Value): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'number' && !Number.isFinite(part) ? String(part) : part,
  );
}

export function isExactNumber(type: string): boolean {
  return /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|UINTEGER|DECIMAL\(.*\))$/.test(type);
}
