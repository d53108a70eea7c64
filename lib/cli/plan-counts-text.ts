// What a plan counted, as sentences and cells for plan-text.ts and plan-markdown.ts, so that both say the same. Pure.
import { placedMessage } from '../core/violation-text.ts';
import type { ContractCounts } from '../inspect/contract-counts.ts';
import type { CountedChange } from '../inspect/count-plan.ts';
import { type ColumnTotal, hasMoved, type MovedTotals, type RowTotal } from '../inspect/moved-totals.ts';
import type { RowExample } from '../inspect/source-change.ts';
import { partitionLabel } from '../lake/partition.ts';
import { left, right } from './table-text.ts';
import { count, number } from './text.ts';

/** A sentence of ours, and below it items that hold words of files: names, cells, messages. */
export type Fact = { readonly text: string; readonly items: readonly string[]; readonly more: number };

/** Whose counts these are. A broken or held table changes by a rebuild alone. */
export function countedOf({ table, change }: CountedChange): {
  readonly table: string;
  readonly when: string;
} {
  return { table, when: change === 'broken' || change === 'held' ? ' after a rebuild' : '' };
}

/** `2 live rows would be refused, 3 quarantined rows accepted; rows 6 → 7 live, 3 → 2 quarantined` */
export function countsHeadline(counts: ContractCounts): string {
  const { refused, admitted, before, after } = counts;
  const { live, taken } = moves(counts);
  const change = (old: number, now: number) =>
    old === now ? number(now) : `${number(old)} → ${number(now)}`;
  return (
    `${count(refused, `${live} row`)} would be refused, ${count(admitted, 'quarantined row')} ${taken}; ` +
    `rows: ${change(before.live, after.live)} live, ${change(before.quarantined, after.quarantined)} quarantined` +
    (before.skipped + after.skipped === 0 ? '' : `, ${change(before.skipped, after.skipped)} skipped`)
  );
}

/** A record that one contract skips may be a refused row to the other: quarantine files alone do not tell. */
function moves({ before, after }: ContractCounts): { readonly live: string; readonly taken: string } {
  return before.skipped === after.skipped
    ? { live: 'live', taken: 'accepted' }
    : { live: 'live or skipped', taken: 'accepted or skipped' };
}

/** The rest of what was counted; [] if the headline says all. `most`: items of each. */
export function countsFacts(counts: ContractCounts, most: number): Fact[] {
  const { firstRead, withdrawn, unread } = counts;
  const { live, taken } = moves(counts);
  return [
    ...rowFacts(live, 'refused', counts.refused, counts.refusedFiles, counts.refusedExamples, most),
    ...rowFacts('quarantined', taken, counts.admitted, counts.admittedFiles, counts.admittedExamples, most),
    ...fact(
      `${count(counts.newlyRejected.length, 'file')} would be rejected as a whole`,
      counts.newlyRejected.map(
        ({ source, reason, liveRows, staysLive }) =>
          `${source} (its ${count(liveRows, 'live row')} ${staysLive ? 'would stay as they are' : 'would go'}): ${reason.message}`,
      ),
      most,
    ),
    ...fact(
      `${count(counts.newlyAccepted.length, 'rejected file')} would be accepted`,
      counts.newlyAccepted.map(
        ({ source, accepted, quarantined }) =>
          `${source}: ${count(accepted, 'row')} accepted, ${number(quarantined)} quarantined`,
      ),
      most,
    ),
    ...plain(
      firstRead.files,
      `${count(firstRead.files, 'file')} not read before: ${count(firstRead.accepted, 'row')} accepted, ${number(firstRead.quarantined)} quarantined, ${count(firstRead.rejectedFiles, 'file')} rejected`,
    ),
    ...plain(
      withdrawn.files,
      `${count(withdrawn.rows, 'live row')} of ${count(withdrawn.files, 'file')} would go: landing has no such file for this dataset`,
    ),
    ...plain(
      unread.files,
      `not checked: ${count(unread.rows, 'live row')} of ${count(unread.files, 'file')} that landing does not have or show`,
    ),
    ...fact(
      `${count(counts.otherRecords.length, 'file')} would be cut into another number of records; rows are matched by line`,
      counts.otherRecords,
      most,
    ),
    ...fact(
      `${count(counts.unmatched.length, 'file')} of which the quarantined rows of before are gone: not among the rows refused or accepted`,
      counts.unmatched,
      most,
    ),
  ];
}

function rowFacts(
  which: string,
  verb: string,
  rows: number,
  files: number,
  examples: readonly RowExample[],
  most: number,
): Fact[] {
  if (rows === 0) return [];
  const items = examples.slice(0, most).map((one) => `${one.source}, ${placedMessage(one)}`);
  const text = `${count(rows, `${which} row`)} of ${count(files, 'file')} would be ${verb}`;
  return [{ text, items, more: rows - items.length }];
}

function fact(text: string, items: readonly string[], most: number): Fact[] {
  if (items.length === 0) return [];
  return [{ text, items: items.slice(0, most), more: Math.max(0, items.length - most) }];
}

function plain(files: number, text: string): Fact[] {
  return files === 0 ? [] : [{ text, items: [], more: 0 }];
}

/** `totals of 2 of 3 partitions move` */
export function totalsHeadline({ partitions, equalPartitions, rows }: MovedTotals): string {
  const all = partitions.length + equalPartitions;
  return partitions.length === 0
    ? `no total moves (${count(all, 'partition')}, ${count(rows.new, 'row')})`
    : `totals of ${number(partitions.length)} of ${count(all, 'partition')} move`;
}

export function totalsFacts({ heldPartitions = [], totals }: CountedChange, most: number): Fact[] {
  return [
    ...fact(
      `audits would keep the old rows of ${count(heldPartitions.length, 'partition')}`,
      heldPartitions.map(({ partition, message }) => `${partitionLabel(partition)}: ${message}`),
      most,
    ),
    ...fact('sums of more than 38 digits, not compared', totals?.tooLarge ?? [], most),
  ];
}

export const TOTALS_COLUMNS = [
  left('partition'),
  left('total'),
  right('old'),
  right('new'),
  right('difference'),
];

/**
 * A row of cells for each total that moves: of the whole table, then of the first `most` partitions if there are others too. [] if
 * none moves.
 */
export function totalsRows(
  { partitions, equalPartitions, rows, columns }: MovedTotals,
  most: number,
): string[][] {
  if (partitions.length === 0) return [];
  const isWhole = partitions.length + equalPartitions === 1;
  const moving = new Set(partitions.flatMap((one) => one.columns.map(({ column }) => column)));
  const shown = columns.filter((total) => hasMoved(total) || moving.has(total.column));
  return [
    ...cells('all', rows, shown),
    ...partitions
      .slice(0, isWhole ? 0 : most)
      .flatMap(({ partition, rows, columns }) => cells(partitionLabel(partition), rows, columns)),
  ];
}

export function hasDoubles({ partitions }: MovedTotals): boolean {
  return partitions.some(({ columns }) => columns.some(({ approximate }) => approximate));
}

function cells(label: string, rows: RowTotal, columns: readonly ColumnTotal[]): string[][] {
  const difference = rows.new - rows.old;
  return [
    ...(difference === 0 ? [] : [[label, 'rows', String(rows.old), String(rows.new), String(difference)]]),
    ...columns.map(({ column, old, new: now, difference, approximate }) => {
      const sign = approximate ? '≈ ' : '';
      return [
        label,
        column,
        ...[old, now, difference].map((text) => (text === null ? '' : `${sign}${text}`)),
      ];
    }),
  ];
}
