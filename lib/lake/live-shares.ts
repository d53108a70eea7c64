// The rows of source files in a table's live data files. What merged files have of each source is in the log's entries: all of them
// are read for all sources, and few for few.
import { landingTable } from '../core/built-in.ts';
import type { Dataset } from '../core/contract.ts';
import { tablePrefix } from '../core/insight.ts';
import {
  type LongTags,
  longTagsIn,
  longTagsPlace,
  type Place,
  type Tagged,
  withLongTags,
} from '../delta/long-tags.ts';
import type { Snapshot } from '../delta/snapshot.ts';
import type { DeltaTables } from '../delta/tables.ts';
import { CorruptionError } from '../errors.ts';
import { mapInParallel } from '../in-parallel.ts';
import { isMerged, type LiveShares, type Share, sharesBySource, sharesOf } from './shares.ts';
import { WantedNames } from './shares-index.ts';
import { CONTENT, ROWS, SOURCES, sourceOf, TEXT, TEXTS } from './tags.ts';

type Entries = Pick<DeltaTables, 'entries'>;

const ENTRIES_AT_ONCE = 4;

// One look at a table asks several times.
const known = new WeakMap<Tagged, WeakRef<Tagged>>();

type Lists = { readonly prefix: string; readonly version: number; readonly lists: LongTags };

// Corrections of one merged file come in a row. No other data file ever has the name of one that an entry added.
const latest = new WeakMap<Entries, Lists>();

/** The files as they are in the log, so that shares.ts can say whose rows they have. Throws CorruptionError if the log lacks an entry. */
export async function wholeFiles<File extends Tagged>(
  tables: Entries,
  prefix: string,
  files: Iterable<File>,
): Promise<File[]> {
  const all = [...files];
  const whole = new Map<File, File>();
  const missing = new Map<number, [File, Place][]>();
  for (const file of all) {
    const place = longTagsPlace(file);
    if (place === undefined) continue;
    const found = known.get(file)?.deref();
    if (found) whole.set(file, found as File);
    else {
      const places = missing.get(place.version) ?? [];
      missing.set(place.version, places);
      places.push([file, place]);
    }
  }
  await mapInParallel(
    [...missing],
    async ([version, places]) => {
      const lists = await listsIn(tables, prefix, version, places);
      for (const [file, { path }] of places) {
        const found = withLongTags(file, lists, path);
        if (found === undefined) throw withoutEntry(prefix, version, path);
        known.set(file, new WeakRef(found));
        whole.set(file, found);
      }
    },
    ENTRIES_AT_ONCE,
  );
  return all.map((file) => whole.get(file) ?? file);
}

async function listsIn(
  tables: Entries,
  prefix: string,
  version: number,
  places: readonly (readonly [Tagged, Place])[],
): Promise<LongTags> {
  const before = latest.get(tables);
  const isSame = before?.prefix === prefix && before.version === version;
  if (isSame && places.every(([, { path }]) => before.lists.has(path))) return before.lists;
  const [entry] = (await tables.entries(prefix, version - 1, version)) ?? [];
  const lists = longTagsIn(entry?.actions ?? []);
  latest.set(tables, { prefix, version, lists });
  return lists;
}

function withoutEntry(prefix: string, version: number, path: string): CorruptionError {
  return new CorruptionError(
    `${prefix}: the log no longer has the entry of version ${version}, which says of which source files the rows in ${path} are. Restore it from a backup or an older object version, or rebuild the table with "npx sluice rebuild"`,
  );
}

/** Of all sources, in the dataset's newest landing table. */
export async function landedShares(tables: DeltaTables, dataset: Dataset): Promise<Map<string, Share[]>> {
  const prefix = tablePrefix(landingTable(dataset));
  return liveShares(tables, prefix, await tables.latest(prefix));
}

/** Of all sources. `snapshot`: undefined for a missing table. */
export async function liveShares(
  tables: Entries,
  prefix: string,
  snapshot: Snapshot | undefined,
): Promise<Map<string, Share[]>> {
  return sharesBySource(await wholeFiles(tables, prefix, snapshot?.files.values() ?? []));
}

/** True if no other source's rows decide what a source's version is. */
export function decidesAlone({ mode, duplicates }: Dataset): boolean {
  return mode !== 'replace' && duplicates !== 'reject';
}

/** Of these sources alone. */
export async function sharesOfSources(
  tables: Entries,
  prefix: string,
  { files }: Snapshot,
  sources: Iterable<string>,
): Promise<LiveShares> {
  const wanted = new Set(sources);
  const names = new WantedNames(wanted);
  const own = [...files.values()].filter((file) =>
    isMerged(file) ? mayBeIn(file, SOURCES, names) : wanted.has(sourceOf(file) ?? ''),
  );
  return sharesBySource(await wholeFiles(tables, prefix, own), (source) => wanted.has(source));
}

/** Of these sources, and of those that have a text or a data file's content in common with one of `shares`. */
export async function sharesLike(
  tables: Entries,
  prefix: string,
  snapshot: Snapshot,
  sources: Iterable<string>,
  shares: Iterable<Share>,
): Promise<LiveShares> {
  const texts = new Set([...shares].flatMap(textsOf));
  const names = new WantedNames(texts);
  const isLike = (file: Tagged) => textsOf(file).some((text) => texts.has(text));
  const files = [...snapshot.files.values()].filter((file) =>
    isMerged(file) ? mayBeIn(file, TEXTS, names) : isLike(file),
  );
  const like = (await wholeFiles(tables, prefix, files)).flatMap((file) => sharesOf(file).filter(isLike));
  return sharesOfSources(tables, prefix, snapshot, [
    ...sources,
    ...like.flatMap((share) => sourceOf(share) ?? []),
  ]);
}

function textsOf({ tags }: Tagged): string[] {
  return [tags?.[TEXT], tags?.[CONTENT], tags?.[ROWS]].filter((text) => text !== undefined);
}

/** Whatever other programs left out. */
function mayBeIn({ tags }: Tagged, index: string, names: WantedNames): boolean {
  const text = tags?.[index];
  return text === undefined || names.mayBeIn(text);
}
