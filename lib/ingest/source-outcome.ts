// What a commit does with one source file's rows, and the outcome that is reported. Pure.
import type { Dataset } from '../core/contract.ts';
import type { PartitionValues } from '../delta/actions.ts';
import { allShares, type Share } from '../lake/shares.ts';
import { readOrigin, sameContent } from '../lake/tags.ts';
import type { Report } from './report.ts';
import type { Staged } from './staged.ts';

export type SourceOutcome = {
  readonly source: string;
  readonly dataset: string | undefined;
  /** `running`: a job reads it elsewhere, and the table is as before until it ends. `unknown`: no dataset's path matches. `kept`: the source is gone, and the dataset keeps its rows. */
  readonly result: 'accepted' | 'rejected' | 'withdrawn' | 'unchanged' | 'kept' | 'unknown' | 'running';
  /** Of the version that was read, if any. */
  readonly report?: Report;
  /** Rows that a withdrawal took away. */
  readonly withdrawnRows?: number;
  /** Other live sources of the dataset with the same rows as this accepted one: the rows count more than once. */
  readonly copies?: readonly string[];
  /** The table's partitions whose rows changed. */
  readonly partitions: readonly PartitionValues[];
};

/** Rows that leave the table; `dataChange`: false if the same rows come again. */
export type Removal = { readonly share: Share; readonly dataChange: boolean };

/** Rows that come into the table; `dataChange`: false if the same rows leave it. */
export type Addition = { readonly share: Share; readonly dataChange: boolean };

/** `shares`: the source's rows in the table afterwards. */
export type Change = {
  readonly removals: readonly Removal[];
  readonly additions: readonly Addition[];
  readonly shares: readonly Share[];
  readonly outcome: SourceOutcome;
  /** The source that the change is made for, where that is another one. */
  readonly because?: string;
};

/** `live`: the source's rows in the table, here and below. */
export function noChange(
  { name }: Dataset,
  source: string,
  live: readonly Share[],
  result: 'kept' | 'rejected' | 'unchanged' | 'running',
  report?: Report,
): Change {
  const outcome = {
    source,
    dataset: name,
    result,
    partitions: [],
    ...(report === undefined ? {} : { report }),
  };
  return { removals: [], additions: [], shares: live, outcome };
}

export function withdrawal({ name }: Dataset, source: string, live: readonly Share[]): Change {
  const [first] = live;
  const withdrawn = first && { withdrawnRows: readOrigin(first)?.acceptedRows ?? 0 };
  return {
    removals: live.map((share) => ({ share, dataChange: true })),
    additions: [],
    shares: [],
    outcome: {
      source,
      dataset: name,
      result: withdrawn ? 'withdrawn' : 'unchanged',
      ...withdrawn,
      partitions: live.map(({ partitionValues }) => partitionValues),
    },
  };
}

/**
 * Replaces the old rows by the new ones. If those of a partition are the same as before, such as when identical bytes are sent
 * twice, the log says that no data changed, and nothing is recomputed. In modes other than append LastModified counts too.
 */
export function replacement(
  { name, mode }: Dataset,
  source: string,
  live: readonly Share[],
  { adds, bundled, replaces, report }: Staged,
): Change {
  const shares = bundled ?? allShares(adds);
  const isSame = (before: Share, after: Share) => mode === 'append' && sameContent(before, after);
  const removals = live.map((share) => ({
    share,
    dataChange: !shares.some((after) => isSame(share, after)),
  }));
  const additions = shares.map((share) => ({ share, dataChange: !live.some((old) => isSame(old, share)) }));
  const changed = [...removals, ...additions].filter(({ dataChange }) => dataChange);
  const partitions = changed.map(({ share }) => share.partitionValues);
  const outcome = { source, dataset: name, partitions, ...(report === undefined ? {} : { report }) };
  return {
    removals,
    additions,
    shares,
    outcome: { ...outcome, result: replaces ? 'accepted' : 'rejected' },
  };
}
