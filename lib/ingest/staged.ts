// A source file's version in the lake before its commit: data files that no commit names yet.
import type { Add } from '../delta/actions.ts';
import type { JobId } from '../lake/jobs.ts';
import type { Share } from '../lake/shares.ts';
import type { ObjectVersion } from '../ports.ts';
import type { Report } from './report.ts';

export type Staged = {
  /** The version in landing; undefined if the source is gone. */
  readonly version: ObjectVersion | undefined;
  /** False if the table keeps the rows that it has: the version was refused as a whole, or is there already. */
  readonly replaces: boolean;
  /** Of a refused version: what stands for it where there are no rows to keep; see Role in tags.ts. */
  readonly adds: readonly Add[];
  /** Its rows, if they are in data files shared with other files of its batch; `adds` is empty then. */
  readonly bundled?: readonly Share[];
  readonly report?: Report;
  /** The job that made it, to be forgotten once it is committed. */
  readonly job?: JobId;
  /** The job that is to make it: nothing is known of the version yet. */
  readonly running?: JobId;
};
