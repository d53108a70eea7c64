// The origin of a data file in the log: the properties in `add.tags` and in a table's configuration, and their meaning.

import { type Derivation, type PartitionJoin, TABLE_KINDS, tablePrefix } from '../core/insight.ts';
import { parseLogJson } from '../core/log-json.ts';
import type { Window } from '../core/window.ts';
import type { Add, Remove } from '../delta/actions.ts';
import { isLongTagged } from '../delta/long-tags.ts';
import type { ObjectVersion } from '../ports.ts';
import { partitionId } from './partition.ts';

export const CONTRACT = 'sluice.contract';
export const DEFINITION = 'sluice.definition';
export const PENDING = 'sluice.pending';
/** When a table without a definition was dropped, ISO 8601. */
export const DROPPED = 'sluice.dropped';
/** Hash of the source file's text, unpacked and decoded: equal texts have equal hashes. */
export const TEXT = 'sluice.text';
/** Hash of a data file's bytes: files with the same hash contain the same rows in the same order. */
export const CONTENT = 'sluice.content';
/** Hash of a source's rows in a data file, in their order, whatever the file has besides; only for few rows. See rows-hash.ts. */
export const ROWS = 'sluice.rows';
/** Of a data file that has a part of a source's rows: records of the source before those of its rows; absent for none. */
export const FIRST_ROW = 'sluice.firstRow';
/** Of the whole source file. */
export const ACCEPTED_ROWS = 'sluice.acceptedRows';
/** Of a data file with the rows of several sources, which has none of the tags of one: see SharesIndex in shares-index.ts. */
export const SOURCES = 'sluice.sources';
export const TEXTS = 'sluice.texts';
export const INPUTS = 'sluice.inputs';
/** The ids of the commits whose versions are in INPUTS. */
export const INPUT_COMMITS = 'sluice.inputCommits';
/** In an add of a derived table with a window: which neighbours of its partition it was computed from, as JSON. */
export const WINDOW = 'sluice.window';
/** In an add of a derived table: by the prefixes of the inputs that it saw by partition, the columns that it joined them by, as JSON. */
const JOINED = 'sluice.joined';
/** In an add of a derived table: the findings of its audits of severity `warn`, in a sentence. */
export const WARNINGS = 'sluice.warnings';

/** See Role. */
const ROLE = 'sluice.role';

/**
 * A data file without rows that stands for a landing object of deliveries. `marker`: the file that says that a delivery is
 * complete. `refused`: a file that was refused as a whole, so that its delivery does not count.
 */
export type Role = 'marker' | 'refused';

export function roleTags(role: Role): Record<string, string> {
  return { [ROLE]: role };
}

/** Undefined for a data file of rows. */
export function roleOf({ tags }: Pick<Add, 'tags'>): Role | undefined {
  return tags?.[ROLE] as Role | undefined;
}

export type Origin = {
  readonly source: string;
  readonly etag: string;
  readonly lastModifiedMs: number;
  readonly contract: string;
  /** Rows of the whole source file, not of this data file alone. */
  readonly acceptedRows: number;
  readonly quarantinedRows: number;
  /** Of the whole source file, by the contract's skipRows and footerRows; the tag is absent where there are none. */
  readonly skippedRows: number;
  /** The digest of its report; absent if an older Sluice wrote the file. */
  readonly report?: string;
  /** See TEXT; absent if an older version of Sluice read the file. */
  readonly text?: string;
};

export function originTags(origin: Origin): Record<string, string> {
  return {
    'sluice.source': origin.source,
    'sluice.etag': origin.etag,
    'sluice.lastModified': new Date(origin.lastModifiedMs).toISOString(),
    [CONTRACT]: origin.contract,
    [ACCEPTED_ROWS]: String(origin.acceptedRows),
    'sluice.quarantinedRows': String(origin.quarantinedRows),
    ...(origin.skippedRows === 0 ? {} : { 'sluice.skippedRows': String(origin.skippedRows) }),
    ...(origin.report === undefined ? {} : { 'sluice.report': origin.report }),
    ...(origin.text === undefined ? {} : { [TEXT]: origin.text }),
  };
}

// Whoever looks at a table asks for the origin of each of its files several times.
const origins = new WeakMap<object, Origin>();

/** Undefined for a file without a source file. One of several sources is asked share by share. */
export function readOrigin(file: Pick<Add | Remove, 'tags'>): Origin | undefined {
  const { tags } = file;
  const source = sourceOf(file);
  if (tags == null || source === undefined) return undefined;
  const known = origins.get(tags) ?? originIn(tags, source);
  origins.set(tags, known);
  return known;
}

