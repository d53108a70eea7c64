// One row for each source file of a dataset, with its state and why: from landing, the table's log, the reports of refused files
// and the order of deliveries. Reads nothing itself. Pure.

import type { Dataset } from '../core/contract.ts';
import { count } from '../core/plain-text.ts';
import type { Report } from '../ingest/report.ts';
import type { DatasetStatus, FoundFiles } from '../inspect/dataset-status.ts';
import type { TableLog } from '../inspect/table-log.ts';
import { deliveryLabel, isKept, type Standing, standingsOf, waitsFor } from '../lake/deliveries.ts';
import { isMarker } from '../lake/markers.ts';
import { type Origin, readOrigin, roleOf } from '../lake/tags.ts';
import { isUnseen } from '../lake/unseen.ts';
import { settledText } from '../maintain/settled-text.ts';
import type { Settled } from '../maintain/settling.ts';
import type { ObjectVersion, Unseen } from '../ports.ts';
import type { FileRow, FileState, FormerFile } from './dataset-documents.ts';
import type { FilePeriod, FilePeriods } from './file-periods.ts';
import { type SourceVersions, versionsBySource } from './source-versions.ts';

/** `counted`: the names of those whose rows are in the table. */
export type FileRows = { readonly rows: readonly FileRow[]; readonly counted: ReadonlySet<string> };

export type RowsInput = {
  readonly dataset: Dataset;
  readonly found: FoundFiles;
  readonly settled: SettledFiles;
  readonly unseen: readonly Unseen[];
  /** See Writing. */
  readonly hasLanding: boolean;
  /** Of its landing table; undefined where it cannot be read: then nothing is known of the past. */
  readonly log: TableLog | undefined;
  /** By source. */
  readonly refused: ReadonlyMap<string, NonNullable<FileRow['refused']>>;
};

/** What is known of one source; each part may be missing. */
type Known = {
  readonly source: string;
  readonly present?: ObjectVersion;
  /** Of its live rows. */
  readonly origin?: Origin;
  readonly report?: Report;
  /** In the log, the oldest first. */
  readonly versions: readonly SourceVersions[];
  readonly period: FilePeriod;
};

/** Sorted by period, then by name. Markers of deliveries are left out. */
export function fileRows(input: RowsInput, periods: (sources: readonly string[]) => FilePeriods): FileRows {
  const { known, standings } = gather(input, periods);
  const onTime = periodsOnTime(known);
  const settled = settledByVersion(input.settled);
  const rows: FileRow[] = [];
  const counted = new Set<string>();
  for (const one of known) {
    const verdict = verdictOf(input, one, { standings, onTime, settled });
    const row = rowOf(input, one, verdict);
    if (row) rows.push(row);
    if (verdict.counts) counted.add(one.source);
  }
  return { rows: byPeriod(rows), counted };
}

/** They are sorted by name. */
function byPeriod(rows: readonly FileRow[]): FileRow[] {
  const periods = new Map<string, FileRow[]>();
  for (const row of rows) {
    const own = periods.get(row.period);
    if (own) own.push(row);
    else periods.set(row.period, [row]);
  }
  return [...periods.keys()].sort().flatMap((period) => periods.get(period) ?? []);
}

type SettledFiles = DatasetStatus['settled'];

/** A version that was refused as a whole may stand beside the rows of an older one: one may be settled, and the other not. */
export function settledByVersion(files: SettledFiles): ReadonlyMap<string, Settled> {
  return new Map(files.map(({ source, outcome, settled }) => [settledId(outcome, source), settled]));
}

export function settledId(outcome: SettledFiles[number]['outcome'], source: string): string {
  return `${outcome} ${source}`;
}

