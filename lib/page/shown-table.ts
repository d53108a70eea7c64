// A computed table that the page shows as an insight, with its past: what the makers of its documents share.
import { historyName } from '../core/built-in.ts';
import type { Catalog } from '../core/catalog.ts';
import { type Derivation, tablePrefix } from '../core/insight.ts';
import { staleOf, tableHistory, type VersionHistory } from '../inspect/history.ts';
import type { TableLogs } from '../inspect/read-table-log.ts';
import type { Lifespan } from '../inspect/share-lives.ts';
import type { TableLog } from '../inspect/table-log.ts';
import { partitionOf } from '../lake/partition.ts';
import { WARNINGS } from '../lake/tags.ts';
import type { InsightDocument } from './insight-documents.ts';

export type ShownTable = {
  readonly derivation: Derivation;
  readonly kind: 'insight' | 'history';
  readonly log: TableLog;
  /** The newest first. */
  readonly history: readonly VersionHistory[];
};

export type ShownDerivation = Pick<ShownTable, 'derivation' | 'kind'>;

/** The current rows of an upsert or replace dataset are its own, and not among them. */
export function shownDerivations({ datasets, derivations }: Catalog): ShownDerivation[] {
  const histories = new Set(datasets.filter(({ history }) => history).map(({ name }) => historyName(name)));
  return derivations.flatMap((derivation): ShownDerivation[] => {
    const { kind, name } = derivation.target;
    if (kind === 'insights') return [{ derivation, kind: 'insight' }];
    return kind === 'tables' && histories.has(name) ? [{ derivation, kind: 'history' }] : [];
  });
}

/** Undefined where the lake does not hold it yet. Throws CliError where its log lacks an entry. */
export async function readShown(logs: TableLogs, shown: ShownDerivation): Promise<ShownTable | undefined> {
  const log = await logs.find(tablePrefix(shown.derivation.target));
  return log && { ...shown, log, history: tableHistory(log) };
}

/** Where the page tells what versions changed. */
export const LISTED_VERSIONS = 100;

export function isListed(log: TableLog, version: number): boolean {
  return version > log.newest - LISTED_VERSIONS;
}

/** Of a table at a version: the files of some of its partitions. */
export type Side = { readonly version: number; readonly files: readonly Lifespan[] };

/** What the newest version could not publish, and what it published with a warning. */
export function outcomesOf(log: TableLog): Pick<InsightDocument, 'stale' | 'warnings'> {
  const metadata = log.metadata(log.newest);
  return {
    stale: staleOf(metadata).map(({ partition, message }) => ({ partition, message })),
    warnings: log.filesAt(log.newest).flatMap(({ add: { tags, partitionValues } }) => {
      const partition = partitionOf(partitionValues, metadata.partitionColumns);
      const message = tags?.[WARNINGS];
      return message === undefined ? [] : [{ partition, message }];
    }),
  };
}
