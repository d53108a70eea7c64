// Finds source files that bring the same rows under two names in an append dataset. If the contract refuses duplicates, the
// first by LastModified, then by key, counts: the present files decide, not the order in which they were read. Pure.
import type { Dataset } from '../core/contract.ts';
import type { Violation } from '../core/violation.ts';
import { type Arrival, precedes } from '../lake/delivery.ts';
import { partitionId } from '../lake/partition.ts';
import { pathValues } from '../lake/path-values.ts';
import type { LiveShares, Share } from '../lake/shares.ts';
import { ACCEPTED_ROWS, CONTENT, CONTRACT, ROWS, readOrigin, TEXT } from '../lake/tags.ts';
import { fileViolation } from './row-source.ts';

/**
 * Keys that duplicates share: the text, however compressed or encoded; and the accepted rows, because comments and refused
 * rows do not count: under one contract, equal rows make equal data files.
 */
function fingerprints(shares: readonly Share[]): readonly string[] {
  const [first, ...others] = shares;
  if (first === undefined || others.length > 0) return fingerprintsOf(shares);
  const known = ofOne.get(first) ?? fingerprintsOf(shares);
  ofOne.set(first, known);
  return known;
}

// Of the single data file of a source: a long-lived process asks for those of all files again and again.
const ofOne = new WeakMap<Share, readonly string[]>();

function fingerprintsOf(shares: readonly Share[]): readonly string[] {
  const tags = shares[0]?.tags ?? {};
  if (Number(tags[ACCEPTED_ROWS] ?? 0) === 0) return [];
  const found = tags[TEXT] === undefined ? [] : [`text ${tags[TEXT]}`];
  for (const tag of ROW_HASHES) {
    const hashes = shares.map(({ tags, partitionValues }) =>
      tags?.[tag] === undefined ? undefined : `${partitionId(partitionValues)} ${tags[tag]}`,
    );
    if (!hashes.includes(undefined)) found.push(`rows ${tags[CONTRACT]} ${hashes.sort().join('\n')}`);
  }
  return found;
}

/** Tags of which any tells equal rows. */
const ROW_HASHES = [ROWS, CONTENT];

/** Groups of live sources with the same rows, each in order of arrival, sorted by their first sources. `repeats`: of `all`. */
export function sameSources(all: LiveShares, repeats: Repeats): string[][] {
  const live = repeats.sharing(all);
  const above = new Map<string, string>();
  const rootOf = (fingerprint: string): string => {
    let root = fingerprint;
    for (let next = above.get(root); next !== undefined; next = above.get(root)) root = next;
    return root;
  };
  const firstFingerprints = new Map<string, string>();
  for (const [source, shares] of live) {
    const [first, ...others] = fingerprints(shares);
    if (first === undefined) continue;
    firstFingerprints.set(source, first);
    for (const other of others) {
      const [root, otherRoot] = [rootOf(first), rootOf(other)];
      if (root !== otherRoot) above.set(otherRoot, root);
    }
  }
  const groups = new Map<string, string[]>();
  for (const [source, fingerprint] of firstFingerprints) {
    const group = groups.get(rootOf(fingerprint));
    if (group) group.push(source);
    else groups.set(rootOf(fingerprint), [source]);
  }
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => inOrder(live, group))
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
}

/** Which texts and contents several data files have: of very many, few or none. */
export class Repeats {
  readonly #counts = new Map<string, number>();
  readonly #repeated = new Set<string>();

  /** `gone`: of those that came before. */
  replace(gone: readonly Share[], come: readonly Share[]): void {
    for (const share of gone) for (const hash of hashesOf(share)) this.#count(hash, -1);
    for (const share of come) for (const hash of hashesOf(share)) this.#count(hash, 1);
  }

  #count(hash: string, more: number): void {
    const count = (this.#counts.get(hash) ?? 0) + more;
    if (count > 0) this.#counts.set(hash, count);
    else this.#counts.delete(hash);
    if (count > 1) this.#repeated.add(hash);
    else this.#repeated.delete(hash);
  }

