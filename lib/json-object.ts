// JSON objects as they stand in a store. What is read is a hint: lost or damaged, it counts for nothing.

/** One line, or indented for people. */
export function jsonBytes(value: object, indent?: 2): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, indent)}\n`);
}

/** Undefined for what is absent, or is no JSON object. Its members are what the writer says: check what must not be wrong. */
export function parseJsonObject<T extends object>(bytes: Uint8Array | undefined): T | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}
