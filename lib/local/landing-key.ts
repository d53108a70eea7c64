// The landing key of a file that a person named by its path or location. Pure.
import { relative, resolve, sep } from 'node:path';
import { isS3Location } from '../adapters/s3-location.ts';
import { isBelow } from './folders.ts';

/** Undefined if it does not lie in landing. */
export function keyInLanding(landing: string, shown: string): string | undefined {
  if (isS3Location(landing) !== isS3Location(shown)) return undefined;
  if (isS3Location(shown)) {
    const root = `${landing.replace(/\/+$/, '')}/`;
    return shown.startsWith(root) ? shown.slice(root.length) : undefined;
  }
  const [folder, path] = [resolve(landing), resolve(shown)];
  return isBelow(path, folder) ? relative(folder, path).split(sep).join('/') : undefined;
}
