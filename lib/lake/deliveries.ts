// Which files of a replace dataset come together, which of these deliveries may count, and which is the newest. From the arrivals'
// log alone; pure.
import { type Captured, captureNames, captureReader } from '../core/captures.ts';
import type { Dataset } from '../core/contract.ts';
import { CAPTURE, fixedPrefix, globMatcher } from '../core/glob.ts';
import type { Add } from '../delta/actions.ts';
import { precedes } from './delivery.ts';
import { captures, pathValues } from './path-values.ts';
import { readOrigin, roleOf } from './tags.ts';

export type Delivery = {
  /** Equal for files of one delivery. */
  readonly id: string;
  /** What the keys say by the captures of `delivery.by`; {} where each file is a delivery. */
  readonly by: Readonly<Record<string, string>>;
  /** Keys of its data files, refused ones among them. */
  readonly sources: readonly string[];
  /** Of the first and the latest of them. */
  readonly sinceMs: number;
  readonly lastModifiedMs: number;
  /** Those that were refused as a whole and have no rows of an older version. */
  readonly refused: readonly string[];
  /** Globs of the markers that are not there. */
  readonly missing: readonly string[];
};

/** A delivery counts if all of it is there. */
export function isReady({ refused, missing }: Delivery): boolean {
  return refused.length === 0 && missing.length === 0;
}

/** What of a source counts. */
export type Standing = {
  readonly delivery: Delivery;
  /** The order of the deliveries that are ready, from 1; null for others. */
  readonly rank: number | null;
  /** Of the newest one of its scope; where rows say the scope, of any that is ready. */
  readonly counts: boolean;
  /** The newer delivery that counts instead, whether or not this one is ready. */
  readonly by?: Delivery;
};

/** By source, without markers. `files`: all live data files of the arrivals. */
export type Standings = ReadonlyMap<string, Standing>;

/** One source's data files: they agree in everything but partition and rows. */
type Arrived = { readonly source: string; readonly lastModifiedMs: number; readonly isRefused: boolean };

function deliveriesOf(dataset: Dataset, files: Iterable<Add>): Delivery[] {
  const arrived = new Map<string, Arrived>();
  const markers = new Set<string>();
  const marks = markerReader(dataset);
  for (const add of files) {
    const origin = readOrigin(add);
    if (origin === undefined) continue;
    const { source, lastModifiedMs } = origin;
    const role = roleOf(add);
    if (role === 'marker') for (const mark of marks.ofMarker(source)) markers.add(mark);
    else arrived.set(source, { source, lastModifiedMs, isRefused: role === 'refused' });
  }
  const groups = new Map<string, { by: Record<string, string>; files: Arrived[] }>();
  for (const file of arrived.values()) {
    const by = deliveryOf(dataset, file.source);
    const id = by === undefined ? file.source : JSON.stringify(by);
    const group = groups.get(id) ?? { by: by ?? {}, files: [] };
    groups.set(id, group);
    group.files.push(file);
  }
  return Array.from(groups, ([id, { by, files: own }]) => ({
    id,
    by,
    sources: own.map(({ source }) => source).sort(),
    sinceMs: own.reduce((first, file) => Math.min(first, file.lastModifiedMs), Infinity),
    lastModifiedMs: own.reduce((latest, file) => Math.max(latest, file.lastModifiedMs), -Infinity),
    refused: own.flatMap(({ source, isRefused }) => (isRefused ? [source] : [])).sort(),
    missing: [...new Set(own.flatMap(({ source }) => marks.missing(source, markers)))].sort(),
  }));
}

export function standingsOf(dataset: Dataset, files: Iterable<Add>): Standings {
  const deliveries = deliveriesOf(dataset, files).sort((a, b) => (isOlder(dataset, a, b) ? -1 : 1));
  const ready = deliveries.filter(isReady);
  const ranks = new Map(ready.map((delivery, i) => [delivery, i + 1]));
  const scopeOf = dataset.scope?.from === 'rows' ? undefined : scopeReader(dataset);
  const newest = new Map<string, Delivery>();
  const standings = new Map<string, Standing>();
  // From the newest to the oldest.
  for (const delivery of deliveries.reverse()) {
    const rank = ranks.get(delivery) ?? null;
    for (const source of delivery.sources) {
      const by = scopeOf && newest.get(scopeOf(source));
      standings.set(source, { delivery, rank, counts: rank !== null && !by, ...(by ? { by } : {}) });
    }
    if (scopeOf && rank !== null)
      for (const source of delivery.sources) newest.set(scopeOf(source), delivery);
  }
  return standings;
}

