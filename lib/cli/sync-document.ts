// The result of a sync as one JSON document for programs. Pure.
import { tablePrefix } from '../core/insight.ts';
import { partitionLabel } from '../lake/partition.ts';
import type { SyncResult } from '../local/sync-lake.ts';
import { asideDocument } from './aside-text.ts';
import { remarkDocument } from './delivery-text.ts';
import { remarks, shownTotals, totals } from './sync-counts.ts';

/** See `sluice sync --help`: programs read these property names. */
export function syncDocument(
  result: SyncResult,
  places: { readonly landing: string; readonly lake: string },
): unknown {
  return {
    ...places,
    totals: totals(result),
    rows: shownTotals(result),
    files: result.outcomes.map(({ source, dataset, result: outcome, report, withdrawnRows, partitions }) => ({
      source,
      dataset: dataset ?? null,
      outcome,
      rows: report?.accepted ?? withdrawnRows ?? 0,
      quarantined: report?.quarantined ?? 0,
      skipped: report?.skipped ?? 0,
      partitions: [...new Set(partitions.map(partitionLabel))],
    })),
    applied: result.applied.map(({ table, change }) => ({ table: tablePrefix(table), change })),
    refused: result.refused.map(({ dataset, message, held }) => ({
      dataset,
      message,
      held: held.map(tablePrefix),
    })),
    failed: result.failed.map(({ table, message, held }) => ({
      table,
      message,
      held: held.map(tablePrefix),
    })),
    aside: asideDocument(result.aside),
    asideKeys: result.asideKeys,
    refreshed: result.refreshed
      .filter(({ published, dropped }) => published.length + dropped.length > 0)
      .map(({ target, published, dropped, version }) => ({
        table: tablePrefix(target),
        published,
        dropped,
        version,
      })),
    rejected: result.rejected.map(({ source, dataset, reason }) => ({
      source,
      dataset,
      reason: reason?.message ?? null,
    })),
    ...remarkDocument(remarks(result)),
    waitingDeliveries: result.waitingDeliveries.flatMap(({ dataset, waitingDeliveries }) =>
      waitingDeliveries.map((waiting) => ({ dataset, ...waiting })),
    ),
    mayShareKeys: result.mayShareKeys,
    vanished: result.vanished,
    absent: result.absent,
    unseen: result.unseen,
    undone: result.undone.map(({ table, commits }) => ({ table: tablePrefix(table), commits })),
    stale: result.stale.map(({ table, partition, message }) => ({
      table: tablePrefix(table),
      partition,
      message,
    })),
    warnings: result.refreshed.flatMap(({ target, warned }) =>
      warned.map((warning) => ({ table: tablePrefix(target), ...warning })),
    ),
    deadLetters: result.deadLetters.map(({ queue, message, error, at }) => ({ queue, message, error, at })),
    ms: result.ms,
  };
}
