// A table's versions as rows of the page with their causes in words, and the trend of its rows. Pure.
import { count } from '../core/plain-text.ts';
import type { Cause, SourceChange, VersionHistory } from '../inspect/history.ts';
import type { TableLog } from '../inspect/table-log.ts';
import { partitionLabel } from '../lake/partition.ts';
import type { VersionRow } from './documents.ts';

export type Versions = { readonly versions: readonly VersionRow[]; readonly moreVersions: number };

const DAY_MS = 86_400_000;
const TREND_DAYS = 30;
const MAX_NAMED = 3;

/** The newest `most`, the newest first. */
export function versionRows(history: readonly VersionHistory[], most: number): Versions {
  return {
    versions: history.slice(0, most).map((version) => ({
      version: version.version,
      committedAt: version.committedAt,
      cause: causeWords(version),
      rowsAdded: version.rowsAdded,
      rowsRemoved: version.rowsRemoved,
      rows: version.rows,
    })),
    moreVersions: Math.max(0, history.length - most),
  };
}

/** Rows at the end of each of the last days in UTC, today included, the oldest first; null before the table existed. */
export function trendOf(log: TableLog, history: readonly VersionHistory[], now: Date): (number | null)[] {
  const rows = new Map(history.map((version) => [version.version, version.rows]));
  const today = Math.floor(now.getTime() / DAY_MS);
  return Array.from({ length: TREND_DAYS }, (_, i) => {
    const end = (today - (TREND_DAYS - 1 - i) + 1) * DAY_MS - 1;
    const version = log.versionAt(end);
    return version === undefined ? null : (rows.get(version) ?? null);
  });
}

/** `2 files came, 1 was replaced`; `tables/billing changed`; `the table was made` */
export function causeWords({
  version,
  cause,
  operation,
}: Pick<VersionHistory, 'version' | 'cause' | 'operation'>): string {
  const parts = [
    sourceWords(cause.sources ?? []),
    inputWords(cause),
    cause.contract && cause.contract.from !== null ? 'the contract changed' : '',
    cause.definition && cause.definition.from !== null ? 'the SQL changed' : '',
    namesWords('column', 'came', cause.columnsAdded),
    namesWords('column', 'went', cause.columnsRemoved),
    cause.partitionedBy ? `partitioned by ${cause.partitionedBy.join(', ') || 'nothing'}` : '',
    staleWords(cause),
  ].filter((part) => part !== '');
  if (parts.length > 0) return parts.join('; ');
  return version === 0 ? 'the table was made' : operation.toLowerCase();
}

const CHANGES = [
  ['new', 'came'],
  ['replaced', 'was replaced'],
  ['read again', 'was read again'],
  ['withdrawn', 'was withdrawn'],
] as const satisfies readonly (readonly [SourceChange['change'], string])[];

function sourceWords(sources: readonly SourceChange[]): string {
  const parts = CHANGES.flatMap(([change, verb]) => {
    const files = sources.filter((source) => source.change === change).length;
    return files === 0 ? [] : [{ files, verb: files === 1 ? verb : verb.replace('was', 'were') }];
  });
  return parts
    .map(({ files, verb }, i) => `${i === 0 ? count(files, 'file') : files.toLocaleString('en-US')} ${verb}`)
    .join(', ');
}

function inputWords({ inputs = [] }: Cause): string {
  // The arrivals of a dataset are inner workings: to people they are its files.
  const names = inputs.map(({ table }) =>
    table.startsWith('arrivals/') ? 'its files' : table.slice(table.indexOf('/') + 1),
  );
  if (names.length === 0) return '';
  const more = names.length - MAX_NAMED;
  return `${names.slice(0, MAX_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''} changed`;
}

function namesWords(noun: string, verb: string, names: readonly string[] | undefined): string {
  if (names === undefined || names.length === 0) return '';
  return `the ${noun}${names.length === 1 ? '' : 's'} ${names.join(', ')} ${verb}`;
}

function staleWords({ stale = [] }: Cause): string {
  const [first] = stale;
  if (first === undefined) return '';
  const more = stale.length === 1 ? '' : ` and ${count(stale.length - 1, 'more partition')}`;
  return `${partitionLabel(first.partition)}${more} kept the old rows, because an audit failed`;
}
