// A source file of any format as rows of texts: the interface for validation and conversion.
import type { Dataset } from '../core/contract.ts';
import type { RecordOffsets } from '../core/record-offsets.ts';
import type { SkipCondition, SkippedCount } from '../core/skip-rules.ts';
import type { TextSource } from '../core/validation-sql.ts';
import { type RefusedRow, shortValue, type Violation } from '../core/violation.ts';
import type { SqlSession } from '../ports.ts';
import type { ColumnRemarks, TrailingDelimiter } from './odd-columns.ts';
import type { Beginning } from './packing.ts';
import { fileBytes, textBytes, withoutMark } from './source-bytes.ts';

export type RowSource = {
  /** SQL of a relation with one row per well-formed record, in the file's order. */
  readonly relation: string;
  readonly texts: TextSource;
  /** A condition on the relation, never NULL: rows that repeat the file's header. Undefined where there can be none. */
  readonly repeatedHeader?: string;
  /** Columns of the file without a field. */
  readonly ignored: readonly string[];
  /** Of CSV: what is odd about its columns and loses nothing. */
  columnRemarks?(session: SqlSession): Promise<ColumnRemarks>;
  /** The labels of optional fields that nothing fills: their values are null. */
  readonly missing: readonly string[];
  /** Records that the relation leaves out because the contract skips them. */
  readonly skipped?: readonly SkippedCount[];
  /** Rules about whole records, where the relation still has those that they skip. They hold only if every other record is a row. */
  readonly skipConditions?: readonly SkipCondition[];
  /** Records in the file, counted independently of the relation. */
  countRecords(): Promise<RecordCount>;
  /** Every record that is not accepted, in the file's order: the flagged rows, and the records that are no rows. */
  refusedRows(flagged: FlaggedRows): AsyncIterable<RefusedRow>;
  /** A CSV file's text before its first record, line ends included; absent where there is no one such text. */
  headerText?(): Promise<string>;
  /** For an archive: its members, of which each row's column `member` names one by its number. */
  readonly members?: readonly string[];
  /** The same records read by our own reader, for a file that is not plain or that DuckDB cannot read. */
  rewritten?(): Promise<RowSource | Violation>;
};

export type RecordCount = {
  readonly records: number;
  /** False if the relation may not hold exactly these records. */
  readonly isPlain: boolean;
  /** Where in the text they begin. */
  readonly offsets?: RecordOffsets;
  /** Of the text, unpacked and decoded: equal texts have the same. See TextHash. */
  readonly text?: string;
  /** Of an archive: what each of its members has. */
  readonly members?: readonly RecordCount[];
};

export type FlaggedRows = {
  /** In the relation's order. */
  readonly rows: AsyncIterable<FlaggedRow>;
  /** How many rows the relation has, flagged or not. */
  readonly relationRows: number;
  /** What countRecords found in the file. */
  readonly counted: RecordCount;
  /** Of an archive: how many of the relation's rows each member has. */
  readonly memberRows?: readonly number[];
};

/** A row of the relation that validation refused; `row` counts from 0 in the relation's order, ascending. */
export type FlaggedRow = { readonly row: number; readonly violations: readonly Violation[] };

/** How large a source file may be. `reason`: where the limit comes from; `next`: what to do about it, in words. */
export type SourceLimit = { readonly bytes: number; readonly reason: string; readonly next: string };

/** Whole records of a larger file, behind a copy of its header: what they alone do not tell. */
export type FilePart = {
  /** Physical lines of the header's copy. */
  readonly headerLines: number;
  /** Physical lines of the larger file between its header and these records. */
  readonly linesBefore: number;
  /** The first line of the larger file, before these records, with a record of broken quotes. */
  readonly brokenLine?: number;
  /** The larger file's first record, in cells; undefined if it has none. */
  readonly first: readonly string[] | undefined;
  readonly trailing: TrailingDelimiter | undefined;
  /** What our reader sees of broken quotes; a part without any is not read by it. */
  readonly quotes: SeenQuotes;
  readonly keys?: ComparedKeys;
  /** Of JSON: what its records have, which the larger file is judged by. */
  readonly labels?: SeenLabels;
  /** Fields that records of other parts have. */
  readonly seenElsewhere?: readonly string[];
};

/** `taken`: the label that fills a field. `records`: those that are objects. */
export type SeenLabels = {
  taken: Readonly<Record<string, string>>;
  ignored: readonly string[];
  records: number;
};

/** Keys are compared between parts. `held`: by a key's number, local files with those that earlier parts hold. */
export type ComparedKeys = { readonly shards: number; readonly held: ReadonlyMap<number, readonly string[]> };

/** `brokenLine`: of the first record with broken quotes. `hasStray`: a quote stands in a bare cell, perhaps before that. */
export type SeenQuotes = { brokenLine?: number; hasStray?: boolean };

export type SourceFile = {
  readonly dataset: Dataset;
  readonly path: string;
  /** In landing. */
  readonly key?: string;
  /** Values that the source's key gives. */
  readonly fromPath: ReadonlyMap<string, string | null>;
  /** A folder for temporary files. */
  readonly scratch: string;
  /** How much an archive may hold. */
  readonly limit?: SourceLimit;
  /** What its first bytes say, if they were looked at. */
  readonly beginning?: Beginning;
  /** Its first line is Excel's "sep=;", which the dialect skips. */
  readonly hasSepLine?: boolean;
  /** The path of a copy of its text as sourceBytes gives it, behind a byte order mark. */
  readonly text?: string;
  readonly part?: FilePart;
};

/** The file's text as UTF-8 bytes. Throws BrokenArchiveError, and TooLargeError beyond the limit. */
export function sourceBytes({ path, dataset, limit, text }: SourceFile): AsyncIterable<Buffer> {
  return text === undefined ? textBytes(path, dataset.encoding, limit?.bytes) : withoutMark(fileBytes(text));
}

/** What is wrong with the file as a whole. */
export function fileViolation(
  rule: Violation['rule'],
  message: string,
  value: string | null = null,
): Violation {
  return { field: '', rule, value: value === null ? null : shortValue(value), message };
}
