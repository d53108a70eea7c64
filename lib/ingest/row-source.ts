// A source file as rows of texts, whatever its format: what validation and conversion see of it.
import type { Dataset } from '../core/contract.ts';
import type { TextSource } from '../core/validation-sql.ts';
import type { RejectedRow, Violation } from '../core/violation.ts';
import type { SqlSession } from '../ports.ts';

export type RowSource = {
  /** SQL of a relation with one row per well-formed record, in the file's order. */
  readonly relation: string;
  readonly texts: TextSource;
  /** Columns of the file that no field takes. */
  readonly ignored: readonly string[];
  /** Records in the file, counted by other code than the relation's. */
  countRecords(): Promise<RecordCount>;
  /**
   * Every record that is not accepted, in the file's order: the flagged rows, and the records of which the relation
   * could make no row when it was last read in this session.
   */
  rejectedRows(session: SqlSession, flagged: AsyncIterable<FlaggedRow>): AsyncIterable<RejectedRow>;
};

/** `ambiguousLine`: from there on the records cannot be told apart for certain. */
export type RecordCount = { readonly records: number; readonly ambiguousLine?: number | undefined };

/** A row of the relation that validation refused; `row` counts from 0 in the relation's order, ascending. */
export type FlaggedRow = { readonly row: number; readonly violations: readonly Violation[] };

export type SourceFile = {
  readonly dataset: Dataset;
  readonly path: string;
  /** Values that the source's key gives. */
  readonly fromPath: ReadonlyMap<string, string | null>;
  /** A folder for temporary files. */
  readonly scratch: string;
};

/** What is wrong with the file as a whole. */
export function fileViolation(
  rule: Violation['rule'],
  message: string,
  value: string | null = null,
): Violation {
  return { field: '', rule, value, message };
}
