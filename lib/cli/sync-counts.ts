// What a sync did, in numbers and remarks: for its lines and its document. Pure.
import type { SourceOutcome } from '../ingest/source-outcome.ts';
import { runRemarks } from '../inspect/delivery-remarks.ts';
import type { SyncResult } from '../local/sync-lake.ts';
import type { DatasetRemarks } from './delivery-text.ts';

type Result = SourceOutcome['result'];

export function totals({
  outcomes,
  unchanged,
  rejected,
  settled,
}: SyncResult): Record<Result | 'settled', number> {
  const of = (result: Result) => outcomes.filter((outcome) => outcome.result === result).length;
  return {
    accepted: of('accepted'),
    rejected: rejected.length,
    settled: settled.length,
    withdrawn: of('withdrawn'),
    unchanged: unchanged + of('unchanged'),
    kept: of('kept'),
    unknown: of('unknown'),
    running: of('running'),
  };
}

type RowTotals = Readonly<
  Record<'accepted' | 'superseded' | 'quarantined' | 'skipped' | 'withdrawn', number>
>;

export function rowTotals({ outcomes }: SyncResult): RowTotals {
  const reports = outcomes.flatMap(({ result, report }) => (result === 'accepted' && report ? [report] : []));
  return {
    accepted: reports.reduce((sum, report) => sum + report.accepted, 0),
    superseded: reports.reduce((sum, report) => sum + (report.superseded ?? 0), 0),
    quarantined: reports.reduce((sum, report) => sum + report.quarantined, 0),
    skipped: reports.reduce((sum, { skipped = 0 }) => sum + skipped, 0),
    withdrawn: outcomes.reduce((sum, { withdrawnRows }) => sum + (withdrawnRows ?? 0), 0),
  };
}

export function shownTotals(result: SyncResult): Partial<RowTotals> {
  const { superseded, ...totals } = rowTotals(result);
  return superseded === 0 ? totals : { ...totals, superseded };
}

export function partitionCounts({ refreshed }: SyncResult): { table: string; partitions: number }[] {
  return refreshed
    .map(({ target, published, dropped }) => ({
      table: target.name,
      partitions: published.length + dropped.length,
    }))
    .filter(({ partitions }) => partitions > 0);
}

/** Remarks on what this run read. */
export function remarks({ outcomes }: SyncResult): DatasetRemarks[] {
  const datasets = [...new Set(outcomes.flatMap(({ dataset }) => dataset ?? []))];
  return datasets.map((dataset) => ({
    dataset,
    ...runRemarks(outcomes.filter((outcome) => outcome.dataset === dataset)),
  }));
}
