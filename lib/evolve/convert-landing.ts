// Converts and stages all source files of one dataset in landing, so that a rebuild can commit them at once.

import { landingTable } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { fixedPrefix } from '../core/glob.ts';
import { tablePrefix } from '../core/insight.ts';
import type { Add } from '../delta/actions.ts';
import type { Snapshot } from '../delta/snapshot.ts';
import { TryAgainError } from '../errors.ts';
import { ConversionLimiter } from '../ingest/conversion-limiter.ts';
import { convertVersion, sameVersion } from '../ingest/stage.ts';
import type { Effects } from '../lake/effects.ts';
import { isMarker } from '../lake/markers.ts';
import type { ObjectVersion } from '../ports.ts';
import type { Piece, SourceRead, StagedFiles, StagingObserver } from './staging.ts';

export type ConvertedLanding = {
  readonly present: ReadonlyMap<string, ObjectVersion>;
  /** One per present file. */
  readonly reads: readonly SourceRead[];
  /** Of the files that were accepted, and what stands for those that were refused (see Role in tags.ts). */
  readonly adds: readonly Add[];
};

const MAX_ROUNDS = 10;

/**
 * Lists landing again until nothing changed during a pass. Files that are already staged are not converted again.
 * Throws TryAgainError if landing does not stop changing.
 */
export async function convertLanding(
  effects: Effects,
  dataset: Dataset,
  snapshot: Snapshot | undefined,
  staged: StagedFiles,
  observer: StagingObserver,
): Promise<ConvertedLanding> {
  let before: ReadonlyMap<string, ObjectVersion> = new Map();
  let pieces = new Map<string, Piece>();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const present = await presentVersions(effects, dataset);
    const isAtRest =
      pieces.size === present.size &&
      [...present].every(([key, version]) => sameVersion(before.get(key), version));
    if (isAtRest) {
      const found = [...pieces.values()];
      return {
        present,
        reads: found.flatMap(({ read }) => read ?? []),
        adds: found.flatMap(({ adds }) => adds),
      };
    }
    [before, pieces] = [present, new Map()];
    for (const version of present.values()) {
      const piece = await convertSource(effects, dataset, snapshot, staged, version);
      if (piece) pieces.set(version.key, piece);
      observer.staged?.(version.key, pieces.size, present.size);
    }
  }
  throw new TryAgainError(
    `the files of ${dataset.name} in landing change faster than they can be read: run the rebuild again once they stop changing`,
  );
}

/** Undefined if landing no longer holds this version: the next listing shows another. */
function convertSource(
  effects: Effects,
  dataset: Dataset,
  snapshot: Snapshot | undefined,
  staged: StagedFiles,
  version: ObjectVersion,
): Promise<Piece | undefined> {
  // Markers and data are told apart by words that the hash is without.
  const readAs = isMarker(dataset, version.key) ? ['marker'] : [];
  const id = JSON.stringify([version.key, version.etag, version.lastModifiedMs, dataset.hash, ...readAs]);
  return staged.piece(id, snapshot, async () => {
    const prefix = tablePrefix(landingTable(dataset));
    const target = { effects, dataset, table: prefix, live: new Map() };
    // Earlier reports do not count: another Sluice may have refused what this one accepts.
    const converted = await convertVersion(target, version, new ConversionLimiter());
    if (converted?.report === undefined) return undefined;
    const { source, outcome, reason, rows, accepted, quarantined, skipped } = converted.report;
    const counts = { rows, accepted, quarantined, ...(skipped === undefined ? {} : { skipped }) };
    return {
      adds: converted.adds,
      read: { source, outcome, ...counts, ...(reason === undefined ? {} : { reason }) },
    };
  });
}

/** None begins with another one. */
function landingPrefixes({ path, delivery }: Dataset): string[] {
  const prefixes = [path, delivery?.complete ?? path].map(fixedPrefix).sort();
  return prefixes.filter((prefix, i) => !prefixes.slice(0, i).some((other) => prefix.startsWith(other)));
}

/** The dataset's source files in landing, and the markers of its deliveries. Throws DefinitionError for one that another dataset claims too, or one set aside. */
export async function presentVersions(
  { landing, catalog }: Effects,
  dataset: Dataset,
): Promise<Map<string, ObjectVersion>> {
  const present = new Map<string, ObjectVersion>();
  for (const prefix of landingPrefixes(dataset))
    for await (const version of landing.list(prefix))
      if (catalog.claims(version.key).includes(dataset) && catalog.datasetFor(version.key) === dataset)
        present.set(version.key, version);
  return present;
}
