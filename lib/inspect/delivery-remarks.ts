// What is remarkable about the deliveries of a dataset: those of one run, or all that are live. From the log's tags and from what
// the run itself found; of files without rows, which leave nothing in the log, from their reports. Pure.
import type { Dataset } from '../core/contract.ts';
import { sameSources } from '../ingest/duplicates.ts';
import type { Report } from '../ingest/report.ts';
import type { SourceOutcome } from '../ingest/source-outcome.ts';
import type { Former, Unmatched } from '../lake/delivery.ts';
import type { DatasetFiles } from './dataset-files.ts';

/** Fewer than half of the rows of the delivery before. */
export type Shrunk = {
  readonly source: string;
  readonly accepted: number;
  readonly records: number;
  readonly before: Former;
  /** What more of the missing rows are due to: the contract refuses them, or the file has fewer records. */
  readonly cause: 'refused' | 'fewer-records';
};

/** Files that lack the same optional columns and bring the same ones that nobody knows. */
export type UnmatchedFiles = Unmatched & { readonly files: number; readonly first: string };

export type DeliveryRemarks = {
  readonly shrunk: readonly Shrunk[];
  readonly unmatched: readonly UnmatchedFiles[];
  /** Sources with the same rows or text, where they all count; each group in the order in which its files came. */
  readonly duplicates: readonly (readonly string[])[];
};

type Remarked = {
  readonly source: string;
  readonly accepted: number;
  readonly records: number;
  readonly former?: Former | undefined;
  readonly unmatched?: Unmatched | undefined;
};

/** Of all that is there. */
export function standingRemarks(
  { duplicates }: Dataset,
  { sources, live, repeats, empty }: Pick<DatasetFiles, 'sources' | 'live' | 'repeats' | 'empty'>,
): DeliveryRemarks {
  const remarked: Remarked[] = [];
  for (const { source, origin, remarks } of sources) {
    const { former, unmatched } = remarks;
    if (origin === undefined || (former ?? unmatched) === undefined) continue;
    const { acceptedRows: accepted, quarantinedRows } = origin;
    remarked.push({ source, accepted, records: accepted + quarantinedRows, former, unmatched });
  }
  return {
    ...remarksOn([...remarked, ...empty.map(fromReport)]),
    duplicates: duplicates === 'allow' ? [] : sameSources(live, repeats),
  };
}

/** On what one run read. */
export function runRemarks(outcomes: readonly SourceOutcome[]): DeliveryRemarks {
  const accepted = outcomes.filter(({ result }) => result === 'accepted');
  return {
    ...remarksOn(accepted.flatMap(({ report }) => (report ? [fromReport(report)] : []))),
    duplicates: joined(accepted.flatMap(({ source, copies }) => (copies ? [[...copies, source]] : []))),
  };
}

/** Groups that share a source are one. */
function joined(groups: readonly (readonly string[])[]): string[][] {
  let found: Set<string>[] = [];
  for (const group of groups) {
    const meeting = found.filter((known) => group.some((source) => known.has(source)));
    found = found.filter((known) => !meeting.includes(known));
    found.push(new Set([...group, ...meeting.flatMap((known) => [...known])]));
  }
  return found.map((group) => [...group]);
}

function fromReport({ source, accepted, rows, skipped = 0, former, unmatched }: Report): Remarked {
  return { source, accepted, records: rows - skipped, former, unmatched };
}

function remarksOn(remarked: readonly Remarked[]): Omit<DeliveryRemarks, 'duplicates'> {
  const unmatched = new Map<string, UnmatchedFiles>();
  for (const { source, unmatched: labels } of remarked) {
    if (labels === undefined) continue;
    const id = JSON.stringify([labels.missing, labels.ignored]);
    const known = unmatched.get(id);
    unmatched.set(id, { ...labels, first: known?.first ?? source, files: (known?.files ?? 0) + 1 });
  }
  const shrunk = remarked.flatMap(({ source, accepted, records, former }) =>
    former === undefined
      ? []
      : [{ source, accepted, records, before: former, cause: causeOf(accepted, records, former) }],
  );
  return { shrunk, unmatched: [...unmatched.values()] };
}

function causeOf(accepted: number, records: number, before: Former): Shrunk['cause'] {
  const lost = before.accepted - accepted;
  return (records - accepted) * 2 >= lost ? 'refused' : 'fewer-records';
}
