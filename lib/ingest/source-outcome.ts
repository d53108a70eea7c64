// What an ingest did about one source file.
import type { Action, Add, PartitionValues } from '../delta/actions.ts';
import type { Report } from './report.ts';

export type SourceOutcome = {
  readonly source: string;
  readonly dataset: string | undefined;
  /** `unknown`: no dataset's path matches. `kept`: the source is gone, and the dataset keeps its rows. */
  readonly result: 'accepted' | 'rejected' | 'withdrawn' | 'unchanged' | 'kept' | 'unknown';
  /** Of the version that was read, where one was. */
  readonly report?: Report;
  /** Rows that a withdrawal took away. */
  readonly withdrawnRows?: number;
  /** Accepted, and other live sources of the dataset bring the same rows: they count more than once. */
  readonly copies?: readonly string[];
  /** The table's partitions whose rows changed. */
  readonly partitions: readonly PartitionValues[];
};

/** `files`: what the table holds of the source after it. */
export type Change = {
  readonly actions: readonly Action[];
  readonly files: readonly Add[];
  readonly outcome: SourceOutcome;
};
