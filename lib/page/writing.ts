// What the makers of documents share while one page is written.
import type { LakeStatus } from '../inspect/lake-status.ts';
import type { TableLogs } from '../inspect/table-log.ts';
import type { Effects } from '../lake/effects.ts';
import type { TableFailure } from '../table-failures.ts';
import type { Site } from './site.ts';

export type Writing = {
  readonly effects: Effects;
  readonly site: Site;
  /** Each log is read once. */
  readonly logs: TableLogs;
  /** Its `failures` are those of this type. */
  readonly status: LakeStatus;
  /** Tables that cannot be read: makers of documents add theirs. */
  readonly failures: TableFailure[];
  /** See IndexDocument. */
  readonly options: string;
};