/** Deliveries that may come to count, and for which the dataset waits; the oldest first. */
export function waitingOf(standings: Standings): Delivery[] {
  const waiting = [...standings.values()].filter(({ rank, by }) => rank === null && by === undefined);
  return [...new Set(waiting.map(({ delivery }) => delivery))].reverse();
}

/** `waits for a/manifest.json; …` */
export function waitsFor({ missing, refused }: Pick<Delivery, 'missing' | 'refused'>): string {
  return [
    ...(missing.length === 0 ? [] : [`waits for ${missing.join(' and ')}`]),
    ...(refused.length === 0
      ? []
      : [`does not count while ${refused.join(' and ')} ${refused.length === 1 ? 'is' : 'are'} rejected`]),
  ].join('; ');
}

/** `run 2024-05-02`; the file's key where each file is a delivery. */
export function deliveryLabel({ id, by }: Pick<Delivery, 'id' | 'by'>): string {
  const said = Object.entries(by).map(([name, text]) => `${name} ${text}`);
  return said.length === 0 ? id : said.join(', ');
}

/** Of two deliveries, by the dataset's rule. */
function isOlder({ delivery }: Dataset, a: Delivery, b: Delivery): boolean {
  const byName = delivery?.newest === 'name';
  if (!byName && a.lastModifiedMs !== b.lastModifiedMs) return a.lastModifiedMs < b.lastModifiedMs;
  if (delivery === undefined)
    return precedes(
      { source: a.id, lastModifiedMs: a.lastModifiedMs },
      { source: b.id, lastModifiedMs: b.lastModifiedMs },
    );
  for (const name of delivery.by) {
    const order = compareNames(a.by[name] ?? '', b.by[name] ?? '');
    if (order !== 0) return order < 0;
  }
  return false;
}

/** Runs of digits as numbers, anything else by code point; equal numbers by their texts. */
export function compareNames(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split(/(\d+)/));
  for (let i = 0; i < Math.max(left?.length ?? 0, right?.length ?? 0); i++) {
    const [one = '', other = ''] = [left?.[i], right?.[i]];
    if (one === other) continue;
    // Digits have the odd places.
    if (i % 2 === 1 && one !== '' && other !== '') {
      const difference = BigInt(one) - BigInt(other);
      if (difference !== 0n) return difference < 0n ? -1 : 1;
    } else return one < other ? -1 : 1;
  }
  return a === b ? 0 : a < b ? -1 : 1;
}

/** What the key says of its delivery; undefined where each file is one. */
export function deliveryOf(dataset: Dataset, source: string): Record<string, string> | undefined {
  if (dataset.delivery === undefined) return undefined;
  const { captured } = captures(dataset, source);
  return Object.fromEntries(dataset.delivery.by.map((name) => [name, captured.get(name) ?? '']));
}

/** Equal texts for keys of one scope; '' where the whole dataset is the scope. */
function scopeReader(dataset: Dataset): (source: string) => string {
  const names = dataset.scope?.names ?? [];
  const known = new Map<string, string>();
  return (source) => {
    if (names.length === 0) return '';
    const before = known.get(source);
    if (before !== undefined) return before;
    const { values } = pathValues(dataset, source);
    const { captured } = captures(dataset, source);
    const scope = JSON.stringify(
      names.map((name) => (values.has(name) ? values.get(name) : (captured.get(name) ?? null))),
    );
    known.set(source, scope);
    return scope;
  };
}

const markerGlobs = new WeakMap<Dataset, (key: string) => boolean>();

