// In which state a source file is, why, and whether its rows count: of several states that fit, the first of FILE_STATES. Pure.
import type { Dataset } from '../core/contract.ts';
import { count } from '../core/plain-text.ts';
import type { Report } from '../ingest/report.ts';
import type { DatasetFiles } from '../inspect/dataset-files.ts';
import type { DatasetStatus } from '../inspect/dataset-status.ts';
import type { TableLog } from '../inspect/table-log.ts';
import { deliveryLabel, isKept, type Standing, waitsFor } from '../lake/deliveries.ts';
import { isUnseen } from '../lake/unseen.ts';
import { settledText } from '../maintain/settled-text.ts';
import type { Settled } from '../maintain/settling.ts';
import type { Unseen } from '../ports.ts';
import type { FileState } from './dataset-documents.ts';
import type { FilePeriod } from './file-periods.ts';
import type { Known } from './known-files.ts';
import { isoTime } from './source-versions.ts';

export type Verdict = {
  readonly state: FileState;
  /** Null where the state says it all. */
  readonly reason: string | null;
  readonly counts: boolean;
};

/** What the verdict on one file needs to know of the others, and of landing. */
export type Circumstances = {
  readonly dataset: Dataset;
  readonly found: DatasetFiles;
  readonly unseen: readonly Unseen[];
  /** See Writing. */
  readonly hasLanding: boolean;
  /** Of its landing table; undefined where it cannot be read: then nothing is known of the past. */
  readonly log: TableLog | undefined;
  /** By source, where there are deliveries. */
  readonly standings: ReadonlyMap<string, Standing>;
  /** By settledId. */
  readonly settled: ReadonlyMap<string, Settled>;
};

type SettledFiles = DatasetStatus['settled'];

/** A version that was refused as a whole may stand beside the rows of an older one: one may be settled, and the other not. */
export function settledByVersion(files: SettledFiles): ReadonlyMap<string, Settled> {
  return new Map(files.map(({ source, outcome, settled }) => [settledId(outcome, source), settled]));
}

export function settledId(outcome: SettledFiles[number]['outcome'], source: string): string {
  return `${outcome} ${source}`;
}

/** `isLate`: an expected file of which none came before it was due. */
export function verdictOf(
  circumstances: Circumstances,
  one: Known,
  { expected }: FilePeriod,
  isLate: boolean,
): Verdict {
  const { found, standings, settled } = circumstances;
  const { source, present, origin, report, versions } = one;
  const standing = standings.get(source);
  const counts = origin !== undefined && (standing?.counts ?? true);
  const closed = settled.get(settledId(report?.outcome ?? 'accepted', source));
  if (present === undefined && origin === undefined) return withdrawn(circumstances, one);
  if (report?.outcome === 'rejected') return rejected(report, closed, counts);
  if (found.waiting.has(source)) return { state: 'waiting', reason: waitingReason(one, counts), counts };
  if (standing && standing.rank === null && !standing.by) {
    const why = `its delivery (${deliveryLabel(standing.delivery)}) is not complete: it ${waitsFor(standing.delivery)}`;
    return { state: 'waiting', reason: why, counts: false };
  }
  const refusedRows = report?.quarantined ?? origin?.quarantinedRows ?? 0;
  const left = present === undefined ? absence(circumstances, source) : null;
  const said = {
    reason: left ?? (closed ? settledText(closed) : null),
    counts: counts || report !== undefined,
  };
  if (refusedRows > 0 && closed === undefined)
    return { ...said, state: 'partly-refused', reason: left ?? refusedReason(refusedRows, one) };
  if (standing && !standing.counts) {
    const by = standing.by ? `: ${deliveryLabel(standing.by)}` : '';
    return { state: 'superseded', reason: `a newer delivery counts in its place${by}`, counts: false };
  }
  // A version without accepted rows is not in the log: all that are there are older.
  if (versions.length > (origin === undefined ? 0 : 1)) return { ...said, state: 'corrected' };
  if (expected && isLate)
    return { ...said, state: 'late', reason: left ?? `it was due ${minute(expected.dueMs)}` };
  return { ...said, state: 'live' };
}

/** `2024-01-03 06:00 UTC` */
function minute(ms: number): string {
  return `${isoTime(ms).slice(0, 16).replace('T', ' ')} UTC`;
}

function refusedReason(refusedRows: number, { report, origin }: Known): string {
  const all =
    report?.rows ?? (origin ? origin.acceptedRows + origin.quarantinedRows + origin.skippedRows : 0);
  return `${refusedRows.toLocaleString('en-US')} of its ${count(all, 'row')} ${refusedRows === 1 ? 'was' : 'were'} refused`;
}

function withdrawn({ log, hasLanding }: Circumstances, { versions }: Known): Verdict {
  const until = versions.reduce((latest, version) => Math.max(latest, version.until), 0);
  const when = log && until <= log.newest ? ` on ${isoTime(log.timeOf(until)).slice(0, 10)}` : '';
  const how = hasLanding ? 'it was deleted, and its rows were withdrawn' : 'its rows were withdrawn';
  return { state: 'withdrawn', reason: `${how}${when}`, counts: false };
}

/** Where it is settled, something else counts in its place: nobody needs to look. */
function rejected(report: Report, closed: Settled | undefined, counts: boolean): Verdict {
  const why = report.reason?.message ?? 'no reason given';
  if (closed)
    return { state: 'superseded', reason: `${settledText(closed)} (it was refused: ${why})`, counts };
  const kept = counts ? '. The rows that it had before still count' : '';
  return { state: 'rejected', reason: `${why}${kept}`, counts };
}

function waitingReason({ origin }: Known, counts: boolean): string {
  return origin !== undefined && counts
    ? 'it came again and was not read yet: the rows of its older version still count'
    : 'it was not read yet';
}

/** Why a file with rows in the table is not in landing; null where that is not known. */
function absence({ dataset, found, unseen, hasLanding }: Circumstances, source: string): string | null {
  if (!hasLanding) return null;
  if (isKept(dataset, found.live.get(source) ?? []))
    return 'it was deleted; its rows are kept, as the contract says';
  if (isUnseen(unseen, source)) return 'it is in a part of landing that cannot be read';
  return 'it is not in landing any more, and its rows still count';
}