function originIn(tags: Readonly<Record<string, string>>, source: string): Origin {
  return {
    source,
    etag: tags['sluice.etag'] ?? '',
    lastModifiedMs: Date.parse(tags['sluice.lastModified'] ?? ''),
    contract: tags[CONTRACT] ?? '',
    acceptedRows: Number(tags[ACCEPTED_ROWS] ?? 0),
    quarantinedRows: Number(tags['sluice.quarantinedRows'] ?? 0),
    skippedRows: Number(tags['sluice.skippedRows'] ?? 0),
    ...(tags['sluice.report'] === undefined ? {} : { report: tags['sluice.report'] }),
    ...(tags[TEXT] === undefined ? {} : { text: tags[TEXT] }),
  };
}

/** True if the file was made from exactly this version under exactly this contract. */
export function madeFrom(
  origin: Origin,
  version: ObjectVersion,
  contract: string,
  lastModifiedCounts: boolean,
): boolean {
  if (origin.etag !== version.etag || origin.contract !== contract) return false;
  return !lastModifiedCounts || origin.lastModifiedMs === version.lastModifiedMs;
}

type Content = Pick<Add, 'tags' | 'partitionValues'>;

/** True if a file has the same content as the one it replaces: nothing computed from it changes. */
export function sameContent(before: Content, after: Content): boolean {
  const same = (tag: string) => before.tags?.[tag] !== undefined && before.tags[tag] === after.tags?.[tag];
  return (
    (same(CONTENT) || same(ROWS)) &&
    same(CONTRACT) &&
    partitionId(before.partitionValues) === partitionId(after.partitionValues)
  );
}

/** The source file that its rows came from; undefined for a file without one. One of several sources is asked share by share. */
export function sourceOf(file: Pick<Add, 'tags'>): string | undefined {
  // Never seen, unless code asks a file for what only its shares can answer.
  if (isLongTagged(file)) throw new Error('a data file of several sources has no one source');
  return file.tags?.['sluice.source'];
}

/** The input's name in a derived table's transactions; a recreated table has another one. */
export function inputAppId(prefix: string, tableId: string): string {
  return `sluice:${prefix}:${tableId}`;
}

/** In addition to an input's version: its commit id, as a number. A different commit of the same version is a different input. */
export function inputCommitAppId(prefix: string, tableId: string): string {
  return `sluice-commit:${prefix}:${tableId}`;
}

/** The versions of its inputs that a computed file was made from, by the tables' prefixes; undefined for a file that was not computed. */
export function readInputs(add: Pick<Add, 'tags'>): Readonly<Record<string, number>> | undefined {
  const text = add.tags?.[INPUTS];
  return text === undefined ? undefined : parseLogJson<Record<string, number>>(text, INPUTS);
}

/** See readInputs. */
export function isComputed({ tags }: Pick<Add, 'tags'>): boolean {
  return tags?.[INPUTS] !== undefined;
}

/** Undefined where it was computed from its own partition alone. */
export function readWindow(add: Pick<Add, 'tags'>): Window | undefined {
  const text = add.tags?.[WINDOW];
  return text === undefined ? undefined : parseLogJson<Window>(text, WINDOW);
}

export function joinedTags({ joined = [] }: Derivation): Record<string, string> {
  if (joined.length === 0) return {};
  return {
    [JOINED]: JSON.stringify(Object.fromEntries(joined.map(({ table, by }) => [tablePrefix(table), by]))),
  };
}

/** By the tables' prefixes; inputs that were read as a whole, and the driving one, are not among them. */
export function readJoined(add: Pick<Add, 'tags'>): Readonly<Record<string, readonly PartitionJoin[]>> {
  return parseLogJson<Record<string, readonly PartitionJoin[]>>(add.tags?.[JOINED] ?? '{}', JOINED);
}

/** The commits' ids by the tables' prefixes; {} if the file's writer did not record them. */
export function readInputCommits(add: Pick<Add, 'tags'>): Readonly<Record<string, string>> {
  return parseLogJson<Record<string, string>>(add.tags?.[INPUT_COMMITS] ?? '{}', INPUT_COMMITS);
}

const INPUT_APP_ID = new RegExp(`^sluice:((?:${TABLE_KINDS.join('|')})/[^:]+):(.+)$`);

/** The inverse of inputAppId; undefined for a transaction of another kind. */
export function readInputAppId(
  appId: string,
): { readonly prefix: string; readonly tableId: string } | undefined {
  const [, prefix, tableId] = INPUT_APP_ID.exec(appId) ?? [];
  return prefix === undefined || tableId === undefined ? undefined : { prefix, tableId };
}
