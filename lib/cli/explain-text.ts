// A receipt as lines for a terminal. Pure.

import type { PartitionReceipt, Receipt, TableUse } from '../inspect/receipt.ts';
import type { SourceUse } from '../inspect/source-uses.ts';
import { partitionLabel } from '../lake/partition.ts';
import { left, renderTable, right } from './table-text.ts';
import { apart, bytes, count, duration, JSON_HAS_ALL, number, restLine, section, timeText } from './text.ts';

const MAX_LISTED = 20;
const LONG = { most: MAX_LISTED, more: JSON_HAS_ALL };

/** Lines without line ends. */
export function receiptLines(receipt: Receipt, maxWidth?: number): string[] {
  const [own, ...inputs] = receipt.tables;
  return [
    `${receipt.table}, version ${receipt.version}${receipt.version === receipt.newest ? '' : ` of ${receipt.newest}`}, committed ${timeText(receipt.committedAt)}`,
    receipt.definition === null
      ? 'it has no definition any more'
      : `defined by ${receipt.definition.file}, ${receipt.definition.hash}`,
    own === undefined
      ? 'no rows'
      : `${count(own.rows, 'row')} in ${count(own.partitions, 'partition')}, ${bytes(own.bytes)}`,
    ...auditNames(receipt.partitions),
    '',
    ...partitionTable(receipt, maxWidth),
    ...(inputs.length === 0 ? [] : ['', 'Made from:', ...inputTable(inputs, maxWidth)]),
    ...sourceTable(receipt.sources, maxWidth),
    ...apart(
      section(
        'Stale partitions (previous rows kept):',
        receipt.stale.map(({ partition, message }) => `${partitionLabel(partition)}: ${message}`),
        LONG,
      ),
    ),
    ...apart(
      section(
        'Published with warnings:',
        receipt.partitions.flatMap(({ partition, warnings }) =>
          warnings === null ? [] : [`${partitionLabel(partition)}: ${warnings}`],
        ),
        LONG,
      ),
    ),
    ...apart(section('No longer traceable:', receipt.lost, LONG)),
  ];
}

function partitionTable({ partitions, definition }: Receipt, maxWidth?: number): string[] {
  const columns = [
    left('partition'),
    right('rows'),
    right('version'),
    left('committed at'),
    right('took'),
    left('audits'),
    left('definition or contract'),
  ];
  const row = (partition: PartitionReceipt) => [
    partitionLabel(partition.partition),
    number(partition.rows),
    String(partition.version),
    timeText(partition.committedAt),
    partition.ms === null ? '–' : duration(partition.ms),
    auditText(partition),
    `${partition.definition ?? '–'}${partition.definition === definition?.hash ? '' : ' (not the current one)'}`,
  ];
  return listed(columns, partitions.map(row), maxWidth);
}

function auditText({ audits }: PartitionReceipt): string {
  if (audits === null) return '–';
  const warned = audits.filter(({ outcome }) => outcome === 'warned').length;
  return warned === 0 ? `${audits.length} passed` : `${audits.length - warned} passed, ${warned} warned`;
}

function auditNames(partitions: readonly PartitionReceipt[]): string[] {
  const names = new Set(partitions.flatMap(({ audits }) => audits ?? []).map(({ audit }) => audit));
  return names.size === 0 ? [] : [`audits: ${[...names].join(', ')}`];
}

function inputTable(inputs: readonly TableUse[], maxWidth?: number): string[] {
  const columns = [
    left('table'),
    left('version'),
    right('partitions'),
    right('data files'),
    right('rows'),
    left('definition or contract'),
  ];
  const rows = inputs.map(({ table, versions, partitions, files, rows: read, definitions, contracts }) => [
    table,
    versions.count === 1 ? String(versions.first) : `${versions.first} to ${versions.last}`,
    number(partitions),
    number(files),
    number(read),
    [...definitions, ...contracts].join(', '),
  ]);
  return renderTable(columns, rows, maxWidth);
}

/** Contracts and table versions of each file are only in the JSON document: a line must fit a terminal. */
function sourceTable(sources: readonly SourceUse[], maxWidth?: number): string[] {
  if (sources.length === 0) return [];
  const skips = sources.some(({ skippedRows = 0 }) => skippedRows > 0);
  const isMixed = sources.some(({ dataset }) => dataset !== sources[0]?.dataset);
  const isDelivered = sources.some(({ delivery }) => delivery !== undefined);
  const columns = [
    ...(isMixed ? [left('dataset')] : []),
    left('source file'),
    ...(isDelivered ? [left('delivery')] : []),
    right('rows'),
    right('quarantined'),
    ...(skips ? [right('skipped')] : []),
    left('last modified'),
    left('etag'),
  ];
  const rows = sources.map((use) => [
    ...(isMixed ? [use.dataset] : []),
    use.source,
    ...(isDelivered ? [use.delivery === undefined ? '–' : Object.values(use.delivery).join(', ')] : []),
    number(use.rows),
    number(use.quarantinedRows),
    ...(skips ? [number(use.skippedRows ?? 0)] : []),
    timeText(use.lastModified),
    use.etag,
  ]);
  return ['', `${count(sources.length, 'source file')}:`, ...listed(columns, rows, maxWidth)];
}

function listed(
  columns: Parameters<typeof renderTable>[0],
  rows: readonly (readonly string[])[],
  maxWidth?: number,
): string[] {
  const rest = rows.length - MAX_LISTED;
  const more = rest > 0 ? [restLine(rest, JSON_HAS_ALL)] : [];
  return [...renderTable(columns, rows.slice(0, MAX_LISTED), maxWidth), ...more];
}
