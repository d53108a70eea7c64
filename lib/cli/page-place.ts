// Where `sluice page` writes: into the lake, or into a place of its own that holds nothing else.
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isS3Location } from '../adapters/s3-location.ts';
import { CliError } from '../errors.ts';
import { isBelow } from '../local/folders.ts';
import { openStore } from '../local/open-store.ts';
import type { PagePlace } from '../local/serve-page.ts';
import { SITE } from '../page/site.ts';
import type { OpenedLake } from './with-lake.ts';

/** Throws CliError on a place that holds something else. */
export async function placeOf(
  { effects, locations }: OpenedLake,
  out: string | undefined,
): Promise<PagePlace> {
  if (out === undefined) return { store: effects.lake, prefix: SITE };
  for (const [name, other] of [
    ['landing', locations.landing],
    ['the lake', locations.lake],
  ] as const)
    if (await isWithin(out, other))
      throw new CliError(`--out ${out}: that is in ${name} (${other}), where only its own files belong.`);
  const store = await openStore(out, effects.scratch);
  if ((await store.head('index.html')) && !(await store.head('data/index.js')))
    throw new CliError(`--out ${out}: there is an index.html that is not this page's: choose another place.`);
  return { store, prefix: '' };
}

async function isWithin(place: string, other: string): Promise<boolean> {
  if (isS3Location(place) || isS3Location(other))
    return `${place}/`.startsWith(`${other.replace(/\/$/, '')}/`);
  const real = (path: string) => realpath(path).catch(() => resolve(path));
  const [inner, outer] = [await real(place), await real(other)];
  return inner === outer || isBelow(inner, outer);
}
