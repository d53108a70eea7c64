// Checks that landing and lake exist and do not overlap; on disk and in S3.
import { tmpdir } from 'node:os';
import { isS3Location, parseLocation, showLocation } from '../adapters/s3-location.ts';
import { CliError, UsageError } from '../errors.ts';
import { isFolder, refuseFolderOverlap, requireLakeFolder, requireLandingFolder } from './folders.ts';
import type { LakeLocations } from './open-lake.ts';
import { openStore } from './open-store.ts';

/**
 * If one is in S3, the default of the other does not fit: it belongs to the local lake, whose files would count as vanished.
 * `written`: how a name is written where the caller chooses it. Throws UsageError.
 */
export function refuseForeignDefault(
  places: Pick<LakeLocations, 'landing' | 'lake'>,
  isChosen: (name: 'landing' | 'lake') => boolean,
  written: (name: string) => string,
): void {
  for (const [name, other] of [
    ['landing', 'lake'],
    ['lake', 'landing'],
  ] as const)
    if (isS3Location(places[name]) && !isChosen(other))
      throw new UsageError(
        `${name} is ${places[name]}, so pass ${written(other)} as well, or set ${other} in sluice.yaml: its default, ${places[other]}, belongs to the local lake.`,
      );
}

/** A missing landing is a mistake, not a landing from which everything has vanished. Throws CliError. */
export async function requireLanding({ landing }: LakeLocations): Promise<void> {
  // HEAD does not distinguish a missing bucket from a missing object; listing does.
  if (isS3Location(landing)) await holdsObjects(landing);
  else await requireLandingFolder(landing);
}

/** Throws CliError. */
export async function requireLake({ lake }: LakeLocations): Promise<void> {
  if (!isS3Location(lake)) return requireLakeFolder(lake);
  if (await holdsObjects(lake)) return;
  throw new CliError(
    `There is no lake in ${lake} yet: "npx sluice sync" with --landing and --lake, or with both in sluice.yaml, creates it, and so does a deployed stack.`,
  );
}

/** False if it does not exist, so its files are unknown. Throws CliError on a bucket that cannot be listed. */
export async function hasLanding({ landing }: LakeLocations): Promise<boolean> {
  if (!isS3Location(landing)) return isFolder(landing);
  await holdsObjects(landing);
  return true;
}

/** The lake's own files must never be treated as source files. Throws CliError. */
export async function refuseOverlap({ landing, lake }: LakeLocations): Promise<void> {
  if (isS3Location(landing) && isS3Location(lake)) refuseS3Overlap(landing, lake);
  else if (!isS3Location(landing) && !isS3Location(lake)) await refuseFolderOverlap(landing, lake);
}

function refuseS3Overlap(landing: string, lake: string): void {
  const [inner, outer] = [parseLocation(landing), parseLocation(lake)].map(
    (place) => `${showLocation(place)}/`,
  );
  if (inner === undefined || outer === undefined || !(inner.startsWith(outer) || outer.startsWith(inner)))
    return;
  throw new CliError(
    inner === outer
      ? `Landing and lake are the same location, ${landing}: use separate prefixes or buckets.`
      : `Landing (${landing}) and the lake (${lake}) overlap: use separate prefixes or buckets.`,
  );
}

/** Throws CliError if the bucket is missing or forbidden. */
async function holdsObjects(place: string): Promise<boolean> {
  for await (const _ of (await openStore(place, tmpdir())).list('')) return true;
  return false;
}
