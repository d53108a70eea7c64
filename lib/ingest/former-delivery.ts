// Which delivery a new one takes the place of: the version before under the same name; in a replace dataset the newest file. Pure.
import type { Dataset } from '../core/contract.ts';
import type { Add } from '../delta/actions.ts';
import { type Former, isShrunk, precedes, readRemarks } from '../lake/delivery.ts';
import { readOrigin } from '../lake/tags.ts';
import type { ObjectVersion } from '../ports.ts';
import type { LiveFiles } from './duplicates.ts';

/** Undefined where there was none, or where at least half of its rows are there again. */
export function shrunkFrom(
  dataset: Dataset,
  live: LiveFiles,
  version: ObjectVersion,
  accepted: number,
  text: string | undefined,
): Former | undefined {
  const former = formerDelivery(dataset, live, version, text);
  return former && isShrunk(accepted, former) ? former : undefined;
}

function formerDelivery(
  dataset: Dataset,
  live: LiveFiles,
  version: ObjectVersion,
  text: string | undefined,
): Former | undefined {
  const [add] = dataset.mode === 'replace' ? newestBefore(live, version) : (live.get(version.key) ?? []);
  const origin = add && readOrigin(add);
  if (add === undefined || origin === undefined) return undefined;
  // The same text once more has corrected nothing.
  const { former } = readRemarks(add);
  if (former && text !== undefined && origin.text === text && origin.source === version.key) return former;
  const { source, acceptedRows, quarantinedRows } = origin;
  const counts = { accepted: acceptedRows, records: acceptedRows + quarantinedRows };
  return source === version.key ? counts : { ...counts, source };
}

/** The files of the source that the table shows, where `version` is going to be shown instead. */
function newestBefore(live: LiveFiles, { key, lastModifiedMs }: ObjectVersion): readonly Add[] {
  let newest: { source: string; lastModifiedMs: number } = { source: '', lastModifiedMs: -Infinity };
  for (const [source, [add]] of live) {
    const arrival = { source, lastModifiedMs: (add && readOrigin(add)?.lastModifiedMs) ?? 0 };
    if (precedes(newest, arrival)) newest = arrival;
  }
  const isShown = newest.source === key || precedes(newest, { source: key, lastModifiedMs });
  return isShown ? (live.get(newest.source) ?? []) : [];
}
