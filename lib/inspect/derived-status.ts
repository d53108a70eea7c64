// How current one computed table is, from its log and those of its inputs. Writes nothing.

import { type Derivation, type TableRef, tablePrefix } from '../core/insight.ts';
import type { Snapshot } from '../delta/snapshot.ts';
import { recordCount } from '../delta/stats.ts';
import type { Effects } from '../lake/effects.ts';
import { partitionId, partitionOf } from '../lake/partition.ts';
import { WARNINGS } from '../lake/tags.ts';
import { readPending, type Stale, type Warning } from '../refresh/pending.ts';
import { type SinceInputs, sinceInputs } from '../refresh/since-inputs.ts';

/** `behind` is null where the table itself is not there, too. */
export type DerivedStatus = SinceInputs & {
  readonly table: TableRef;
  readonly partitions: number;
  readonly rows: number;
  readonly version: number | null;
  readonly stale: readonly Stale[];
  /** Live partitions that an audit of severity `warn` found something in. */
  readonly warnings: readonly Warning[];
};

export async function derivedStatus(effects: Effects, derivation: Derivation): Promise<DerivedStatus> {
  const snapshot = await effects.tables.latest(tablePrefix(derivation.target));
  if (snapshot === undefined)
    return {
      table: derivation.target,
      partitions: 0,
      rows: 0,
      version: null,
      stale: [],
      warnings: [],
      problems: [],
      behind: null,
    };
  const partitions = new Set(
    [...snapshot.files.values()].map((add) =>
      partitionId(partitionOf(add.partitionValues, snapshot.metadata.partitionColumns)),
    ),
  );
  return {
    table: derivation.target,
    partitions: partitions.size,
    rows: recordCount(snapshot.files.values()),
    version: snapshot.version,
    stale: readPending(snapshot).stale,
    warnings: warningsOf(snapshot),
    ...(await sinceInputs(effects, derivation, snapshot)),
  };
}

function warningsOf({ files, metadata }: Snapshot): Warning[] {
  return [...files.values()].flatMap(({ tags, partitionValues }) => {
    const message = tags?.[WARNINGS];
    const partition = partitionOf(partitionValues, metadata.partitionColumns);
    return message === undefined ? [] : [{ partition, message }];
  });
}
