// Finds the file that a new one replaces: the previous version under the same name or, where a file replaces the whole dataset,
// the newest file. The report mentions it if fewer than half of its rows came again. Pure.
import type { Dataset } from '../core/contract.ts';
import { type Former, isShrunk, precedes, readRemarks } from '../lake/delivery.ts';
import type { LiveShares, Share } from '../lake/shares.ts';
import { readOrigin, roleOf } from '../lake/tags.ts';
import type { ObjectVersion } from '../ports.ts';

/** Undefined if there was none, or if the new delivery has at least half as many rows. */
export function shrunkFrom(
  dataset: Dataset,
  live: LiveShares,
  version: ObjectVersion,
  accepted: number,
  text: string | undefined,
): Former | undefined {
  const former = formerDelivery(dataset, live, version, text);
  return former && isShrunk(accepted, former) ? former : undefined;
}

function formerDelivery(
  dataset: Dataset,
  live: LiveShares,
  version: ObjectVersion,
  text: string | undefined,
): Former | undefined {
  const isWhole = dataset.mode === 'replace' && dataset.delivery === undefined && dataset.scope === undefined;
  const [share] = isWhole ? newestBefore(live, version) : (live.get(version.key) ?? []);
  const origin = share && readOrigin(share);
  if (share === undefined || origin === undefined || roleOf(share) !== undefined) return undefined;
  // The same text again is not a correction.
  const { former } = readRemarks(share);
  if (former && text !== undefined && origin.text === text && origin.source === version.key) return former;
  const { source, acceptedRows, quarantinedRows } = origin;
  const counts = { accepted: acceptedRows, records: acceptedRows + quarantinedRows };
  return source === version.key ? counts : { ...counts, source };
}

/** The files of the source that the table shows and that `version` will replace. */
function newestBefore(live: LiveShares, { key, lastModifiedMs }: ObjectVersion): readonly Share[] {
  let newest: { source: string; lastModifiedMs: number } = { source: '', lastModifiedMs: -Infinity };
  for (const [source, [share]] of live) {
    const arrival = { source, lastModifiedMs: (share && readOrigin(share)?.lastModifiedMs) ?? 0 };
    if (precedes(newest, arrival)) newest = arrival;
  }
  const isShown = newest.source === key || precedes(newest, { source: key, lastModifiedMs });
  return isShown ? (live.get(newest.source) ?? []) : [];
}
