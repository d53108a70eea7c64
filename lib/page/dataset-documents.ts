// The documents about datasets and their source files. Types alone.
import type { Cell, Ref, Time } from './page-values.ts';

/**
 * The state of a source file; of several that fit, the first of this list. `rejected`: refused as a whole. `waiting`: not read yet, or its delivery
 * is not complete. `partly-refused`: some of its rows were refused and nobody settled them. `superseded`: a newer delivery counts in its place.
 * `corrected`: it replaced an older version under its name. `late`: it came after it was due. `withdrawn`: deleted, and its rows with it.
 */
export const FILE_STATES = [
  ...(['rejected', 'waiting', 'partly-refused', 'superseded'] as const),
  ...(['corrected', 'late', 'live', 'withdrawn'] as const),
] as const;

export type FileState = (typeof FILE_STATES)[number];

/** A dataset's files by the period that they are about, or, where nothing in their names tells one, by the day on which they came. */
export type ArrivalsDocument = {
  readonly dataset: string;
  readonly unit: 'day' | 'month';
  /** `name`: the period is in the file's name. `arrival`: it is the day of its LastModified in UTC. */
  readonly from: 'name' | 'arrival';
  /** In the order of time; periods without anything are absent. */
  readonly periods: readonly ArrivalPeriod[];
};

export type ArrivalPeriod = {
  /** `2024-01-03` or `2024-01`. */
  readonly period: string;
  readonly states: Readonly<Partial<Record<FileState, number>>>;
  /** Expected files that have not come. */
  readonly missing: number;
  /** That count. */
  readonly files: number;
  readonly rows: number;
  readonly refusedRows: number;
  /** The list with its files; null where there are only missing ones. */
  readonly list: Ref<FilesDocument> | null;
};

/** Some of a dataset's files: those of a month, by their periods. */
export type FilesDocument = {
  readonly dataset: string;
  readonly files: readonly FileRow[];
};

export type FileRow = {
  readonly source: string;
  readonly period: string;
  readonly state: FileState;
  /** Why it is in that state; null where the state says it all. */
  readonly reason: string | null;
  /** In the table. */
  readonly rows: number;
  readonly refusedRows: number;
  readonly skippedRows: number;
  /** Null for a file that is gone. */
  readonly sizeBytes: number | null;
  readonly lastModified: Time;
  /** Of the table, in which it came in, and when; null for what never did. */
  readonly version: number | null;
  readonly committedAt: Time | null;
  /** Its older versions that were in the table, the newest first. */
  readonly before: readonly FormerFile[];
  /** Null for a file without refused rows, and beyond the newest 1,000 with some. */
  readonly refused: Ref<RefusedDocument> | null;
};

export type FormerFile = {
  readonly lastModified: Time;
  readonly rows: number;
  readonly refusedRows: number;
  readonly from: Time;
  readonly until: Time;
};

export type DatasetDocument = {
  readonly name: string;
  readonly package: string;
  readonly description: string | null;
  readonly contract: ContractText;
  /** The newest period first. */
  readonly lists: readonly FileList[];
  /** Of the files that count, and of those refused as a whole: what is open. */
  readonly refused: RefusedSummary;
  readonly versions: readonly VersionRow[];
  /** Older versions that are not listed. */
  readonly moreVersions: number;
};

export type FileList = {
  /** `2024-01`. */
  readonly label: string;
  readonly files: number;
  readonly list: Ref<FilesDocument>;
};

/** The contract in words, to be sent to whoever delivers the files. */
export type ContractText = {
  /** Of the file: name, format, encoding, delimiter, header, what is skipped, what leads to a refusal of the whole. */
  readonly file: readonly { readonly name: string; readonly text: string }[];
  readonly fields: readonly ContractField[];
  /** Rules over several fields or rows: keys, references, duplicates. */
  readonly rules: readonly string[];
  /** The first lines of a file that fulfils it; null for formats other than text. */
  readonly example: string | null;
};

export type ContractField = {
  /** The column's name in the file, and in the table where that differs. */
  readonly header: string;
  readonly name: string;
  readonly description: string | null;
  /** `a date as 2024-01-31`, `a number of at most 12 digits, 2 of them decimals`. */
  readonly type: string;
  readonly required: boolean;
  /** `at least 0`, `one of "billing", "network"`. */
  readonly rules: readonly string[];
  readonly examples: readonly string[];
};

export type RefusedSummary = {
  /** The most frequent first. */
  readonly byRule: readonly RefusedRule[];
  /** The open files that `byRule` counts: the newest, at most 1,000. */
  readonly ofFiles: number;
  /** The newest first, at most 200. */
  readonly files: readonly RefusedFile[];
  readonly moreFiles: number;
};

export type RefusedRule = {
  /** '' for the whole row or file. */
  readonly field: string;
  readonly rule: string;
  readonly rows: number;
  readonly files: number;
};

export type RefusedFile = {
  readonly source: string;
  readonly outcome: 'accepted' | 'rejected';
  readonly rows: number;
  readonly refusedRows: number;
  readonly lastModified: Time;
  /** Why somebody closed it; null while it is open. */
  readonly settled: string | null;
  readonly refused: Ref<RefusedDocument>;
};

export type RefusedDocument = {
  readonly dataset: string;
  readonly source: string;
  readonly outcome: 'accepted' | 'rejected';
  /** Why it was refused as a whole. */
  readonly reason: string | null;
  readonly rows: number;
  readonly accepted: number;
  readonly refused: number;
  readonly byRule: readonly { readonly field: string; readonly rule: string; readonly rows: number }[];
  /** The first ones, with their whole text. */
  readonly examples: readonly RefusedRowText[];
  /** The text of all refused rows, for a download: at most 1,000 of them, and a million characters. */
  readonly raw: readonly string[];
  readonly moreRaw: number;
  /** What of it cannot be told, in a sentence: its report or its refused rows are gone or damaged. Null where nothing is. */
  readonly missing: string | null;
  /** The text of a CSV file before its first record; null where there is none. */
  readonly header: string | null;
  /** Under which a corrected file replaces this one: its name in landing. */
  readonly correctedName: string;
  /** Writes all refused rows to a file. */
  readonly command: string;
};

export type RefusedRowText = {
  /** In the file; null where `path` says where it is. */
  readonly line: number | null;
  readonly path: string | null;
  readonly raw: string;
  readonly violations: readonly {
    readonly field: string;
    readonly rule: string;
    readonly value: Cell;
    readonly message: string;
  }[];
};

export type VersionRow = {
  readonly version: number;
  readonly committedAt: Time;
  /** In words: `2 files came, 1 was replaced`, `the SQL changed`. */
  readonly cause: string;
  readonly rowsAdded: number;
  readonly rowsRemoved: number;
  readonly rows: number;
};
