// Meets the rows that validation flagged with the records that a reader walks through, in the file's order.
import type { Violation } from '../core/violation.ts';
import { CorruptionError } from '../errors.ts';
import type { FlaggedRow, FlaggedRows, SourceFile } from './row-source.ts';

export class FlaggedRowCursor {
  readonly #flagged: FlaggedRows;
  readonly #rows: AsyncIterator<FlaggedRow>;
  #next: FlaggedRow | undefined;
  /** Well-formed records so far: the relation's rows. */
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

  /** What speaks against the next record; after any answer but undefined, call `advance`. */
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

  /** Throws CorruptionError where the engine's rows cannot have been the reader's records. */
  requireAll(file: SourceFile): void {
    const { relationRows } = this.#flagged;
    if (this.#row === relationRows) return;
    throw new CorruptionError(
      `${file.path}: the engine made ${relationRows} rows of the file's ${this.#row} well-formed records. Nothing was committed; please report this file's shape.`,
    );
  }
}
