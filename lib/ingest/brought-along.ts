// A marker says that its delivery is complete. Its ingest brings the delivery's files along, so that none of them comes into the
// table later than the marker, however late its own event is.
import type { Dataset } from '../core/contract.ts';
import { TryAgainError } from '../errors.ts';
import type { Effects } from '../lake/effects.ts';
import { filesOfMarker, isMarker } from '../lake/markers.ts';

/** By marker: the keys in landing of its delivery's files. */
export type BroughtAlong = ReadonlyMap<string, readonly string[]>;

export async function broughtAlong(
  { landing, catalog }: Effects,
  dataset: Dataset,
  sources: readonly string[],
): Promise<BroughtAlong> {
  const along = new Map<string, string[]>();
  for (const marker of sources.filter((source) => isMarker(dataset, source))) {
    const files = filesOfMarker(dataset, marker);
    if (files === undefined) continue;
    const keys: string[] = [];
    for await (const { key } of landing.list(files.prefix))
      if (files.includes(key) && catalog.datasetFor(key) === dataset) keys.push(key);
    along.set(marker, keys);
  }
  return along;
}

/** A marker fails with any of its files: together they are tried again. `failures`: by source; is added to. */
export function failWithFiles(along: BroughtAlong, failures: Map<string, unknown>): void {
  for (const [marker, keys] of along) {
    const failed = keys.find((key) => failures.has(key));
    if (failed === undefined || failures.has(marker)) continue;
    const error = failures.get(failed);
    const reason = error instanceof Error ? error.message : String(error);
    failures.set(
      marker,
      new TryAgainError(
        `${marker} says that its delivery is complete, and a file of the delivery cannot be read yet: ${failed}: ${reason}`,
      ),
    );
  }
}

/** Markers of deliveries of which a file is still read elsewhere: they wait for it. `running`: sources. */
export function waitingMarkers(along: BroughtAlong, running: ReadonlySet<string>): Set<string> {
  const waiting = [...along].filter(([, keys]) => keys.some((key) => running.has(key)));
  return new Set(waiting.map(([marker]) => marker));
}
