// Matches the rows that validation flagged with the records that our reader reads, in the file's order.
import type { Violation } from '../core/violation.ts';
import { CorruptionError } from '../errors.ts';
import type { FlaggedRow, FlaggedRows, SourceFile } from './row-source.ts';

export class FlaggedRowCursor {
  readonly #flagged: FlaggedRows;
  readonly #rows: AsyncIterator<FlaggedRow>;
  #next: FlaggedRow | undefined;
  /** Number of well-formed records so far; each is a row of the relation. */
  #row = 0;

  private constructor(flagged: FlaggedRows) {
    this.#flagged = flagged;
    this.#rows = flagged.rows[Symbol.asyncIterator]();
  }

  static async over(flagged: FlaggedRows): Promise<FlaggedRowCursor> {
    const cursor = new FlaggedRowCursor(flagged);
    await cursor.advance();
    return cursor;
  }

  /** The violations of the next record; if not undefined, call `advance`. */
  against(problem: Violation | undefined): readonly Violation[] | undefined {
    if (problem) return [problem];
    const row = this.#row++;
    return this.#next?.row === row ? this.#next.violations : undefined;
  }

  async advance(): Promise<void> {
    if (this.#next && this.#next.row >= this.#row) return;
    const { value, done } = await this.#rows.next();
    this.#next = done ? undefined : value;
  }

  /** Throws CorruptionError if DuckDB's rows cannot be the reader's records. */
  requireAll(file: SourceFile): void {
    const { relationRows } = this.#flagged;
    if (this.#row === relationRows) return;
    throw new CorruptionError(
      `${file.path}: the engine made ${relationRows} rows of the file's ${this.#row} well-formed records. Nothing was committed; please report this file's shape.`,
    );
  }
}
