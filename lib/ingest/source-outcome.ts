// What a commit does with one source file's rows, and the outcome that is reported. Pure.
import type { Dataset } from '../core/contract.ts';
import type { Add, PartitionValues } from '../delta/actions.ts';
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

/** `shares`: the source's rows in the table afterwards. */
export type Change = {
  readonly removals: readonly Removal[];
  readonly adds: readonly Add[];
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
  return { removals: [], adds: [], shares: live, outcome };
}

export function withdrawal({ name }: Dataset, source: string, live: readonly Share[]): Change {
  const [first] = live;
  const withdrawn = first && { withdrawnRows: readOrigin(first)?.acceptedRows ?? 0 };
  return {
    removals: live.map((share) => ({ share, dataChange: true })),
    adds: [],
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
 * Replaces the old files by the new ones. If a partition's file is the same as before, such as when identical bytes are sent
 * twice, the log says that no data changed, and nothing is recomputed. In modes other than append LastModified counts too.
 */
export function replacement(
  { name, mode }: Dataset,
  source: string,
  live: readonly Share[],
  { adds: files, replaces, report }: Staged,
): Change {
  const isSame = (before: Share, after: Add) => mode === 'append' && sameContent(before, after);
  const removals = live.map((share) => ({ share, dataChange: !files.some((after) => isSame(share, after)) }));
  const adds = files.map((add) => ({ ...add, dataChange: !live.some((old) => isSame(old, add)) }));
  const changed = [
    ...removals.flatMap(({ share, dataChange }) => (dataChange ? [share] : [])),
    ...adds.filter(({ dataChange }) => dataChange),
  ];
  const partitions = changed.map(({ partitionValues }) => partitionValues);
  const outcome = { source, dataset: name, partitions, ...(report === undefined ? {} : { report }) };
  return {
    removals,
    adds,
    shares: allShares(adds),
    outcome: { ...outcome, result: replaces ? 'accepted' : 'rejected' },
  };
}
