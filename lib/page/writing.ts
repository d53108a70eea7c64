// What the makers of documents share while one page is written.
import type { DatasetFiles } from '../inspect/dataset-files.ts';
import type { LakeStatus } from '../inspect/lake-status.ts';
import type { TableLogs } from '../inspect/read-table-log.ts';
import type { Effects } from '../lake/effects.ts';
import type { TableFailure } from '../table-failures.ts';
import type { Site } from './site.ts';

export type Writing = {
  readonly effects: Effects;
  readonly site: Site;
  /** Each log is read once. */
  readonly logs: TableLogs;
  readonly status: LakeStatus;
  /** By the name of the dataset: what the status was made from. */
  readonly files: ReadonlyMap<string, DatasetFiles>;
  /** False where landing is not at hand: then nothing is known of what it holds. */
  readonly hasLanding: boolean;
  /** See IndexDocument. */
  readonly options: string;
};

/** The lines of the first screen on tables of one kind. `failures`: of those whose documents cannot be made. */
export type Summaries<Summary> = {
  readonly summaries: readonly Summary[];
  readonly failures: readonly TableFailure[];
};