  /** Those of `live` with a text or a content that another data file has, too. */
  sharing(live: LiveShares): LiveShares {
    const sharing = new Map<string, readonly Share[]>();
    if (this.#repeated.size === 0) return sharing;
    for (const [source, shares] of live) if (shares.some(this.#isRepeated)) sharing.set(source, shares);
    return sharing;
  }

  readonly #isRepeated = (share: Share): boolean => hasOne(share, this.#repeated);
}

const HASHES = [TEXT, ...ROW_HASHES];

function hashesOf({ tags }: Share): readonly string[] {
  return HASHES.flatMap((tag) => tags?.[tag] ?? []);
}

function hasOne({ tags }: Share, hashes: ReadonlySet<string>): boolean {
  return HASHES.some((tag) => hashes.has(tags?.[tag] ?? ''));
}

/** For each of `sources`, the other live sources with the same rows; sources with none are omitted. */
export function copiesOf(live: LiveShares, sources: readonly string[]): Map<string, string[]> {
  const wanted = new Map<string, Set<string>>();
  // Of very many files, few share a text or content with `sources`: the others are skipped early.
  const hashes = new Set<string>();
  for (const source of sources) {
    const shares = live.get(source) ?? [];
    for (const fingerprint of fingerprints(shares))
      wanted.set(fingerprint, (wanted.get(fingerprint) ?? new Set()).add(source));
    for (const share of shares) for (const hash of hashesOf(share)) hashes.add(hash);
  }
  const copies = new Map<string, Set<string>>();
  for (const [source, shares] of live) {
    const [first] = shares;
    if (first === undefined || !hasOne(first, hashes)) continue;
    for (const fingerprint of fingerprints(shares))
      for (const other of wanted.get(fingerprint) ?? [])
        if (other !== source) copies.set(other, (copies.get(other) ?? new Set()).add(source));
  }
  return new Map([...copies].map(([source, others]) => [source, inOrder(live, others)]));
}

function inOrder(live: LiveShares, sources: Iterable<string>): string[] {
  const arrivals = [...sources].map((source) => arrivalOf(source, live.get(source) ?? []));
  return arrivals.sort((a, b) => (precedes(a, b) ? -1 : 1)).map(({ source }) => source);
}

function arrivalOf(source: string, [share]: readonly Share[]): Arrival {
  return { source, lastModifiedMs: (share && readOrigin(share)?.lastModifiedMs) ?? 0 };
}

/**
 * If duplicates are refused, two files are the same if their texts and their paths' values are equal: this does not depend
 * on the contract or DuckDB version they were read with. Undefined if there are no rows to count twice.
 */
function identity(dataset: Dataset, source: string, [share]: readonly Share[]): string | undefined {
  const origin = share && readOrigin(share);
  if (origin?.text === undefined || origin.acceptedRows === 0) return undefined;
  return identityOf(dataset, source, origin.text);
}

function identityOf(dataset: Dataset, source: string, text: string): string {
  return `${text} ${JSON.stringify([...pathValues(dataset, source).values].sort())}`;
}

/**
 * The duplicates among the sources that equal one of `read`, each with the source that counts instead. `live`: the table's
 * files with all of them.
 */
export function repeatedSources(
  dataset: Dataset,
  live: LiveShares,
  read: Iterable<string>,
): Map<string, string> {
  const counts = new Map<string, number>();
  for (const source of read) counts.set(live.get(source)?.[0]?.tags?.[TEXT] ?? '', 0);
  counts.delete('');
  for (const [share] of live.values()) {
    const text = share?.tags?.[TEXT] ?? '';
    const count = counts.get(text);
    if (count !== undefined) counts.set(text, count + 1);
  }
  const groups = new Map<string, Arrival[]>();
  for (const [source, shares] of live) {
    if ((counts.get(shares[0]?.tags?.[TEXT] ?? '') ?? 0) < 2) continue;
    const id = identity(dataset, source, shares);
    if (id !== undefined) groups.set(id, [...(groups.get(id) ?? []), arrivalOf(source, shares)]);
  }
  const repeated = new Map<string, string>();
  for (const group of groups.values()) {
    const first = group.reduce((a, b) => (precedes(a, b) ? a : b));
    for (const { source } of group) if (source !== first.source) repeated.set(source, first.source);
  }
  return repeated;
}

/** True while `first` is live, the same, and before `arrival`: otherwise the file refused because of it must be checked again. */
export function isRepetitionOf(
  dataset: Dataset,
  live: LiveShares,
  first: string,
  arrival: Arrival,
  text: string | undefined,
): boolean {
  const shares = live.get(first) ?? [];
  return (
    text !== undefined &&
    identity(dataset, first, shares) === identityOf(dataset, arrival.source, text) &&
    precedes(arrivalOf(first, shares), arrival)
  );
}

export function duplicateViolation(first: string): Violation {
  const message = `it has the same text as the version of ${first} that counts, so that its rows would count twice: delete one of the two. Where ${first} is deleted, this one comes in at the next sync`;
  return fileViolation('duplicate', message, first);
}
