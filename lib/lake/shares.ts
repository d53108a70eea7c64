// The rows that one source file has in one data file: all of them, or, where small files were merged, a run of them, in the order
// of the file. What is asked of a source's rows is asked of shares, and only what moves whole files around asks for files. Pure.
import { parseLogJson } from '../core/log-json.ts';
import type { Add, PartitionValues, Remove } from '../delta/actions.ts';
import { isMoved, MOVED, VERSION } from '../delta/arrival.ts';
import {
  isLongTagged,
  longTagsPlace,
  positionsIn,
  SHARES,
  shortTags,
  type Tagged,
  tagsOfPart,
} from '../delta/long-tags.ts';
import { removeAction } from '../delta/partitions.ts';
import { recordCount } from '../delta/stats.ts';
import { CorruptionError } from '../errors.ts';
import { partitionId } from './partition.ts';
import { indexedNames, namesIndex } from './shares-index.ts';
import { CONTENT, CONTRACT, ROWS, SOURCES, sourceOf, TEXT, TEXTS } from './tags.ts';

export type Share = {
  readonly file: Add;
  /** Rows of the file before its own. */
  readonly firstRow: number;
  readonly partitionValues: PartitionValues;
  /** JSON text. Of a run: the number of its rows, and bounds of the primary key. */
  readonly stats?: string;
  /** Those that a data file of this source alone has. */
  readonly tags?: Readonly<Record<string, string>>;
};

/** A table's live rows by their source file. */
export type LiveShares = ReadonlyMap<string, readonly Share[]>;

/** In the order of the file's rows, each tag's name once. `null`: the share has no such tag. */
type SharesJson = {
  readonly tags: readonly string[];
  readonly shares: readonly (readonly [stats: string, ...values: (string | null)[]])[];
};

// Whoever looks at a table asks for the shares of each of its files several times, and compares them.
const known = new WeakMap<Add, readonly Share[]>();

/** In the order of the file's rows; the only one of most files. Of a snapshot's file, ask live-shares.ts for the whole one first. */
export function sharesOf(file: Add): readonly Share[] {
  const shares = known.get(file) ?? read(file);
  known.set(file, shares);
  return shares;
}

/** It has, or may have, rows of several sources. */
export function isMerged(file: Tagged): boolean {
  return isLongTagged(file);
}

function read(file: Add): readonly Share[] {
  const { partitionValues, stats, tags } = file;
  const own = tagsOfShares(file);
  if (own === undefined) {
    const rows = stats === undefined ? {} : { stats };
    // Other programs write null.
    return [{ file, firstRow: 0, partitionValues, ...rows, ...(tags == null ? {} : { tags }) }];
  }
  let firstRow = 0;
  return own.map((share) => {
    const found: Share = { file, firstRow, partitionValues, ...share };
    firstRow += recordCount([share]);
    return found;
  });
}

/** What the tags of a merged file say; undefined for another one. */
function tagsOfShares(file: Tagged): Pick<Required<Share>, 'stats' | 'tags'>[] | undefined {
  const text = file.tags?.[SHARES];
  if (text === undefined) {
    // Never seen, unless code asks a snapshot's file for what only the log says.
    if (longTagsPlace(file))
      throw new Error('whose rows a merged file has is in the log, not in the snapshot');
    return undefined;
  }
  const { tags: names, shares } = parseLogJson<SharesJson>(text, SHARES);
  const isList = (value: unknown): boolean => Array.isArray(value);
  if (!isList(names) || !isList(shares) || shares.length === 0 || !shares.every(isList))
    throw new CorruptionError(
      `${SHARES} in a table's log is not what Sluice writes: was the table changed by another program?`,
    );
  const positions = positionsIn(file) ?? shares.keys();
  const version = file.tags?.[VERSION];
  return [...positions].map((position) => {
    const [stats, ...values] = shareAt(shares, position);
    const own: Record<string, string> = {};
    for (const [i, name] of names.entries()) {
      const value = values[i];
      if (typeof value === 'string') own[name] = value;
    }
    if (version !== undefined) own[VERSION] = version;
    return { stats, tags: own };
  });
}

function shareAt(shares: SharesJson['shares'], position: number): SharesJson['shares'][number] {
  const share = shares[position];
  if (share !== undefined) return share;
  throw new CorruptionError(
    `${SHARES} in a table's log has no source ${position}: was the table changed by another program?`,
  );
}

/** The tags of each source's rows in a file that came or went. */
export function sourceTags(file: Tagged): readonly Pick<Add, 'tags'>[] {
  return tagsOfShares(file) ?? [file];
}

/** The tags of a new file with the rows of these, one after the other, which have one contract. */
export function tagsOfSeveral(
  shares: readonly Share[],
  primaryKey: readonly string[],
): Record<string, string> {
  const [first, ...others] = shares;
  if (others.length === 0) return { ...first?.tags };
  const contract = first?.tags?.[CONTRACT];
  return {
    ...(partTags(shares) ?? sharesTag(shares, primaryKey)),
    [SOURCES]: namesIndex(shares.map((share) => sourceOf(share) ?? '')),
    [TEXTS]: textsIndex(shares),
    ...(contract === undefined ? {} : { [CONTRACT]: contract }),
  };
}

/** Of the rest of a file, the file's own where it has few texts more: who looks for those reads the list in vain. */
function textsIndex(shares: readonly Share[]): string {
  const texts = textsOf(shares);
  const file = shares[0]?.file;
  const before = shares.every((share) => share.file === file) ? file?.tags?.[TEXTS] : undefined;
  const isMost = before !== undefined && texts.length > 0.9 * indexedNames(before);
  return isMost ? before : namesIndex(texts);
}

