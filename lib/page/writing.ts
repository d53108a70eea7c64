// What the makers of documents share while one page is written.
import type { FoundFiles } from '../inspect/dataset-status.ts';
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
  /** By the name of the dataset: what the status was made from. */
  readonly files: ReadonlyMap<string, FoundFiles>;
  /** False where landing is not at hand: then nothing is known of what it holds. */
  readonly hasLanding: boolean;
  /** Gets the tables whose documents cannot be made. */
  readonly failures: TableFailure[];
  /** See IndexDocument. */
  readonly options: string;
};
