// A failure in one table must not stop the others: it is recorded as a sentence and reported.
import { CliError, CorruptionError, LocationGoneError, TryAgainError } from './errors.ts';
import { SqlError } from './ports.ts';

/** `table`: its folder in the lake, `tables/billing`. */
export type TableFailure = { readonly table: string; readonly message: string };

/** False, with a failure recorded, if `work` throws. Throws LocationGoneError: then the other tables are gone as well. */
export async function goingOn(
  failures: TableFailure[],
  table: string,
  work: () => Promise<void>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof LocationGoneError) throw error;
    failures.push({ table, message: messageOf(error) });
    return false;
  }
}

/** The first of each table. */
export function onePerTable<T extends TableFailure>(failures: readonly T[]): T[] {
  return failures.filter(
    ({ table }, index) => failures.findIndex((other) => other.table === table) === index,
  );
}

/** In a sentence; unexpected errors are labelled as such. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof CliError) return error.lines.map((line) => line.trim()).join(' ');
  const isForeseen = [CorruptionError, TryAgainError, SqlError].some((kind) => error instanceof kind);
  return isForeseen ? error.message : `unexpected error: ${error.name}: ${error.message}`;
}
