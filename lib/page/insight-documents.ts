// The documents about insights: their rows, receipts and changes. Types alone.
import type { VersionRow } from './dataset-documents.ts';
import type { Cell, Partition, Ref, Time } from './page-values.ts';

export type PageColumn = {
  readonly name: string;
  /** Of SQL, as Delta's schema has it: `decimal(18,6)`, `date`, `string`. */
  readonly type: string;
  readonly isNumber: boolean;
  readonly description: string | null;
  /** As the contract's or the SQL's column description ends in brackets, `[EUR]`; null for none. */
  readonly unit: string | null;
};

export type InsightDocument = {
  readonly name: string;
  readonly kind: 'insight' | 'history';
  readonly description: string | null;
  readonly columns: readonly PageColumn[];
  readonly partitionBy: readonly string[];
  /** Tells rows apart; [] for none. */
  readonly key: readonly string[];
  readonly reads: readonly string[];
  /** As it stands in its file, and where; null for a built-in rule. */
  readonly sql: { readonly text: string; readonly file: string } | null;
  readonly audits: readonly AuditRow[];
  readonly stale: readonly { readonly partition: Partition; readonly message: string }[];
  readonly warnings: readonly { readonly partition: Partition; readonly message: string }[];
  readonly chart: ChartSpec | null;
  /** Its rows, the newest partitions first. */
  readonly parts: readonly InsightPart[];
  /** The newest first. */
  readonly versions: readonly VersionRow[];
  readonly moreVersions: number;
  /** What each of the newest 20 versions that changed rows changed, the newest first. */
  readonly changes: readonly ChangeRef[];
};

export type ChangeRef = {
  readonly version: number;
  readonly committedAt: Time;
  readonly change: Ref<ChangeDocument>;
};

/** Neighbouring partitions with their rows and receipts. */
export type InsightPart = {
  readonly partitions: readonly Partition[];
  /** Of the table; `moreRows` of them are not in its document. */
  readonly rowCount: number;
  readonly moreRows: number;
  readonly rows: Ref<RowsDocument>;
  readonly receipts: Ref<ReceiptsDocument>;
};

export type AuditRow = {
  readonly name: string;
  readonly severity: 'error' | 'warn';
  /** What it looks for, as its SQL. */
  readonly sql: string;
  /** Of the newest 30 versions in which it ran, the newest first. */
  readonly runs: readonly {
    readonly version: number;
    readonly committedAt: Time;
    readonly outcome: 'passed' | 'warned' | 'failed';
  }[];
};

/** Which columns a chart shows. */
export type ChartSpec = {
  readonly kind: 'line' | 'bar';
  /** Along the axis, the coarsest first (`year`, `month`, `day` are joined); or one column of names. */
  readonly x: readonly string[];
  readonly measures: readonly string[];
  /** Its values are told apart by colour; null for none. */
  readonly colour: string | null;
};

/** In the order of the insight's columns; the newest partitions first, then by key. At most 20,000. */
export type RowsDocument = { readonly rows: readonly (readonly Cell[])[] };

export type ReceiptsDocument = { readonly receipts: readonly PagePartitionReceipt[] };

export type PagePartitionReceipt = {
  readonly partition: Partition;
  readonly rows: number;
  /** That last changed it. */
  readonly version: number;
  readonly committedAt: Time;
  /** The SQL's hash. */
  readonly definition: string | null;
  readonly contracts: readonly string[];
  /** Table → the version that was read. */
  readonly inputs: Readonly<Record<string, number>>;
  readonly audits: readonly { readonly audit: string; readonly outcome: 'passed' | 'warned' }[] | null;
  readonly warnings: string | null;
  /** The newest first, at most 500. */
  readonly sources: readonly SourceRow[];
  readonly moreSources: number;
  /** All of them. */
  readonly sourceRows: number;
  /** Inputs that cannot be traced any more, in sentences. */
  readonly lost: readonly string[];
  /** The version of the partition before, and what moved it on from there; null for its first. */
  readonly moved: Moved | null;
};

export type SourceRow = {
  readonly dataset: string;
  readonly source: string;
  /** Of the file that this partition was made from. */
  readonly rows: number;
  readonly lastModified: Time;
  readonly version: number;
  readonly committedAt: Time;
};

export type Moved = {
  readonly before: number;
  readonly sources: readonly SourceMove[];
  readonly moreSources: number;
  /** Tables whose contract or SQL changed. */
  readonly definitions: readonly string[];
  /** Its rows before and after, among all that the version changed; null where the version is none of the newest 100. */
  readonly change: Ref<ChangeDocument> | null;
};

export type SourceMove = {
  readonly dataset: string;
  readonly source: string;
  /** `read again`: the same bytes under another contract. */
  readonly change: 'new' | 'replaced' | 'read again' | 'withdrawn';
  readonly oldRows: number | null;
  readonly newRows: number | null;
  /** When the change came into the dataset's table. Null for `withdrawn` where it did not: the file was there still, and no longer counted. */
  readonly committedAt: Time | null;
};

/** What one version of an insight changed. Of several in a row a browser makes what all of them changed. */
export type ChangeDocument = {
  readonly table: string;
  readonly version: number;
  /** Of the version itself. */
  readonly committedAt: Time;
  readonly columns: readonly PageColumn[];
  /** [] where rows have no key: then none is `changed`. */
  readonly key: readonly string[];
  /** Where the rows were swept: of all rows of the partitions that were written. */
  readonly counts: { readonly added: number; readonly removed: number; readonly changed: number };
  /** In the order of `columns`; at most 2,000. Null where the rows were swept. */
  readonly rows:
    | readonly {
        readonly change: 'added' | 'removed' | 'changed';
        readonly old: readonly Cell[] | null;
        readonly new: readonly Cell[] | null;
      }[]
    | null;
  readonly moreRows: number;
  /** Of each measure, over all rows that changed, those that are not listed among them: exact texts; null where it cannot be said. */
  readonly totals: readonly { readonly column: string; readonly old: Cell; readonly new: Cell }[] | null;
  readonly sources: readonly SourceMove[];
  readonly moreSources: number;
  readonly definitions: readonly string[];
};