function gather(
  { dataset, found, log }: RowsInput,
  periodsOf: (sources: readonly string[]) => FilePeriods,
): { known: Known[]; standings: ReadonlyMap<string, Standing> } {
  const present = new Map(found.versions.map((version) => [version.key, version]));
  const history = log === undefined ? new Map<string, SourceVersions[]>() : versionsBySource(log);
  const reports = new Map([...found.refused, ...found.empty].map((report) => [report.source, report]));
  const all = new Set([...present.keys(), ...found.live.keys(), ...history.keys()]);
  const sources = [...all]
    .filter((source) => reports.has(source) || found.waiting.has(source) || isOfRows(dataset, source, found))
    .sort();
  const periods = periodsOf(sources);
  const known = sources.map((source): Known => {
    const version = present.get(source);
    const [add] = found.live.get(source) ?? [];
    const origin = add && roleOf(add) === undefined ? readOrigin(add) : undefined;
    const versions = history.get(source) ?? [];
    const cameMs =
      versions[0]?.lastModifiedMs ?? origin?.lastModifiedMs ?? version?.lastModifiedMs ?? Number.NaN;
    return {
      source,
      versions,
      period: periods.of(source, cameMs),
      ...(version ? { present: version } : {}),
      ...(origin ? { origin } : {}),
      ...optional('report', reports.get(source)),
    };
  });
  const isDelivered = dataset.mode === 'replace';
  const adds = isDelivered ? [...found.live.values()].flat() : [];
  return { known, standings: isDelivered ? standingsOf(dataset, adds) : new Map() };
}

function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { [key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [key in Name]?: Value });
}

function isOfRows(dataset: Dataset, source: string, { live }: FoundFiles): boolean {
  const [add] = live.get(source) ?? [];
  return add ? roleOf(add) !== 'marker' : !isMarker(dataset, source);
}

/** Of expected files: those of which one came before it was due. */
function periodsOnTime(known: readonly Known[]): Set<string> {
  const onTime = new Set<string>();
  for (const one of known) {
    const { expected } = one.period;
    if (expected && cameMs(one) <= expected.dueMs) onTime.add(expected.id);
  }
  return onTime;
}

/** Its first version, as far as it is known. */
function cameMs({ versions, origin, present }: Known): number {
  return versions[0]?.lastModifiedMs ?? origin?.lastModifiedMs ?? present?.lastModifiedMs ?? Number.NaN;
}

type Context = {
  readonly standings: ReadonlyMap<string, Standing>;
  readonly onTime: ReadonlySet<string>;
  /** By settledId. */
  readonly settled: ReadonlyMap<string, Settled>;
};

function rowOf(
  { log, refused }: RowsInput,
  one: Known,
  { state, reason, counts }: Verdict,
): FileRow | undefined {
  const { source, present, origin, report, versions, period } = one;
  const isGone = present === undefined && origin === undefined;
  const current =
    origin === undefined ? undefined : versions.find(({ until }) => until === Number.POSITIVE_INFINITY);
  const lastModifiedMs =
    present?.lastModifiedMs ?? origin?.lastModifiedMs ?? versions.at(-1)?.lastModifiedMs ?? Number.NaN;
  // A file that was refused and is gone has left nothing but its marks.
  if (isGone && versions.length === 0) return undefined;
  return {
    source,
    period: period.period,
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

/** Another program's tags may hold no time. */
export function isoTime(ms: number): string {
  return new Date(Number.isNaN(ms) ? 0 : ms).toISOString();
}

type Verdict = { readonly state: FileState; readonly reason: string | null; readonly counts: boolean };

/** In the order of FILE_STATES. */
function verdictOf(input: RowsInput, one: Known, { standings, onTime, settled }: Context): Verdict {
  const { source, present, origin, report, versions, period } = one;
  const standing = standings.get(source);
  const counts = origin !== undefined && (standing?.counts ?? true);
  const closed = settled.get(settledId(report?.outcome ?? 'accepted', source));
  if (present === undefined && origin === undefined) return withdrawn(input, one);
  if (report?.outcome === 'rejected') return rejected(report, closed, counts);
  if (input.found.waiting.has(source))
    return { state: 'waiting', reason: waitingReason(one, counts), counts };
  if (standing && standing.rank === null && !standing.by) {
    const why = `its delivery (${deliveryLabel(standing.delivery)}) is not complete: it ${waitsFor(standing.delivery)}`;
    return { state: 'waiting', reason: why, counts: false };
  }
  const refusedRows = report?.quarantined ?? origin?.quarantinedRows ?? 0;
  const left = present === undefined ? absence(input, source) : null;
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
  const { expected } = period;
  if (expected && !onTime.has(expected.id))
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

function withdrawn({ log, hasLanding }: RowsInput, { versions }: Known): Verdict {
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
function absence({ dataset, found, unseen, hasLanding }: RowsInput, source: string): string | null {
  if (!hasLanding) return null;
  if (isKept(dataset, found.live.get(source) ?? []))
    return 'it was deleted; its rows are kept, as the contract says';
  if (isUnseen(unseen, source)) return 'it is in a part of landing that cannot be read';
  return 'it is not in landing any more, and its rows still count';
}
