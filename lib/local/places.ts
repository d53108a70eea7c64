// Whether landing and lake are where they are said to be, and apart from each other; on disk and in S3.
import { tmpdir } from 'node:os';
import { isS3Location, parseLocation, showLocation } from '../adapters/s3-location.ts';
import { CliError } from '../errors.ts';
import { isFolder, refuseFolderOverlap, requireLakeFolder, requireLandingFolder } from './folders.ts';
import type { LakeLocations } from './open-lake.ts';
import { openStore } from './open-store.ts';

/** A missing landing is a mistake, and not a landing from which everything has vanished. Throws CliError. */
export async function requireLanding({ landing }: LakeLocations): Promise<void> {
  // HEAD does not tell a missing bucket from a missing object; listing does.
  if (isS3Location(landing)) await holdsObjects(landing);
  else await requireLandingFolder(landing);
}

/** Throws CliError. */
export async function requireLake({ lake }: LakeLocations): Promise<void> {
  if (!isS3Location(lake)) return requireLakeFolder(lake);
  if (await holdsObjects(lake)) return;
  throw new CliError(
    `There is no lake in ${lake} yet: "npx sluice sync --landing … --lake ${lake}" makes it, and so does a deployed stack.`,
  );
}

/** False where its files are not to be seen at all. Throws CliError on a bucket that cannot be listed. */
export async function hasLanding({ landing }: LakeLocations): Promise<boolean> {
  if (!isS3Location(landing)) return isFolder(landing);
  await holdsObjects(landing);
  return true;
}

/** The lake's own files must never be taken for source files. Throws CliError. */
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
      ? `Landing and lake are the same place, ${landing}: give each a prefix or a bucket of its own.`
      : `Landing (${landing}) and the lake (${lake}) lie inside each other: give each a prefix or a bucket of its own.`,
  );
}

/** Throws CliError where the bucket is missing or forbidden. */
async function holdsObjects(place: string): Promise<boolean> {
  for await (const _ of (await openStore(place, tmpdir())).list('')) return true;
  return false;
}
