// What a derived table's log says of partitions that stay behind: those that failed, wait for time, or are computed elsewhere.
import type { JoinedInput } from '../core/insight.ts';
import { parseLogJson } from '../core/log-json.ts';
import type { PartitionValues } from '../delta/actions.ts';
import { configuration, type Snapshot } from '../delta/snapshot.ts';
import { PENDING } from '../lake/tags.ts';

/**
 * A partition that keeps its old rows because the new ones, or these since what they relate to changed, failed an audit. `isTooLarge`:
 * because the new ones could not be computed here; it is tried again.
 */
export type Stale = {
  readonly partition: PartitionValues;
  readonly message: string;
  readonly isTooLarge?: true;
};

/** A partition that a job computes elsewhere. `run`: of the job whose rows may be published. */
export type Running = { readonly partition: PartitionValues; readonly run: string };

/** A partition that is live although an audit of severity `warn` failed. */
export type Warning = { readonly partition: PartitionValues; readonly message: string };

export type Pending = {
  /** The definition changed, and nothing was computed under the new one yet. */
  readonly all: boolean;
  readonly stale: readonly Stale[];
  /** Touched, but not computed yet for want of time. */
  readonly waiting: readonly PartitionValues[];
  /** Absent: none. */
  readonly running?: readonly Running[];
  /** How those that are stale saw the inputs: see Derivation. Absent if as a whole, as under an older Sluice. */
  readonly joined?: readonly JoinedInput[];
};

export function readPending(snapshot: Snapshot): Pending {
  const text = configuration(snapshot, PENDING);
  const noted = text === undefined ? {} : parseLogJson<Pending>(text, PENDING);
  return { all: false, stale: [], waiting: [], ...noted };
}
