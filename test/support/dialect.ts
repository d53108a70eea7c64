// A dialect as a contract gives it, from the words that differ from the standard's defaults.
import type { Dialect } from '../../lib/core/contract.ts';

export const DEFAULT_DIALECT: Dialect = {
  delimiter: ',',
  quoteChar: '"',
  doubleQuote: true,
  skipInitialSpace: false,
  skipLines: 0,
  headerRecords: 1,
  headerJoin: ' ',
  caseSensitiveHeader: false,
};

export function dialectOf(words: Partial<Dialect>): Dialect {
  return { ...DEFAULT_DIALECT, ...words };
}
