// What landing holds, and whose each object is: the one place that decides it.
import type { Catalog } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import type { ObjectVersion, Unseen } from '../ports.ts';
import type { Effects } from './effects.ts';

export type LandingObject = {
  readonly version: ObjectVersion;
  /** `contested`: two datasets take it, so neither does. `aside`: it belongs, or may belong, to a definition that was set aside. */
  readonly state: 'claimed' | 'contested' | 'aside' | 'unknown';
  /** The datasets whose path matches its key. */
  readonly claims: readonly Dataset[];
};

/** `objects`: in the order of their keys. `unseen`: what is there and cannot be listed. */
export type Census = { readonly objects: readonly LandingObject[]; readonly unseen: readonly Unseen[] };

/** What one look at landing saw. `versions`: in the order of their keys. */
export type LandingSight = {
  readonly versions: readonly ObjectVersion[];
  readonly unseen: readonly Unseen[];
};

export async function lookAtLanding({ landing }: Pick<Effects, 'landing'>): Promise<LandingSight> {
  const versions: ObjectVersion[] = [];
  const unseen: Unseen[] = [];
  for await (const version of landing.list('', undefined, (one) => unseen.push(one))) versions.push(version);
  return { versions, unseen };
}

/** `sight`: default: landing is looked at now. */
export async function takeCensus(
  effects: Pick<Effects, 'landing' | 'catalog'>,
  sight?: LandingSight,
): Promise<Census> {
  const { versions, unseen } = sight ?? (await lookAtLanding(effects));
  return { objects: versions.map((version) => landingObject(effects.catalog, version)), unseen };
}

export function landingObject(catalog: Catalog, version: ObjectVersion): LandingObject {
  const claims = catalog.claims(version.key);
  if (catalog.asideOf(version.key)) return { version, state: 'aside', claims };
  return { version, state: (['unknown', 'claimed'] as const)[claims.length] ?? 'contested', claims };
}

export function keysIn({ objects }: Census, state: LandingObject['state']): string[] {
  return objects.flatMap((object) => (object.state === state ? [object.version.key] : []));
}

/** By the first dataset whose path matches them, of objects in one of the states. */
export function versionsByDataset(
  objects: readonly LandingObject[],
  ...states: readonly LandingObject['state'][]
): Map<Dataset, ObjectVersion[]> {
  const found = new Map<Dataset, ObjectVersion[]>();
  for (const { version, state, claims } of objects) {
    const [dataset] = claims;
    if (dataset === undefined || !states.includes(state)) continue;
    const known = found.get(dataset);
    if (known) known.push(version);
    else found.set(dataset, [version]);
  }
  return found;
}
