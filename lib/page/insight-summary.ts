// One insight's line on the first screen, and its documents.
import { sameTable, tablePrefix } from '../core/insight.ts';
import { mapInParallel } from '../in-parallel.ts';
import type { DerivedStatus } from '../inspect/derived-status.ts';
import { partitionId } from '../lake/partition.ts';
import { goingOn, type TableFailure } from '../table-failures.ts';
import { changesRows } from './changes.ts';
import type { InsightSummary } from './documents.ts';
import { insightRef } from './insight-document.ts';
import type { State } from './page-values.ts';
import { rowTrend, TREND_DAYS } from './row-trend.ts';
import {
  outcomesOf,
  readShown,
  type ShownDerivation,
  type ShownTable,
  shownDerivations,
} from './shown-table.ts';
import type { Summaries, Writing } from './writing.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Some wait for the disk or the engine while another one is made; their rows are in memory. */
const AT_ONCE = 4;

/** Insights, and the histories of datasets. One that cannot be read has no document, and `failures` say why. */
export async function insightSummaries(writing: Writing): Promise<Summaries<InsightSummary>> {
  const shown = shownDerivations(writing.effects.catalog);
  const made = await mapInParallel(shown, (one) => summaryOf(writing, one), AT_ONCE);
  return {
    summaries: made.map(({ summary }) => summary),
    failures: made.flatMap(({ failed }) => failed),
  };
}

/** `failed`: what the status does not say. */
async function summaryOf(
  writing: Writing,
  shown: ShownDerivation,
): Promise<{ readonly summary: InsightSummary; readonly failed: readonly TableFailure[] }> {
  const { target } = shown.derivation;
  const status = writing.status.derived.find(({ table }) => sameTable(table, target));
  const failed: TableFailure[] = writing.status.failures.filter(({ table }) => table === tablePrefix(target));
  const known = failed.length;
  let read: ReadTable = NOTHING;
  await goingOn(failed, tablePrefix(target), async () => {
    const table = await readShown(writing.logs, shown);
    if (table === undefined) return;
    read = pastOf(writing, table);
    read = { ...read, document: await insightRef(writing, table) };
  });
  const summary: InsightSummary = {
    name: target.name,
    kind: shown.kind,
    description: shown.derivation.description ?? null,
    headline: shown.derivation.headline ?? false,
    state: failed.length > 0 ? 'fault' : stateOf(writing, status),
    rows: status?.rows ?? 0,
    partitions: status?.partitions ?? 0,
    stale: status?.stale.length ?? 0,
    warnings: status?.warnings.length ?? 0,
    behind: status?.behind ?? null,
    version: status?.version ?? null,
    ...read,
  };
  return { summary, failed: known === 0 ? failed : [] };
}

type ReadTable = Pick<InsightSummary, 'lastCommit' | 'trend' | 'changesToday' | 'document'> &
  Partial<Pick<InsightSummary, 'rows' | 'partitions' | 'stale' | 'warnings' | 'version'>>;

const NOTHING: ReadTable = {
  lastCommit: null,
  trend: Array.from({ length: TREND_DAYS }, () => null),
  changesToday: 0,
  document: null,
};

function pastOf({ effects }: Writing, { log, history }: ShownTable): ReadTable {
  const now = effects.clock();
  const since = now.getTime() - DAY_MS;
  const { stale, warnings } = outcomesOf(log);
  const { partitionColumns } = log.metadata(log.newest);
  return {
    // A commit may have come since the status was taken: the line and the documents are of one version.
    version: log.newest,
    rows: history[0]?.rows ?? 0,
    partitions: new Set(log.partitionsAt(log.newest, partitionColumns).map(partitionId)).size,
    stale: stale.length,
    warnings: warnings.length,
    lastCommit: history[0]?.committedAt ?? null,
    trend: rowTrend(log, history, now),
    changesToday: history.filter((version) => changesRows(version) && Date.parse(version.committedAt) > since)
      .length,
    document: null,
  };
}

function stateOf({ status: { foreign } }: Writing, status: DerivedStatus | undefined): State {
  if (status === undefined) return 'fault';
  const prefix = tablePrefix(status.table);
  const isForeign = foreign.some(({ table }) => table === prefix);
  if (status.stale.length > 0 || status.problems.length > 0 || isForeign) return 'fault';
  const isCurrent = status.version !== null && status.behind === 0;
  return isCurrent && status.warnings.length === 0 ? 'well' : 'attention';
}
