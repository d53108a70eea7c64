// Finds versions in landing without a data file, with their report or note if there is one.
import type { Dataset } from '../core/contract.ts';
import { sourceVersion } from '../ingest/report.ts';
import { isLive } from '../ingest/settled.ts';
import type { Effects } from '../lake/effects.ts';
import { type LandingObject, versionsByDataset } from '../lake/landing-census.ts';
import { reportKey, reportPrefix, UNKNOWN, unknownKey } from '../lake/layout.ts';
import type { LiveShares } from '../lake/shares.ts';
import type { ObjectStore, ObjectVersion } from '../ports.ts';
import { listedStore } from './listed-store.ts';

export type OpenVersions = {
  /** Those that no data file of their dataset stands for. */
  readonly versions: ReadonlyMap<Dataset, ReadonlySet<ObjectVersion>>;
  /** Those that no dataset takes. */
  readonly unknown: readonly ObjectVersion[];
};

export function openVersions(
  objects: readonly LandingObject[],
  bySource: ReadonlyMap<Dataset, LiveShares>,
): OpenVersions {
  const present = versionsByDataset(objects, 'claimed');
  const isOpen = (dataset: Dataset, version: ObjectVersion) =>
    !isLive(dataset, bySource.get(dataset)?.get(version.key) ?? [], version);
  return {
    versions: new Map(
      Array.from(bySource.keys(), (dataset) => [
        dataset,
        new Set(present.get(dataset)?.filter((version) => isOpen(dataset, version))),
      ]),
    ),
    unknown: objects.flatMap(({ state, version }) => (state === 'unknown' ? [version] : [])),
  };
}

/** Each open version has a report or a note, or has none yet: the requests grow with what changed, not with what is there. */
export async function listedLake(
  { lake }: Effects,
  { versions, unknown }: OpenVersions,
  bySource: ReadonlyMap<Dataset, LiveShares>,
): Promise<ObjectStore> {
  const notes = new Set(unknown.map(({ key, etag }) => unknownKey(key, etag)));
  let listed = await listedStore(lake, UNKNOWN, notes, notes.size);
  for (const [dataset, open] of versions) {
    const reports = new Set(Array.from(open, (one) => reportKey(dataset.name, sourceVersion(dataset, one))));
    const there = bySource.get(dataset)?.size ?? 0;
    listed = await listedStore(listed, reportPrefix(dataset.name), reports, there);
  }
  return listed;
}
