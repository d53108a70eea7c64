// The tasks of a partition's job, what each needs to know and what it answers. All of it is plain JSON. Types alone.
import type { FailedAudit, UploadedFile } from '../lake/jobs.ts';

/** Distributes the rows of the driving input's files over the shards. */
export type CutTask = { readonly kind: 'cut'; readonly paths: readonly string[] };
export type CutResult = {
  readonly rows: number;
  readonly files: readonly { readonly shard: number; readonly file: string }[];
};

/** Computes one shard. `files`: of the job; absent: the partition's rows as they are in their table. */
export type ComputeTask = { readonly kind: 'compute'; readonly files?: readonly string[] };
export type ComputeResult = {
  /** Of the driving input. */
  readonly rows: number;
  /** What the SQL, or the audit of the partition's values, says against the rows. */
  readonly failures: readonly FailedAudit[];
  /** Absent where there are no rows. */
  readonly file?: UploadedFile;
};

/** Tries all other audits on the shards' rows together. */
export type AuditTask = { readonly kind: 'audit'; readonly files: readonly UploadedFile[] };
export type AuditResult = { readonly failures: readonly FailedAudit[] };

export type PartitionTask = CutTask | ComputeTask | AuditTask;
export type PartitionResult = CutResult | ComputeResult | AuditResult;
