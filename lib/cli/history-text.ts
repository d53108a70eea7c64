// A table's history as lines for people. Pure.

import type { Cause, HashChange, SourceChange, VersionHistory } from '../inspect/history.ts';
import { partitionLabel } from '../lake/partition.ts';
import { left, renderTable, right } from './table-text.ts';
import { count, duration, firstWords, number, restLine, timeText } from './text.ts';

const MAX_NAMED = 3;

/** Lines without line ends. */
export function historyLines(
  table: string,
  newest: number,
  versions: readonly VersionHistory[],
  maxWidth?: number,
): string[] {
  const columns = [
    right('version'),
    left('committed at'),
    left('operation'),
    right('rows +'),
    right('rows −'),
    right('rows'),
    right('took'),
    left('partitions'),
    left('cause'),
  ];
  const rows = versions.map((version) => [
    String(version.version),
    timeText(version.committedAt),
    version.operation,
    changeText(version.rowsAdded),
    changeText(version.rowsRemoved),
    number(version.rows),
    version.ms === null ? '' : duration(version.ms),
    partitionsText(version),
    causeText(version.cause) || filesText(version),
  ]);
  const more = newest + 1 - versions.length;
  return [
    table,
    '',
    ...renderTable(columns, rows, maxWidth),
    ...(more > 0 ? [restLine(more, `--limit ${newest + 1} shows them all`)] : []),
  ];
}

function changeText(rows: number): string {
  return rows === 0 ? '' : number(rows);
}

function partitionsText({ partitions, filesAdded, filesRemoved }: VersionHistory): string {
  if (filesAdded + filesRemoved === 0) return '';
  return firstWords(partitions.map(partitionLabel), MAX_NAMED);
}

/** Of a version that only moved rows from file to file: `8 data files became 1`. */
function filesText({ operation, rowsAdded, rowsRemoved, filesAdded, filesRemoved }: VersionHistory): string {
  if (operation !== 'OPTIMIZE' || rowsAdded + rowsRemoved > 0 || filesRemoved === 0) return '';
  return `${count(filesRemoved, 'data file')} became ${number(filesAdded)}`;
}

/** `new a.csv; replaced b.csv`; `tables/billing 3 → 5` */
export function causeText(cause: Cause): string {
  return [
    ...sourceTexts(cause.sources ?? []),
    ...(cause.inputs ?? []).map(({ table, from, to }) =>
      from === null ? `${table} at ${to}` : `${table} ${from} → ${to}`,
    ),
    ...hashText('contract', cause.contract),
    ...hashText('definition', cause.definition),
    ...namesText('column added:', cause.columnsAdded),
    ...namesText('column removed:', cause.columnsRemoved),
    ...namesText('partitioned by', cause.partitionedBy),
    ...(cause.stale ?? [])
      .slice(0, MAX_NAMED)
      .map(({ partition, message }) => `${partitionLabel(partition)} kept: ${message}`),
  ].join('; ');
}

const CHANGES = ['new', 'replaced', 'read again', 'withdrawn'] as const;

function sourceTexts(sources: readonly SourceChange[]): string[] {
  return CHANGES.flatMap((change) => {
    const names = sources.filter((source) => source.change === change).map(({ source }) => source);
    return names.length === 0 ? [] : [`${change} ${firstWords(names, 1)}`];
  });
}

function hashText(what: string, change: HashChange | undefined): string[] {
  if (change === undefined) return [];
  return [change.from === null ? `${what} ${change.to}` : `${what} ${change.from} → ${change.to}`];
}

function namesText(what: string, names: readonly string[] | undefined): string[] {
  return names === undefined ? [] : [`${what} ${names.join(', ')}`];
}