/** True for a key that says that a delivery is complete: it is not read as data, even where the path matches it, too. */
export function isMarker(dataset: Dataset, key: string): boolean {
  const complete = dataset.delivery?.complete;
  if (complete === undefined) return false;
  const matches = markerGlobs.get(dataset) ?? globMatcher(complete);
  markerGlobs.set(dataset, matches);
  return matches(key);
}

/** Whether what the lake holds of a source stays after it was deleted. A file that was refused has no rows to keep. */
export function isKept({ onDelete }: Dataset, own: readonly Add[]): boolean {
  return onDelete === 'keep' && (own.length === 0 || own.some((add) => roleOf(add) !== 'refused'));
}

/** Of keys of the dataset, those of data files whose deliveries have their markers; all where no marker is asked for. */
export function withMarkers(dataset: Dataset, keys: Iterable<string>): Iterable<string> {
  if (dataset.delivery?.complete === undefined) return keys;
  const marks = markerReader(dataset);
  const all = [...keys];
  const there = new Set(all.filter((key) => isMarker(dataset, key)).flatMap((key) => marks.ofMarker(key)));
  return all.filter((key) => !isMarker(dataset, key) && there.has(marks.neededBy(key)));
}

/** Which markers a data file needs: those with the captures that the marker's glob has. */
function markerReader(dataset: Dataset) {
  const complete = dataset.delivery?.complete;
  const names = complete === undefined ? [] : captureNames(complete);
  const idOf = (captured: Captured) => JSON.stringify(names.map((name) => captured.get(name) ?? null));
  const read = captureReader(complete ?? '');
  return {
    ofMarker(key: string): string[] {
      const { all, isWhole } = read(key);
      return all.length === 1 && isWhole ? all.map(idOf) : [];
    },
    neededBy: (source: string) => idOf(captures(dataset, source).captured),
    missing(source: string, there: ReadonlySet<string>): string[] {
      if (complete === undefined) return [];
      const { captured } = captures(dataset, source);
      if (there.has(idOf(captured))) return [];
      return [complete.replace(CAPTURE, (written, name: string) => captured.get(name) ?? written)];
    },
  };
}

/** What a marker speaks of: the keys that begin with `prefix` and are included. Undefined where its own key can be read in two ways. */
export function filesOfMarker(
  dataset: Dataset,
  marker: string,
): { readonly prefix: string; readonly includes: (key: string) => boolean } | undefined {
  const marks = markerReader(dataset);
  const [own] = marks.ofMarker(marker);
  if (own === undefined) return undefined;
  const isData = globMatcher(dataset.path);
  const [captured] = captureReader(dataset.delivery?.complete ?? '')(marker).all;
  const path = dataset.path.replace(CAPTURE, (written, name: string) => captured?.get(name) ?? written);
  return {
    prefix: fixedPrefix(path),
    includes: (key) => isData(key) && !isMarker(dataset, key) && marks.neededBy(key) === own,
  };
}

/**
 * The live data files whose rows may count otherwise after a change of the sources `changed`: those of the same deliveries. Where a
 * delivery replaces another one, its own files are in all partitions that this concerns.
 */
export function concerned(dataset: Dataset, changed: Iterable<string>, files: Iterable<Add>): Add[] {
  const marks = markerReader(dataset);
  const idOf = (source: string) => JSON.stringify(deliveryOf(dataset, source) ?? source);
  const deliveries = new Set<string>();
  const marked = new Set<string>();
  for (const source of changed) {
    const own = marks.ofMarker(source);
    if (own.length === 0) deliveries.add(idOf(source));
    for (const mark of own) marked.add(mark);
  }
  const arrived = [...files].flatMap((add) => {
    const source = roleOf(add) === undefined ? readOrigin(add)?.source : undefined;
    return source === undefined ? [] : [{ add, source, delivery: idOf(source) }];
  });
  // A delivery with files in several scopes may have a marker in each.
  for (const { source, delivery } of arrived)
    if (marked.size > 0 && marked.has(marks.neededBy(source))) deliveries.add(delivery);
  return arrived.flatMap(({ add, delivery }) => (deliveries.has(delivery) ? [add] : []));
}