/** There are very many. */
function textsOf(shares: readonly Share[]): string[] {
  const texts: string[] = [];
  for (const { tags } of shares)
    for (const name of [TEXT, CONTENT, ROWS]) {
      const text = tags?.[name];
      if (text !== undefined) texts.push(text);
    }
  return texts;
}

/** The same where the rows are in other data files of the table until its commit. */
export function tagsOfMoved(shares: readonly Share[], primaryKey: readonly string[]): Record<string, string> {
  return { ...tagsOfSeveral(shares, primaryKey), [MOVED]: 'true' };
}

/** How many sources the file has rows of, also in a snapshot. */
export function sourceCount({ tags }: Add): number {
  const index = tags?.[SOURCES];
  return index === undefined ? 1 : indexedNames(index);
}

/** Where they are all of one file that the log lists already. */
function partTags(shares: readonly Share[]): Record<string, string> | undefined {
  const file = shares[0]?.file;
  if (file === undefined || !shares.every((share) => share.file === file)) return undefined;
  const positions = positionsIn(file);
  const kept = new Set(shares);
  const own: number[] = [];
  for (const [i, share] of sharesOf(file).entries()) if (kept.has(share)) own.push(positions?.[i] ?? i);
  const part = tagsOfPart(file, own);
  const version = file.tags?.[VERSION];
  return part && (version === undefined ? part : { ...part, [VERSION]: version });
}

function sharesTag(shares: readonly Share[], primaryKey: readonly string[]): Record<string, string> {
  const all = new Set(shares.flatMap(({ tags }) => Object.keys(tags ?? {})));
  all.delete(MOVED);
  const tags = [...all].sort();
  const json: SharesJson = {
    tags,
    shares: shares.map((share) => [
      runStatistics(share, primaryKey),
      ...tags.map((name) => share.tags?.[name] ?? null),
    ]),
  };
  return { [SHARES]: JSON.stringify(json) };
}

type Bounds = Readonly<Record<string, unknown>>;

function runStatistics({ stats = '{}' }: Share, columns: readonly string[]): string {
  type Stats = { readonly numRecords: number; readonly minValues?: Bounds; readonly maxValues?: Bounds };
  const { numRecords, minValues, maxValues } = parseLogJson<Stats>(stats, "a data file's stats");
  const only = (bounds: Bounds = {}) =>
    Object.fromEntries(columns.flatMap((name) => (name in bounds ? [[name, bounds[name]]] : [])));
  const ofKey = columns.length === 0 ? {} : { minValues: only(minValues), maxValues: only(maxValues) };
  return JSON.stringify({ numRecords, ...ofKey });
}

export function allShares(files: Iterable<Add>): Share[] {
  return [...files].flatMap(sharesOf);
}

/** The live rows by the source file that they came from. `isWanted`: default all. */
export function sharesBySource(
  files: Iterable<Add>,
  isWanted: (source: string) => boolean = () => true,
): Map<string, Share[]> {
  const bySource = new Map<string, Share[]>();
  for (const file of files)
    for (const share of sharesOf(file)) {
      const source = sourceOf(share);
      if (source === undefined || !isWanted(source)) continue;
      const known = bySource.get(source);
      if (known) known.push(share);
      else bySource.set(source, [share]);
    }
  return bySource;
}

/** What an entry takes and brings, without rows that only move from file to file. `moved`: where those came from. */
export type ShareChanges = {
  readonly removed: readonly Share[];
  readonly added: readonly Share[];
  readonly moved: ReadonlyMap<Share, Share>;
};

/** `removed`, `added`: the files of one entry. */
export function shareChanges(removed: readonly Add[], added: readonly Add[]): ShareChanges {
  const [gone, come] = [removed.flatMap(sharesOf), added.flatMap(sharesOf)];
  const moved = new Map<Share, Share>();
  if (!added.some(isMoved)) return { removed: gone, added: come, moved };
  const before = new Map<string, Share[]>();
  for (const share of gone) {
    const id = idOf(share);
    const known = before.get(id);
    if (known) known.push(share);
    else before.set(id, [share]);
  }
  for (const share of come) {
    const from = isMoved(share.file) ? before.get(idOf(share))?.shift() : undefined;
    if (from) moved.set(share, from);
  }
  const origins = new Set(moved.values());
  return {
    removed: gone.filter((share) => !origins.has(share)),
    added: come.filter((share) => !moved.has(share)),
    moved,
  };
}

/** Equal for the same rows of the same version of a source, whichever file they are in. */
function idOf({ tags, partitionValues }: Share): string {
  const own = Object.entries(tags ?? {}).filter(([name]) => !OF_FILES.has(name));
  return JSON.stringify([partitionId(partitionValues), own.sort()]);
}

/** What says something of a data file, and not of its source. */
const OF_FILES: ReadonlySet<string> = new Set([MOVED, CONTENT]);

/** The action that takes a file out of its table, of which only `shares` leave: the others move. */
export function removalOf(file: Add, shares: readonly Share[], now: number): { readonly remove: Remove } {
  const { remove } = removeAction(file, now);
  if (!isMerged(file)) return { remove };
  const { [SOURCES]: _, [TEXTS]: __, ...tags } = shortTags(file.tags);
  return { remove: { ...remove, tags: { ...tags, ...(shares.length === 0 ? {} : sharesTag(shares, [])) } } };
}
