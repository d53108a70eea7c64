// What a contract does to the rows of its table: the state before held against the same table after a rehearsal. Counts are exact:
// they come from the reports and logs of real conversions; rows are told apart by their places in the file.

import { landingTable } from '../core/built-in.ts';
import type { Dataset } from '../core/contract.ts';
import { tablePrefix } from '../core/insight.ts';
import type { Violation } from '../core/violation.ts';
import { configuration, type Snapshot } from '../delta/snapshot.ts';
import { mapInParallel } from '../in-parallel.ts';
import type { Effects } from '../lake/effects.ts';
import { liveShares } from '../lake/live-shares.ts';
import type { LiveShares, Share } from '../lake/shares.ts';
import { CONTRACT } from '../lake/tags.ts';
import { originOf, type ReadSource, type RowExample, rowExamples, sourceChange } from './source-change.ts';

/** `skipped`: records that the contract skips. */
export type Rows = { readonly live: number; readonly quarantined: number; readonly skipped: number };

export type ContractCounts = {
  /** Of the whole table. */
  readonly before: Rows;
  readonly after: Rows;
  /** Live rows, or skipped records, that the new contract refuses, in files that stay accepted. */
  readonly refused: number;
  readonly refusedFiles: number;
  readonly refusedExamples: readonly RowExample[];
  /** Quarantined rows that it takes, or skips, in files that were accepted before. */
  readonly admitted: number;
  readonly admittedFiles: number;
  /** With what was said against them. */
  readonly admittedExamples: readonly RowExample[];
  /** Files that were accepted, and would be rejected as a whole. */
  readonly newlyRejected: readonly RejectedFile[];
  /** Files that were rejected as a whole, and would be accepted. */
  readonly newlyAccepted: readonly AcceptedFile[];
  /** Files in landing that the lake has not read yet in their present version: the next sync reads them too. */
  readonly firstRead: {
    readonly files: number;
    readonly accepted: number;
    readonly quarantined: number;
    readonly rejectedFiles: number;
  };
  /** Live sources whose rows would go with them: their path does not match any more, or a rebuild finds no file in landing. */
  readonly withdrawn: { readonly files: number; readonly rows: number };
  /** Live sources that no file in landing can answer for: their rows stay as they are, and were not checked. */
  readonly unread: { readonly files: number; readonly rows: number };
  /** Files that the new contract cuts into another number of records: their rows are matched by line alone. */
  readonly otherRecords: readonly string[];
  /** Files whose quarantined rows of before are gone from the lake: their rows are in neither count of refused and admitted. */
  readonly unmatched: readonly string[];
};

export type RejectedFile = {
  readonly source: string;
  readonly reason: Violation;
  /** Of the table before, from this file. */
  readonly liveRows: number;
  /** They stay; false for duplicates, whose rows go. */
  readonly staysLive: boolean;
};

export type AcceptedFile = {
  readonly source: string;
  readonly accepted: number;
  readonly quarantined: number;
};

const MAX_EXAMPLES = 5;

/** The table before and after the rehearsal; `reads`: the source files that were read in it. */
export type Comparison = {
  readonly dataset: Dataset;
  readonly before: Snapshot | undefined;
  readonly after: Snapshot | undefined;
  readonly reads: readonly ReadSource[];
};

