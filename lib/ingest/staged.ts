// A source file's version as it lies in the lake for a commit to take: data files that no commit names yet.
import type { Add } from '../delta/actions.ts';
import type { ObjectVersion } from '../ports.ts';
import type { Report } from './report.ts';

export type Staged = {
  /** What landing held; undefined where the source is gone. */
  readonly version: ObjectVersion | undefined;
  /** False where the table keeps what it has: the version was refused as a whole, or is there already. */
  readonly replaces: boolean;
  readonly adds: readonly Add[];
  readonly report?: Report;
};
