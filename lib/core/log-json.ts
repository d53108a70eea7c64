// JSON texts inside a log: statistics, tags, settings. Ours are valid, but other programs may write there too.
import { CorruptionError } from '../errors.ts';

/** An object. Throws CorruptionError that names the expected content. */
export function parseLogJson<T>(text: string, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(text, what, error);
  }
  if (typeof value === 'object' && value !== null) return value as T;
  throw unreadable(text, what);
}

function unreadable(text: string, what: string, cause?: unknown): CorruptionError {
  return new CorruptionError(
    `${what} in a table's log cannot be read: ${JSON.stringify(text.slice(0, 200))}. Another program wrote it, or the log is damaged: "npx sluice certify" shows where`,
    { cause },
  );
}
