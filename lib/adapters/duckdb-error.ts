// What DuckDB's errors are about: the data, the statement, or the machine.
import { OutOfMemoryError, SqlError } from '../ports.ts';

const DATA_ERRORS =
  /^(Conversion|Invalid Input|Constraint|Out of Range|Mismatch Type|Invalid Type|Serialization|Sequence) Error\b/;
const RESOURCE_ERRORS = /^(IO|FATAL|INTERNAL|INTERRUPT|Connection|TransactionContext) Error\b/;

/** DuckDB shows the kind of an error only in the first words of its message. */
export function sqlError(error: unknown): SqlError {
  if (error instanceof SqlError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (message.startsWith('Out of Memory Error')) return new OutOfMemoryError(message, { cause: error });
  const kind = DATA_ERRORS.test(message) ? 'data' : RESOURCE_ERRORS.test(message) ? 'resource' : 'statement';
  return new SqlError(kind, message, { cause: error });
}

export async function translated<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw sqlError(error);
  }
}
