// One row for each source file of a dataset, with its state and why. Of a page that is written again, most rows are those of before.
// Reads nothing itself. Pure.

import type { DatasetStatus } from '../inspect/dataset-status.ts';
import type { TableLog } from '../inspect/table-log.ts';
import { standingsOf } from '../lake/deliveries.ts';
import type { FileRow, FormerFile } from './dataset-documents.ts';
import type { FilePeriod, FilePeriods } from './file-periods.ts';
import { type Circumstances, settledByVersion, type Verdict, verdictOf } from './file-verdict.ts';
import { type Known, knownFiles, type ToldFile } from './known-files.ts';
import { isoTime, type SourceVersions } from './source-versions.ts';

export type RowsInput = Omit<Circumstances, 'standings' | 'settled'> & {
  readonly settled: DatasetStatus['settled'];
  /** By source. */
  readonly refused: ReadonlyMap<string, NonNullable<FileRow['refused']>>;
};

/** Sorted by period, then by name. Markers of deliveries are left out. */
export function fileRows(
  input: RowsInput,
  periodsOf: (sources: readonly string[]) => FilePeriods,
): ToldFile[] {
  const { dataset, found, log } = input;
  const known = knownFiles(dataset, found, log);
  const periods = periodsOf(known.map(({ source }) => source));
  const dated = known.map((one): Dated => ({ one, period: periods.of(one.source, one.cameMs) }));
  const onTime = periodsOnTime(dated);
  const isDelivered = dataset.mode === 'replace';
  const standings = isDelivered ? standingsOf(dataset, [...found.live.values()].flat()) : new Map();
  const circumstances = { ...input, standings, settled: settledByVersion(input.settled) };
  const told = dated.map((one) => {
    const { expected } = one.period;
    return toldFile(input, circumstances, one, expected !== undefined && !onTime.has(expected.id));
  });
  return byPeriod(told);
}

type Dated = { readonly one: Known; readonly period: FilePeriod };

/** They are sorted by name. */
function byPeriod(files: readonly ToldFile[]): ToldFile[] {
  const periods = new Map<string, ToldFile[]>();
  for (const file of files) {
    const own = periods.get(file.row.period);
    if (own) own.push(file);
    else periods.set(file.row.period, [file]);
  }
  return [...periods.keys()].sort().flatMap((period) => periods.get(period) ?? []);
}

/** Of expected files: those of which one came before it was due. */
function periodsOnTime(dated: readonly Dated[]): Set<string> {
  const onTime = new Set<string>();
  for (const { one, period } of dated) {
    const { expected } = period;
    if (expected && one.cameMs <= expected.dueMs) onTime.add(expected.id);
  }
  return onTime;
}

function toldFile(input: RowsInput, circumstances: Circumstances, dated: Dated, isLate: boolean): ToldFile {
  const { one, period: own } = dated;
  const { dataset, hasLanding } = input;
  const { period } = own;
  const before = one.told;
  const isAlone = followsFromItself(input, one);
  if (
    isAlone &&
    before?.period === period &&
    before.isLate === isLate &&
    before.dataset === dataset &&
    before.hasLanding === hasLanding
  )
    return before;
  const verdict = verdictOf(circumstances, one, own, isLate);
  const { counts } = verdict;
  const row = rowOf(input, one, period, verdict);
  if (!isAlone) return { row, counts };
  one.told = { row, counts, dataset, hasLanding, period, isLate };
  return one.told;
}

/** No other file, and nobody's decision, has a part in its row. */
function followsFromItself(
  { dataset, found }: RowsInput,
  { source, present, origin, report }: Known,
): boolean {
  return (
    dataset.mode !== 'replace' &&
    present !== undefined &&
    report === undefined &&
    origin?.quarantinedRows === 0 &&
    !found.waiting.has(source)
  );
}

function rowOf(
  { log, refused }: RowsInput,
  { source, present, origin, report, versions }: Known,
  period: string,
  { state, reason, counts }: Verdict,
): FileRow {
  const isGone = present === undefined && origin === undefined;
  const current =
    origin === undefined ? undefined : versions.find(({ until }) => until === Number.POSITIVE_INFINITY);
  const lastModifiedMs =
    present?.lastModifiedMs ?? origin?.lastModifiedMs ?? versions.at(-1)?.lastModifiedMs ?? Number.NaN;
  return {
    source,
    period,
    state,
    reason,
    rows: counts ? (origin?.acceptedRows ?? 0) : 0,
    refusedRows: isGone ? 0 : (report?.quarantined ?? origin?.quarantinedRows ?? 0),
    skippedRows: isGone ? 0 : (report?.skipped ?? origin?.skippedRows ?? 0),
    sizeBytes: present?.sizeBytes ?? null,
    lastModified: isoTime(lastModifiedMs),
    version: current?.from ?? null,
    committedAt: log && current ? isoTime(log.timeOf(current.from)) : null,
    before: log
      ? formerFiles(
          log,
          versions.filter((version) => version !== current),
        )
      : [],
    refused: refused.get(source) ?? null,
  };
}

/** The newest first. */
function formerFiles(log: TableLog, versions: readonly SourceVersions[]): FormerFile[] {
  return [...versions]
    .sort((a, b) => b.until - a.until)
    .map(({ lastModifiedMs, rows, refusedRows, from, until }) => ({
      lastModified: isoTime(lastModifiedMs),
      rows,
      refusedRows,
      from: isoTime(log.timeOf(from)),
      until: isoTime(log.timeOf(Math.min(until, log.newest))),
    }));
}
