// What a contract does to the rows of its table: the state before held against the same table after a rehearsal. Counts are exact:
// they come from the reports and logs of real conversions; rows are told apart by their places in the file.
import type { Dataset } from '../core/contract.ts';
import type { Violation } from '../core/violation.ts';
import type { Add } from '../delta/actions.ts';
import { configuration, type Snapshot } from '../delta/snapshot.ts';
import { mapInParallel } from '../in-parallel.ts';
import type { Example } from '../ingest/quarantine.ts';
import { type Report, readReportOf } from '../ingest/report.ts';
import type { Effects } from '../lake/effects.ts';
import { quarantineKey, type SourceVersion } from '../lake/layout.ts';
import { CONTRACT, filesBySource, readOrigin } from '../lake/tags.ts';
import { countDifference, firstOnlyIn, type Quarantines, type RowCounts } from './refused-difference.ts';

/** One reason against one row. `line` is null in a JSON document, where `path` says where it is. */
export type RowExample = Example & { readonly source: string };

export type Rows = { readonly live: number; readonly quarantined: number };

export type ContractCounts = {
  /** Of the whole table. */
  readonly before: Rows;
  readonly after: Rows;
  /** Live rows that the new contract refuses, in files that stay accepted. */
  readonly refused: number;
  readonly refusedFiles: number;
  readonly refusedExamples: readonly RowExample[];
  /** Quarantined rows that it takes, in files that were accepted before. */
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

export const MAX_EXAMPLES = 5;

/** The table before and after the rehearsal; `reports`: of the source files that were read in it. */
export type Comparison = {
  readonly dataset: Dataset;
  readonly before: Snapshot | undefined;
  readonly after: Snapshot | undefined;
  readonly reports: readonly Report[];
};

/** `rehearsal`: the lake after it, which still has all of the real one. */
export async function contractCounts(
  rehearsal: Effects,
  { dataset, before, after, reports }: Comparison,
): Promise<ContractCounts> {
  const [old, now] = [liveSources(before), liveSources(after)];
  const hash = before && configuration(before, CONTRACT);
  const sorted = [...reports].sort((a, b) => (a.source < b.source ? -1 : 1));
  const read = await mapInParallel(sorted, (report) =>
    sourceChange(rehearsal, dataset, hash, old.get(report.source), report),
  );
  const kept = read.flatMap((one) => (one.kind === 'kept' ? [one] : []));
  const matched = kept.flatMap((one) => (one.counts === undefined ? [] : [{ ...one, counts: one.counts }]));
  const refusing = matched.filter(({ counts }) => counts.refused > 0);
  const admitting = matched.filter(({ counts }) => counts.admitted > 0);
  const sources = new Set(reports.map(({ source }) => source));
  const withdrawn = [...old].flatMap(([source, adds]) =>
    sources.has(source) || now.has(source) ? [] : [adds],
  );
  const unread = [...now].flatMap(([source, adds]) =>
    originOf(adds)?.contract === dataset.hash || sources.has(source) ? [] : [adds],
  );
  const first = read.flatMap(({ kind, report }) => (kind === 'first' ? [report] : []));
  return {
    before: rowsOf(
      old,
      read.flatMap(({ known }) => known ?? []),
    ),
    after: rowsOf(
      now,
      sorted.filter(({ outcome }) => outcome === 'accepted'),
    ),
    refused: sum(refusing, ({ counts }) => counts.refused),
    refusedFiles: refusing.length,
    refusedExamples: await examples(rehearsal, dataset, refusing, 'refused'),
    admitted: sum(admitting, ({ counts }) => counts.admitted),
    admittedFiles: admitting.length,
    admittedExamples: await examples(rehearsal, dataset, admitting, 'admitted'),
    newlyRejected: read.flatMap(({ kind, report }) =>
      kind === 'rejected' && report.reason ? [rejectedFile(report, report.reason, old, now)] : [],
    ),
    newlyAccepted: read.flatMap(({ kind, report: { source, accepted, quarantined } }) =>
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
    otherRecords: kept.flatMap(({ known, report }) =>
      known.accepted + known.quarantined === report.rows ? [] : [report.source],
    ),
    unmatched: kept.flatMap(({ counts, report }) => (counts === undefined ? [report.source] : [])),
  };
}

type LiveSources = ReadonlyMap<string, readonly Add[]>;

function liveSources(snapshot: Snapshot | undefined): LiveSources {
  return filesBySource(snapshot?.files.values() ?? []);
}

function originOf([add]: readonly Add[]) {
  return add && readOrigin(add);
}

function liveRowsOf(adds: readonly Add[]): number {
  return originOf(adds)?.acceptedRows ?? 0;
}

/** What was known of the present version of a file that was accepted. */
type Known = SourceVersion & { readonly accepted: number; readonly quarantined: number };

/** `kept`: accepted before and after; `counts` is undefined where the rows of before are gone. `still`: rejected both times. */
type SourceChange = { readonly report: Report } & (
  | { readonly kind: 'kept'; readonly known: Known; readonly counts: RowCounts | undefined }
  | { readonly kind: 'rejected'; readonly known: Known }
  | { readonly kind: 'accepted' | 'still' | 'first'; readonly known?: undefined }
);

async function sourceChange(
  rehearsal: Effects,
  dataset: Dataset,
  contract: string | undefined,
  live: readonly Add[] = [],
  report: Report,
): Promise<SourceChange> {
  const { source, etag, outcome } = report;
  const origin = originOf(live);
  const former =
    origin?.etag === etag || contract === undefined
      ? undefined
      : await readReportOf(rehearsal.lake, dataset.name, { source, etag, contract });
  const known: Known | undefined =
    origin?.etag === etag
      ? { ...origin, accepted: origin.acceptedRows, quarantined: origin.quarantinedRows }
      : former?.outcome === 'accepted'
        ? former
        : undefined;
  if (known === undefined) {
    const wasRejected = former?.outcome === 'rejected';
    if (!wasRejected) return { kind: 'first', report };
    return { kind: outcome === 'accepted' ? 'accepted' : 'still', report };
  }
  if (outcome === 'rejected') return { kind: 'rejected', known, report };
  const counts = await withQuarantines(rehearsal, dataset, known, report, (quarantines) => {
    if (quarantines.before === undefined && quarantines.after === undefined)
      return Promise.resolve({ refused: 0, admitted: 0 });
    return rehearsal.sql.session((session) => countDifference(session, quarantines), 'light');
  });
  return { kind: 'kept', known, counts, report };
}

/** Undefined where one of the two is gone from the lake. */
async function withQuarantines<T>(
  { lake }: Effects,
  dataset: Dataset,
  known: Known,
  report: Report,
  work: (quarantines: Quarantines) => Promise<T>,
): Promise<T | undefined> {
  const fetch = ({ quarantined, source, etag, contract }: Known | Report) =>
    quarantined === 0 ? undefined : lake.download(quarantineKey(dataset.name, { source, etag, contract }));
  const [before, after] = [await fetch(known), await fetch(report)];
  try {
    const isGone = (file: typeof before, { quarantined }: Known | Report) =>
      quarantined > 0 && file === undefined;
    if (isGone(before, known) || isGone(after, report)) return undefined;
    return await work({ before: before?.path, after: after?.path });
  } finally {
    await before?.release();
    await after?.release();
  }
}

/** The first reason against each of the first rows. */
async function examples(
  rehearsal: Effects,
  dataset: Dataset,
  changes: readonly { readonly known: Known; readonly report: Report }[],
  which: 'refused' | 'admitted',
): Promise<RowExample[]> {
  const found: RowExample[] = [];
  for (const { known, report } of changes) {
    const wanted = MAX_EXAMPLES - found.length;
    if (wanted === 0) break;
    const places = await withQuarantines(rehearsal, dataset, known, report, async ({ before, after }) => {
      const [own, other] = which === 'refused' ? [after, before] : [before, after];
      if (own === undefined) return [];
      return rehearsal.sql.session((session) => firstOnlyIn(session, own, other, wanted), 'light');
    });
    for (const { line, path, violations } of places ?? [])
      found.push(...violations.slice(0, 1).map((one) => ({ source: report.source, line, path, ...one })));
  }
  return found;
}

function rejectedFile(
  { source }: Report,
  reason: Violation,
  old: LiveSources,
  now: LiveSources,
): RejectedFile {
  const liveRows = liveRowsOf(old.get(source) ?? []);
  return { source, reason, liveRows, staysLive: now.has(source) };
}

/** `others`: files that were accepted without leaving a data file count for their quarantined rows. */
function rowsOf(
  live: LiveSources,
  others: readonly { readonly source: string; readonly quarantined: number }[],
): Rows {
  const origins = [...live.values()].flatMap((adds) => originOf(adds) ?? []);
  const without = others.filter(({ source }) => !live.has(source));
  return {
    live: sum(origins, ({ acceptedRows }) => acceptedRows),
    quarantined:
      sum(origins, ({ quarantinedRows }) => quarantinedRows) + sum(without, (one) => one.quarantined),
  };
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