/** `rehearsal`: the lake after it, which still has all of the real one. */
export async function contractCounts(
  rehearsal: Effects,
  { dataset, before, after, reads }: Comparison,
): Promise<ContractCounts> {
  const { tables } = rehearsal;
  const prefix = tablePrefix(landingTable(dataset));
  const [old, now] = [await liveShares(tables, prefix, before), await liveShares(tables, prefix, after)];
  const hash = before && configuration(before, CONTRACT);
  const sorted = [...reads].sort((a, b) => (a.source < b.source ? -1 : 1));
  const changes = await mapInParallel(sorted, (read) =>
    sourceChange(rehearsal, dataset, hash, old.get(read.source) ?? [], read),
  );
  const kept = changes.flatMap((one) => (one.kind === 'kept' ? [one] : []));
  const matched = kept.flatMap((one) => (one.counts === undefined ? [] : [{ ...one, counts: one.counts }]));
  const refusing = matched.filter(({ counts }) => counts.refused > 0);
  const admitting = matched.filter(({ counts }) => counts.admitted > 0);
  const sources = new Set(reads.map(({ source }) => source));
  const withdrawn = [...old].flatMap(([source, shares]) =>
    sources.has(source) || now.has(source) ? [] : [shares],
  );
  const unread = [...now].flatMap(([source, shares]) =>
    originOf(shares)?.contract === dataset.hash || sources.has(source) ? [] : [shares],
  );
  const first = changes.flatMap(({ kind, read }) => (kind === 'first' ? [read] : []));
  return {
    before: rowsOf(
      old,
      changes.flatMap(({ known }) => known ?? []),
    ),
    after: rowsOf(
      now,
      sorted.filter(({ outcome }) => outcome === 'accepted'),
    ),
    refused: sum(refusing, ({ counts }) => counts.refused),
    refusedFiles: refusing.length,
    refusedExamples: await rowExamples(rehearsal, dataset, refusing, 'refused', MAX_EXAMPLES),
    admitted: sum(admitting, ({ counts }) => counts.admitted),
    admittedFiles: admitting.length,
    admittedExamples: await rowExamples(rehearsal, dataset, admitting, 'admitted', MAX_EXAMPLES),
    newlyRejected: changes.flatMap(({ kind, read }) =>
      kind === 'rejected' && read.reason ? [rejectedFile(read, read.reason, old, now)] : [],
    ),
    newlyAccepted: changes.flatMap(({ kind, read: { source, accepted, quarantined } }) =>
      kind === 'accepted' ? [{ source, accepted, quarantined }] : [],
    ),
    firstRead: {
      files: first.length,
      accepted: sum(first, ({ accepted }) => accepted),
      quarantined: sum(first, ({ outcome, quarantined }) => (outcome === 'accepted' ? quarantined : 0)),
      rejectedFiles: first.filter(({ outcome }) => outcome === 'rejected').length,
    },
    withdrawn: { files: withdrawn.length, rows: sum(withdrawn, liveRowsOf) },
    unread: { files: unread.length, rows: sum(unread, liveRowsOf) },
    otherRecords: kept.flatMap(({ known, read }) =>
      known.accepted + known.quarantined + (known.skipped ?? 0) === read.rows ? [] : [read.source],
    ),
    unmatched: kept.flatMap(({ counts, read }) => (counts === undefined ? [read.source] : [])),
  };
}

function liveRowsOf(shares: readonly Share[]): number {
  return originOf(shares)?.acceptedRows ?? 0;
}

function rejectedFile(
  { source }: ReadSource,
  reason: Violation,
  old: LiveShares,
  now: LiveShares,
): RejectedFile {
  const liveRows = liveRowsOf(old.get(source) ?? []);
  return { source, reason, liveRows, staysLive: now.has(source) };
}

/** `others`: files that were accepted without leaving a data file count for their quarantined rows. */
function rowsOf(
  live: LiveShares,
  others: readonly { readonly source: string; readonly quarantined: number; readonly skipped?: number }[],
): Rows {
  const origins = [...live.values()].flatMap((shares) => originOf(shares) ?? []);
  const without = others.filter(({ source }) => !live.has(source));
  return {
    live: sum(origins, ({ acceptedRows }) => acceptedRows),
    quarantined:
      sum(origins, ({ quarantinedRows }) => quarantinedRows) + sum(without, (one) => one.quarantined),
    skipped: sum(origins, ({ skippedRows }) => skippedRows) + sum(without, ({ skipped = 0 }) => skipped),
  };
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
