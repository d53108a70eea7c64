// Work that is too large for one process, as a job of many tasks that run on an engine elsewhere. What is asked for, and what comes
// back; lib/jobs does it. A job writes data files that no commit names: whoever asked commits them, or nobody ever sees them.
import type { Severity } from '../core/insight.ts';
import type { SkippedCount } from '../core/skip-rules.ts';
import type { Violation } from '../core/violation.ts';
import type { PartitionValues } from '../delta/actions.ts';
import type { ObjectVersion } from '../ports.ts';

/** A data file in a table's folder: what its `add` needs but for tags. */
export type UploadedFile = {
  /** As in Add. */
  readonly path: string;
  readonly partitionValues: PartitionValues;
  readonly size: number;
  readonly stats: string;
  /** See CONTENT in tags.ts. */
  readonly content: string;
};

/** To convert a source file in blocks of whole records. */
export type SourceWork = {
  readonly kind: 'source';
  readonly dataset: string;
  /** The contract's hash. */
  readonly contract: string;
  /** The table's prefix. */
  readonly table: string;
  readonly version: ObjectVersion;
  readonly begin: SourceBeginning;
};

/** What the file's first bytes say. */
export type SourceBeginning = {
  /** Bytes up to the first line behind the header, a byte order mark included. */
  readonly headerBytes: number;
  /** Physical lines of them. */
  readonly headerLines: number;
  /** The last of these bytes; -1 if there is none. */
  readonly lastByte: number;
  /** Of the header; of a file without one, its fields. */
  readonly labels: readonly string[];
  /** The cells of the first record; absent if there is none. */
  readonly first?: readonly string[];
};

/** To compute one partition of a derived table. */
export type PartitionWork = {
  readonly kind: 'partition';
  /** The derived table's prefix. */
  readonly table: string;
  /** The derivation's hash. */
  readonly definition: string;
  readonly partition: PartitionValues;
  /** Of its inputs, and of what its audits look up, by their prefixes. */
  readonly versions: Readonly<Record<string, InputVersion>>;
  /** Equal for equal files that the partition sees. */
  readonly seen: string;
  /** In the version of the derived table before. */
  readonly rowsBefore: number;
  /** Its rows in shards; absent where one task computes it. */
  readonly divided?: Division;
};

export type Division = {
  /** Columns of the driving input: rows that are equal in all of them are in one shard. */
  readonly by: readonly string[];
  readonly shards: number;
  /** The driving input's files that the partition sees, as in Add: each group is one task's to read. */
  readonly groups: readonly (readonly string[])[];
};

export type InputVersion = { readonly version: number; readonly commitId: string | null };

export type Work = SourceWork | PartitionWork;

/** `name`: of the work; two jobs for the same thing have the same. `run`: new for each job. */
export type JobId = { readonly name: string; readonly run: string };

export type SourceManifest = {
  /** Why the whole file is refused. */
  readonly violation?: Violation;
  readonly rows: number;
  readonly acceptedRows: number;
  readonly superseded: number;
  readonly skipped: readonly SkippedCount[];
  readonly files: readonly (UploadedFile & { readonly firstRow: number })[];
  readonly quarantine?: {
    readonly rows: number;
    readonly content: string;
    readonly counts: readonly { readonly field: string; readonly rule: string; readonly rows: number }[];
    readonly examples: readonly (Violation & {
      readonly line: number | null;
      readonly path: string | null;
    })[];
    readonly header?: string;
  };
  readonly ignoredColumns: readonly string[];
  readonly columnRemarks: object;
  readonly missingColumns: readonly string[];
  readonly text?: string;
};

export type PartitionManifest = {
  readonly files: readonly UploadedFile[];
  readonly failures: readonly FailedAudit[];
};

/** See AuditFailure in lib/refresh/audit.ts. `offending`: null where the SQL itself fails. */
export type FailedAudit = {
  readonly audit: string;
  readonly severity: Severity;
  readonly offending: number | null;
  readonly example: string;
};

export type ManifestOf<W extends Work> = W extends SourceWork ? SourceManifest : PartitionManifest;

export type Finished<W extends Work> = {
  readonly job: JobId;
  readonly work: W;
  readonly manifest: ManifestOf<W>;
};

/** `failed`: a sentence; the job has been tried as often as it may be. */
export type JobAnswer<W extends Work> =
  | Finished<W>
  | { readonly running: JobId; readonly work: W }
  | { readonly failed: string; readonly job: JobId; readonly work: W };

/** The engine elsewhere. Asking for work that is under way starts nothing. */
export interface Jobs {
  /** `isStill`: whether the work of a job that is there already is still worth to be done; otherwise it is given up for the new one. */
  ask<W extends Work>(work: W, isStill: (work: W) => boolean): Promise<JobAnswer<W>>;
  /** Its files are committed, or of no use: the job goes, and what it wrote beside its files. */
  forget(job: JobId): Promise<void>;
}
