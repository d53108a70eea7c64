// Suspicious facts about an accepted delivery: far fewer rows than the one it replaced, or columns that do not match. Stored
// only in the tags of such files in the log, so that a status needs no reports. Pure.

import type { Dataset } from '../core/contract.ts';
import type { Add } from '../delta/actions.ts';

const FORMER = 'sluice.former';
const UNMATCHED = 'sluice.unmatched';
/** Limits the labels: a file whose keys are data would have too many. */
const MAX_LABELS = 10;

/** The delivery that another one replaced. */
export type Former = {
  readonly accepted: number;
  /** Records in the file, accepted or not. */
  readonly records: number;
  /** Its name if it differs: in a replace dataset. */
  readonly source?: string;
};

/** Labels of missing optional fields together with labels that match no field: most likely a renamed column. */
export type Unmatched = { readonly missing: readonly string[]; readonly ignored: readonly string[] };

export type Remarks = { readonly former?: Former | undefined; readonly unmatched?: Unmatched | undefined };

/**
 * Fewer than half of the rows. Normal changes seldom remove that many, while a truncated file, or a format change in
 * some of its rows, usually loses more. It is a remark, not a refusal: a sender may correct a file that had too many.
 */
export function isShrunk(accepted: number, former: Former): boolean {
  return accepted * 2 < former.accepted;
}

/** Undefined if everything matches, or if the contract allows files to vary: fieldsMatch "partial". */
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
  return { former: parsed(tags?.[FORMER]), unmatched: parsed(tags?.[UNMATCHED]) };
}

function parsed(text: string | undefined) {
  return text === undefined ? undefined : JSON.parse(text);
}

/** The order of files: by LastModified, then by key. */
export type Arrival = { readonly source: string; readonly lastModifiedMs: number };

export function precedes(a: Arrival, b: Arrival): boolean {
  if (a.lastModifiedMs !== b.lastModifiedMs) return a.lastModifiedMs < b.lastModifiedMs;
  return a.source < b.source;
}
