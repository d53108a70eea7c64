// What a new contract does to one source file: the outcome that the lake knows of its present version beside that of a rehearsal,
// and the rows that only one of the two refuses.
import type { Dataset } from '../core/contract.ts';
import type { Example } from '../ingest/quarantine.ts';
import { type Report, readReportOf } from '../ingest/report.ts';
import type { Effects } from '../lake/effects.ts';
import { quarantineKey, type SourceVersion } from '../lake/layout.ts';
import type { Share } from '../lake/shares.ts';
import { readOrigin } from '../lake/tags.ts';
import { countDifference, firstOnlyIn, type Quarantines, type RowCounts } from './refused-difference.ts';

/** The outcome of a file: a report without what grows with its faults. */
export type ReadSource = Pick<
  Report,
  | 'source'
  | 'dataset'
  | 'etag'
  | 'contract'
  | 'outcome'
  | 'reason'
  | 'rows'
  | 'accepted'
  | 'quarantined'
  | 'skipped'
>;

export function readSource(report: Report): ReadSource {
  const { source, dataset, etag, contract, outcome, reason, rows, accepted, quarantined, skipped } = report;
  const counts = { rows, accepted, quarantined, ...(skipped === undefined ? {} : { skipped }) };
  const read = { source, dataset, etag, contract, outcome, ...counts };
  return reason === undefined ? read : { ...read, reason };
}

/** One reason against one row. `line` is null in a JSON document, where `path` says where it is. */
export type RowExample = Example & { readonly source: string };

/** What was known of the present version of a file that was accepted. */
export type Known = SourceVersion & {
  readonly accepted: number;
  readonly quarantined: number;
  readonly skipped?: number;
};

/**
 * `kept`: accepted before and after, or its rows are live although a later contract rejected it; `counts` is undefined where the rows of before are gone. `still`: rejected
 * both times. `first`: not read before in this version.
 */
export type SourceChange = { readonly read: ReadSource } & (
  | { readonly kind: 'kept'; readonly known: Known; readonly counts: RowCounts | undefined }
  | { readonly kind: 'rejected'; readonly known: Known }
  | { readonly kind: 'accepted' | 'still' | 'first'; readonly known?: undefined }
);

/** `contract`: the hash of the table's before. `live`: its data files of this source. */
export async function sourceChange(
  rehearsal: Effects,
  dataset: Dataset,
  contract: string | undefined,
  live: readonly Share[],
  read: ReadSource,
): Promise<SourceChange> {
  const { source, etag, outcome } = read;
  const origin = originOf(live);
  const isLive = origin?.etag === etag;
  const former =
    contract === undefined || (isLive && origin.contract === contract)
      ? undefined
      : await readReportOf(rehearsal.lake, dataset.name, { source, etag, contract });
  const wasRejected = former?.outcome === 'rejected';
  const accepted = former?.outcome === 'accepted' ? former : undefined;
  const known: Known | undefined = isLive
    ? {
        ...origin,
        accepted: origin.acceptedRows,
        quarantined: origin.quarantinedRows,
        skipped: origin.skippedRows,
      }
    : accepted;
  if (wasRejected && outcome === 'rejected') return { kind: 'still', read };
  if (known === undefined) return { kind: wasRejected ? 'accepted' : 'first', read };
  if (outcome === 'rejected') return { kind: 'rejected', known, read };
  const counts = await withQuarantines(rehearsal, dataset, known, read, async (quarantines) => {
    if (quarantines.before === undefined && quarantines.after === undefined)
      return { refused: 0, admitted: 0 };
    return rehearsal.sql.session((session) => countDifference(session, quarantines), 'light');
  });
  return { kind: 'kept', known, counts, read };
}

export function originOf([share]: readonly Share[]) {
  return share && readOrigin(share);
}

/** Undefined where one of the two is gone from the lake. */
async function withQuarantines<T>(
  { lake }: Effects,
  dataset: Dataset,
  known: Known,
  read: ReadSource,
  work: (quarantines: Quarantines) => Promise<T>,
): Promise<T | undefined> {
  const fetch = ({ quarantined, source, etag, contract }: Known | ReadSource) =>
    quarantined === 0 ? undefined : lake.download(quarantineKey(dataset.name, { source, etag, contract }));
  const [before, after] = [await fetch(known), await fetch(read)];
  try {
    const isGone = (file: typeof before, { quarantined }: Known | ReadSource) =>
      quarantined > 0 && file === undefined;
    if (isGone(before, known) || isGone(after, read)) return undefined;
    return await work({ before: before?.path, after: after?.path });
  } finally {
    await before?.release();
    await after?.release();
  }
}

/** The first reason against each of the first rows, `most` in all. */
export async function rowExamples(
  rehearsal: Effects,
  dataset: Dataset,
  changes: readonly { readonly known: Known; readonly read: ReadSource }[],
  which: 'refused' | 'admitted',
  most: number,
): Promise<RowExample[]> {
  const found: RowExample[] = [];
  for (const { known, read } of changes) {
    const wanted = most - found.length;
    if (wanted === 0) break;
    const places = await withQuarantines(rehearsal, dataset, known, read, async ({ before, after }) => {
      const [own, other] = which === 'refused' ? [after, before] : [before, after];
      if (own === undefined) return [];
      return rehearsal.sql.session((session) => firstOnlyIn(session, own, other, wanted), 'light');
    });
    for (const { line, path, violations } of places ?? [])
      found.push(...violations.slice(0, 1).map((one) => ({ source: read.source, line, path, ...one })));
  }
  return found;
}
