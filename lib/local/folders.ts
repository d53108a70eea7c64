// The folders of a local lake: whether they exist, and whether they overlap.
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { CliError } from '../errors.ts';

export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

/** Throws CliError. */
export async function requireLandingFolder(landing: string): Promise<void> {
  if (await isFolder(landing)) return;
  throw new CliError(
    `There is no landing folder ${resolve(landing)}: set the folder with the source files with --landing or in sluice.yaml (landing), or run "npx sluice start" for a lake with samples.`,
  );
}

/** Throws CliError. */
export async function requireLakeFolder(lake: string): Promise<void> {
  if (await isFolder(lake)) return;
  throw new CliError(
    `There is no lake in ${resolve(lake)} yet: "npx sluice start" fills one from the samples, "npx sluice sync" from your own landing folder (--landing and --lake, or sluice.yaml).`,
  );
}

/** Throws CliError. */
export async function refuseFolderOverlap(landing: string, lake: string): Promise<void> {
  const [inner, outer] = [await realFolder(landing), await realFolder(lake)];
  if (inner === outer)
    throw new CliError(`Landing and lake are the same folder, ${inner}: use separate folders.`);
  if (isBelow(inner, outer))
    throw new CliError(`Landing (${inner}) is inside the lake (${outer}): use separate folders.`);
  if (isBelow(outer, inner))
    throw new CliError(`The lake (${outer}) is inside landing (${inner}): use separate folders.`);
}

/** Below it, and not the folder itself. Both are absolute. */
export function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !/^\.\.[\\/]/.test(way) && resolve(folder, way) === path;
}

/** Without symbolic links, as far as the path exists. */
async function realFolder(path: string): Promise<string> {
  const absolute = resolve(path);
  const parent = dirname(absolute);
  return realpath(absolute).catch(async () =>
    parent === absolute ? absolute : join(await realFolder(parent), basename(absolute)),
  );
}
