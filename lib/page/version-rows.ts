// A table's versions with their causes in words that need no knowledge of Sluice. Pure.
import type { Cause, SourceChange, VersionHistory } from '../inspect/history.ts';
import { partitionLabel } from '../lake/partition.ts';
import type { VersionRow } from './dataset-documents.ts';

export type Versions = { readonly versions: readonly VersionRow[]; readonly moreVersions: number };

/** The newest `most`, the newest first. */
export function versionRows(history: readonly VersionHistory[], most: number): Versions {
  return {
    versions: history.slice(0, most).map(versionRow),
    moreVersions: Math.max(0, history.length - most),
  };
}

function versionRow(version: VersionHistory): VersionRow {
  const { committedAt, rowsAdded, rowsRemoved, rows } = version;
  return { version: version.version, committedAt, cause: causeWords(version), rowsAdded, rowsRemoved, rows };
}

/** `2 files came, 1 was replaced`; `billing changed`; `the SQL changed` */
function causeWords({ cause, operation, version }: VersionHistory): string {
  if (version === 0) return 'the table was made';
  const words = [
    ...sourceWords(cause.sources ?? []),
    ...inputWords(cause.inputs ?? []),
    ...(cause.contract ? ['the contract changed'] : []),
    ...(cause.definition ? ['the SQL changed'] : []),
    ...columnWords(cause.columnsAdded, 'added'),
    ...columnWords(cause.columnsRemoved, 'removed'),
    ...(cause.partitionedBy ? [partitionedWords(cause.partitionedBy)] : []),
    ...staleWords(cause.stale ?? []),
  ];
  return words.length === 0 ? (UPKEEP[operation] ?? operation.toLowerCase()) : words.join(', ');
}

/** What stands in a commit that has no cause of its own. */
const UPKEEP: Readonly<Record<string, string>> = {
  REFRESH: 'computed again',
  APPLY: 'the definitions were applied',
  OPTIMIZE: 'small data files were merged',
  'VACUUM START': 'old files are being removed',
  'VACUUM END': 'old files were removed',
};

const CHANGES: readonly (readonly [SourceChange['change'], string])[] = [
  ['new', 'came'],
  ['replaced', 'replaced'],
  ['read again', 'read again under another contract'],
  ['withdrawn', 'withdrawn'],
];

function sourceWords(sources: readonly SourceChange[]): string[] {
  const counted = CHANGES.flatMap(([change, word]) => {
    const files = sources.filter((source) => source.change === change).length;
    if (files === 0) return [];
    return [{ files, word: change === 'new' ? word : `${files === 1 ? 'was' : 'were'} ${word}` }];
  });
  return counted.map(({ files, word }, i) =>
    i === 0 ? `${files} ${files === 1 ? 'file' : 'files'} ${word}` : `${files} ${word}`,
  );
}

const ITS_FILES = 'its files';

/** An input that is read for the first time did not change. To people, the arrivals of a dataset are its files. */
function inputWords(inputs: NonNullable<Cause['inputs']>): string[] {
  const named = (isFirst: boolean) => [
    ...new Set(
      inputs
        .filter(({ from }) => (from === null) === isFirst)
        .map(({ table }) => (table.startsWith('arrivals/') ? ITS_FILES : table.replace(/^\w+\//, ''))),
    ),
  ];
  const [changed, first] = [named(false), named(true)];
  return [
    ...(changed.length === 0 ? [] : [`${inWords(changed)} changed`]),
    ...(first.length === 0
      ? []
      : [
          `${inWords(first)} ${first.length === 1 && first[0] !== ITS_FILES ? 'was' : 'were'} read for the first time`,
        ]),
  ];
}

function columnWords(names: readonly string[] | undefined, word: string): string[] {
  if (names === undefined || names.length === 0) return [];
  const [noun, verb] = names.length === 1 ? ['column', 'was'] : ['columns', 'were'];
  return [`the ${noun} ${inWords(names)} ${verb} ${word}`];
}

function partitionedWords(columns: readonly string[]): string {
  return columns.length === 0 ? 'it is one partition now' : `it is parted by ${inWords(columns)} now`;
}

const MAX_NAMED = 3;

function staleWords(stale: NonNullable<Cause['stale']>): string[] {
  const words = stale
    .slice(0, MAX_NAMED)
    .map(({ partition, message }) => `${partitionLabel(partition)} kept its old rows (${message})`);
  const more = stale.length - words.length;
  return more === 0 ? words : [...words, `${more} more kept their old rows`];
}

/** `a, b and c` */
function inWords(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
