// What is remarkable about a delivery that was accepted: far fewer rows than the one whose place it took, or columns that do
// not fit. The log remembers it in the tags of such files alone, so that a status asks no report. Pure.

import type { Dataset } from '../core/contract.ts';
import type { Add } from '../delta/actions.ts';

const FORMER = 'sluice.former';
const UNMATCHED = 'sluice.unmatched';
/** Of an upload with data as its keys there is no end of labels. */
const MAX_LABELS = 10;

/** The delivery whose place another took. */
export type Former = {
  readonly accepted: number;
  /** In the file, accepted or not. */
  readonly records: number;
  /** Its name, where it had another: in a replace dataset. */
  readonly source?: string;
};

/** Labels of optional fields that the file lacks, beside labels that no field takes: most likely a renamed column. */
export type Unmatched = { readonly missing: readonly string[]; readonly ignored: readonly string[] };

export type Remarks = { readonly former?: Former | undefined; readonly unmatched?: Unmatched | undefined };

/**
 * Fewer than half of the rows. A share that is lost by chance or in the course of business is seldom that large, while a
 * file that was cut off, or a format that changed for some of its rows, mostly loses more. It is a word, not a refusal: a
 * sender may correct a file that had too many.
 */
export function isShrunk(accepted: number, former: Former): boolean {
  return accepted * 2 < former.accepted;
}

/** Undefined where all fits, or where the contract says that files vary: fieldsMatch "partial". */
export function unmatchedLabels(
  { fieldsMatch }: Pick<Dataset, 'fieldsMatch'>,
  missing: readonly string[],
  ignored: readonly string[],
): Unmatched | undefined {
  if (missing.length === 0 || ignored.length === 0 || fieldsMatch === 'partial') return undefined;
  return { missing: missing.slice(0, MAX_LABELS), ignored: ignored.slice(0, MAX_LABELS) };
}

export function remarkTags({ former, unmatched }: Remarks): Record<string, string> {
  return {
    ...(former === undefined ? {} : { [FORMER]: JSON.stringify(former) }),
    ...(unmatched === undefined ? {} : { [UNMATCHED]: JSON.stringify(unmatched) }),
  };
}

export function readRemarks({ tags }: Pick<Add, 'tags'>): Remarks {
  const read = (name: string) => (tags?.[name] === undefined ? undefined : JSON.parse(tags[name]));
  return { former: read(FORMER), unmatched: read(UNMATCHED) };
}

/** In which order files count: by LastModified, then by key. */
export type Arrival = { readonly source: string; readonly lastModifiedMs: number };

export function precedes(a: Arrival, b: Arrival): boolean {
  if (a.lastModifiedMs !== b.lastModifiedMs) return a.lastModifiedMs < b.lastModifiedMs;
  return a.source < b.source;
}
