// Which files of a replace dataset come together, which of these deliveries may count, and which is the newest. From the arrivals'
// log alone; pure.
import type { Dataset } from '../core/contract.ts';
import type { Add } from '../delta/actions.ts';
import { precedes } from './delivery.ts';
import { type Marks, markerReader } from './markers.ts';
import { type Captures, captures, pathValues } from './path-values.ts';
import type { Share } from './shares.ts';
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

/** By source, without markers. */
export type Standings = ReadonlyMap<string, Standing>;

/** One source's data files: they agree in everything but partition and rows. */
type Arrived = {
  readonly source: string;
  readonly lastModifiedMs: number;
  readonly isRefused: boolean;
  readonly said: Said;
};

/** What a key says, in texts that are equal for files of one delivery, one marker and one scope (undefined where rows tell it). */
type Said = { readonly delivery: string; readonly marker: string; readonly scope: string | undefined };

/** Each key is read once: of 100,000 that is most of the time. */
function readArrived(dataset: Dataset, shares: Iterable<Share>, marks: Marks) {
  const arrived = new Map<string, Arrived>();
  const there = new Set<string>();
  const scopeOf = dataset.scope?.from === 'rows' ? undefined : scopeReader(dataset);
  const read = (source: string): Said => {
    const said = captures(dataset, source);
    const by = deliveryOf(dataset, source, said);
    return {
      delivery: by === undefined ? source : JSON.stringify(by),
      marker: marks.neededBy(said),
      scope: scopeOf?.(source, said),
    };
  };
  for (const share of shares) {
    const origin = readOrigin(share);
    if (origin === undefined) continue;
    const { source, lastModifiedMs } = origin;
    const role = roleOf(share);
    if (role === 'marker') for (const mark of marks.ofMarker(source)) there.add(mark);
    else {
      const said = arrived.get(source)?.said ?? read(source);
      arrived.set(source, { source, lastModifiedMs, isRefused: role === 'refused', said });
    }
  }
  return { arrived: arrived.values(), there };
}

type Delivered = { readonly delivery: Delivery; readonly own: readonly Arrived[] };

/** With the data files of each, sorted by source. */
function deliveriesOf(dataset: Dataset, shares: Iterable<Share>): Delivered[] {
  const marks = markerReader(dataset);
  const { arrived, there } = readArrived(dataset, shares, marks);
  const groups = new Map<string, Arrived[]>();
  for (const file of arrived) {
    const known = groups.get(file.said.delivery);
    if (known) known.push(file);
    else groups.set(file.said.delivery, [file]);
  }
  return Array.from(groups, ([id, own]) => {
    own.sort((a, b) => (a.source < b.source ? -1 : 1));
    const lacking = new Map(own.map(({ source, said }) => [said.marker, source]));
    for (const mark of there) lacking.delete(mark);
    const delivery = {
      id,
      by: deliveryOf(dataset, own[0]?.source ?? '') ?? {},
      sources: own.map(({ source }) => source),
      sinceMs: own.reduce((first, file) => Math.min(first, file.lastModifiedMs), Infinity),
      lastModifiedMs: own.reduce((latest, file) => Math.max(latest, file.lastModifiedMs), -Infinity),
      refused: own.flatMap(({ source, isRefused }) => (isRefused ? [source] : [])),
      missing: Array.from(lacking.values(), marks.globFor).flat().sort(),
    };
    return { delivery, own };
  });
}

/** `shares`: all live ones of the arrivals. */
export function standingsOf(dataset: Dataset, shares: Iterable<Share>): Standings {
  const deliveries = deliveriesOf(dataset, shares).sort((a, b) =>
    isOlder(dataset, a.delivery, b.delivery) ? -1 : 1,
  );
  const ready = deliveries.filter(({ delivery }) => isReady(delivery));
  const ranks = new Map(ready.map(({ delivery }, i) => [delivery, i + 1]));
  const newest = new Map<string, Delivery>();
  const standings = new Map<string, Standing>();
  // From the newest to the oldest.
  for (const { delivery, own } of deliveries.reverse()) {
    const rank = ranks.get(delivery) ?? null;
    for (const { source, said } of own) {
      const by = said.scope === undefined ? undefined : newest.get(said.scope);
      standings.set(source, { delivery, rank, counts: rank !== null && !by, ...(by ? { by } : {}) });
    }
    if (rank !== null)
      for (const { said } of own) if (said.scope !== undefined) newest.set(said.scope, delivery);
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

/** What the key says of its delivery; undefined where each file is one. `said`: what captures() gives for it, where that is known. */
export function deliveryOf(
  dataset: Dataset,
  source: string,
  said?: Captures,
): Record<string, string> | undefined {
  if (dataset.delivery === undefined) return undefined;
  const { captured } = said ?? captures(dataset, source);
  return Object.fromEntries(dataset.delivery.by.map((name) => [name, captured.get(name) ?? '']));
}

/** Equal texts for keys of one scope; '' where the whole dataset is the scope. */
function scopeReader(dataset: Dataset): (source: string, said: Captures) => string {
  const names = dataset.scope?.names ?? [];
  return (source, said) => {
    if (names.length === 0) return '';
    const { values } = pathValues(dataset, source, said);
    return JSON.stringify(
      names.map((name) => (values.has(name) ? values.get(name) : (said.captured.get(name) ?? null))),
    );
  };
}

/** Whether what the lake holds of a source stays after it was deleted. A file that was refused has no rows to keep. */
export function isKept({ onDelete }: Dataset, own: readonly Pick<Share, 'tags'>[]): boolean {
  return onDelete === 'keep' && (own.length === 0 || own.some((add) => roleOf(add) !== 'refused'));
}

/**
 * The live data files whose rows may count otherwise after a change of the sources `changed`: those of the same deliveries. Where a
 * delivery replaces another one, its own files are in all partitions that this concerns.
 */
export function concerned(dataset: Dataset, changed: Iterable<string>, files: Iterable<Add>): Add[] {
  const marks = markerReader(dataset);
  const idOf = (source: string, said?: Captures) =>
    JSON.stringify(deliveryOf(dataset, source, said) ?? source);
  const deliveries = new Set<string>();
  const marked = new Set<string>();
  for (const source of changed) {
    const own = marks.ofMarker(source);
    if (own.length === 0) deliveries.add(idOf(source));
    for (const mark of own) marked.add(mark);
  }
  // A delivery with files in several scopes may have a marker in each.
  const arrived = [...files].flatMap((add) => {
    const source = roleOf(add) === undefined ? readOrigin(add)?.source : undefined;
    if (source === undefined) return [];
    const said = captures(dataset, source);
    const delivery = idOf(source, said);
    if (marked.size > 0 && marked.has(marks.neededBy(said))) deliveries.add(delivery);
    return [{ add, delivery }];
  });
  return arrived.flatMap(({ add, delivery }) => (deliveries.has(delivery) ? [add] : []));
}
