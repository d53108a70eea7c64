// What the page is made of: the documents that the writer writes and the browser reads. Types alone, so that both sides share
// them. Every cell and every count of a table is a text or a whole number: no value passes through binary floating point.

/** Changes whenever a document's shape changes: pages of another format are written anew. */
export const FORMAT = 2;

/** The file of another document, below data/. It exists as soon as a document that names it can be read. */
export type Ref<_Document> = string;

export type Cell = string | null;
/** Partition column → value. */
export type Partition = Readonly<Record<string, Cell>>;
/** `well`: nothing to do. `attention`: somebody should look. `fault`: numbers may be wrong or missing until somebody acts. */
export type State = 'well' | 'attention' | 'fault';
/** ISO 8601 in UTC. */
export type Time = string;

/** Where a link of the page leads: see app/routes.ts. */
export type Target =
  | { readonly view: 'dataset' | 'insight'; readonly name: string }
  /** What was refused of a file of a dataset. */
  | { readonly view: 'refused'; readonly name: string; readonly source: string };

/** The one document with a fixed name, data/index.js; it names all others, directly or through them. */
export type IndexDocument = {
  readonly format: number;
  /** For people. */
  readonly lake: string;
  readonly landing: string;
  readonly writtenAt: Time;
  /** The options that commands need beside their own, as ` --lake s3://…`; '' for none. */
  readonly options: string;
  readonly summary: Summary;
  /** The gravest first. */
  readonly faults: readonly Fault[];
  readonly datasets: readonly DatasetSummary[];
  readonly insights: readonly InsightSummary[];
  readonly lineage: Lineage;
  /** What the search looks through besides. */
  readonly columns: Ref<ColumnsDocument>;
};

/** The descriptions of the tables' columns: loaded by the search, as they would make the first page large. */
export type ColumnsDocument = { readonly tables: readonly DescribedTable[] };

export type DescribedTable = {
  readonly name: string;
  /** Those with a description. */
  readonly columns: readonly { readonly name: string; readonly description: string }[];
};

export type Summary = {
  /** In landing and accounted for. */
  readonly files: number;
  readonly waiting: number;
  readonly late: number;
  readonly rejected: number;
  /** Refused rows that nobody settled. */
  readonly refusedRows: number;
  readonly stalePartitions: number;
  readonly behindPartitions: number;
};

export type Fault = {
  readonly state: 'attention' | 'fault';
  /** What is wrong, in a sentence that needs no knowledge of Sluice. */
  readonly what: string;
  /** Why, as the product's own message says it; '' where `what` says it all. */
  readonly cause: string;
  /** What mends it, to be typed; null where nothing that is typed does. */
  readonly command: string | null;
  /** What to do where that is not typed: `ask its sender for the file`. */
  readonly advice: string | null;
  readonly target: Target | null;
};

export type DatasetSummary = {
  readonly name: string;
  readonly package: string;
  readonly description: string | null;
  readonly state: State;
  readonly files: number;
  readonly rows: number;
  readonly refusedRows: number;
  readonly waiting: number;
  readonly rejected: number;
  readonly late: number;
  /** When its latest file came, and when its table last changed; null for never. */
  readonly lastArrival: Time | null;
  readonly lastCommit: Time | null;
  /** When that latest file came into the table; null where it did not, as it waits or was refused. */
  readonly countedAt: Time | null;
  readonly version: number | null;
  /** Rows of the table at the end of each of the last 30 days, the oldest first; null before it existed. */
  readonly trend: readonly (number | null)[];
  readonly document: Ref<DatasetDocument> | null;
  readonly arrivals: Ref<ArrivalsDocument> | null;
};

export type InsightSummary = {
  readonly name: string;
  /** `history`: of an upsert dataset; every version of each row. */
  readonly kind: 'insight' | 'history';
  readonly description: string | null;
  readonly headline: boolean;
  readonly state: State;
  readonly rows: number;
  readonly partitions: number;
  readonly stale: number;
  readonly warnings: number;
  /** Partitions that its inputs changed since; null where that is not known. */
  readonly behind: number | null;
  readonly lastCommit: Time | null;
  readonly version: number | null;
  readonly trend: readonly (number | null)[];
  /** Its versions of the last 24 hours before `writtenAt`. */
  readonly changesToday: number;
  readonly document: Ref<InsightDocument> | null;
};

/** Laid out in columns: everything stands to the right of what it reads. */
export type Lineage = {
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
};

export type LineageNode = {
  readonly name: string;
  readonly kind: 'dataset' | 'history' | 'insight';
  readonly description: string | null;
  readonly state: State;
  readonly rows: number;
  /** Columns of the table, for the search. */
  readonly columns: readonly string[];
  /** Place in the layout of the whole: `rank` counts columns from the left, `order` is the place within one. */
  readonly rank: number;
  readonly order: number;
};

/** `over`: its partitions drive those of `to`. `side`: read as a whole. `audit`: looked up by an audit. */
export type LineageEdge = {
  readonly from: string;
  readonly to: string;
  readonly kind: 'over' | 'side' | 'audit';
};

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
  /** The first lines of a file that fulfils it; null for what is no text. */
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
