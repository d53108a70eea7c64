// Prints the changes between two versions: causes first, then rows, cut for people and complete for programs.

import { cellText, jsonOf } from '../inspect/cell-text.ts';
import type { Receipt } from '../inspect/receipt.ts';
import type { RowChange, RowDiff } from '../inspect/row-diff.ts';
import type { SourceDiff, TableDiff } from '../inspect/table-diff.ts';
import { deliveryLabel } from '../lake/deliveries.ts';
import type { Row } from '../ports.ts';
import { isNumber } from './query-output.ts';
import { left, renderTable } from './table-text.ts';
import type { Terminal } from './terminal.ts';
import { apart, count, JSON_HAS_ALL, number, restLine, section, timeText } from './text.ts';

export type FullDiff = TableDiff & {
  readonly before: Receipt;
  readonly after: Receipt;
  readonly filter: Readonly<Record<string, string>>;
  /** Undefined if they cannot be read. */
  readonly rows: RowDiff | undefined;
};

const MAX_LISTED = 20;
const LONG = { most: MAX_LISTED, more: JSON_HAS_ALL };

export async function writeDiff(diff: FullDiff, format: 'table' | 'json', terminal: Terminal): Promise<void> {
  if (format === 'json') return writeJson(diff, terminal);
  const shown: RowChange[] = [];
  for await (const changes of diff.rows?.changes(MAX_LISTED) ?? []) shown.push(...changes);
  await terminal.out(diffLines(diff, shown, terminal.outColumns));
}

/** Rows as they come: the document is written piece by piece. */
async function writeJson(
  { before, after, filter, rows, ...causes }: FullDiff,
  terminal: Terminal,
): Promise<void> {
  const head = {
    table: after.table,
    filter,
    from: { version: before.version, committedAt: before.committedAt },
    to: { version: after.version, committedAt: after.committedAt },
    ...causes,
    key: rows?.key ?? null,
    counts: rows?.counts ?? null,
  };
  if (rows === undefined) return terminal.json({ ...head, rows: null });
  await terminal.data(`${JSON.stringify(head, null, 2).slice(0, -2)},\n  "rows": [`, 'json');
  const columns = rows.columns.map(({ name, sqlType }) => ({ name, json: jsonOf(sqlType) }));
  const rowText = (row: Row | null) =>
    row === null
      ? 'null'
      : `{${columns.map(({ name, json }) => `${JSON.stringify(name)}: ${json(row[name] ?? null)}`).join(', ')}}`;
  let written = 0;
  for await (const changes of rows.changes()) {
    if (terminal.outIsClosed()) return;
    const lines = changes.map(
      (row) => `    {"change": "${row.change}", "old": ${rowText(row.old)}, "new": ${rowText(row.new)}}`,
    );
    await terminal.data(`${written === 0 ? '\n' : ',\n'}${lines.join(',\n')}`, 'json');
    written += changes.length;
  }
  await terminal.data(`${written === 0 ? '' : '\n  '}]\n}\n`, 'json');
}

function diffLines(diff: FullDiff, shown: readonly RowChange[], maxWidth?: number): string[] {
  const { before, after, definitions, inputs, sources } = diff;
  const causes = [
    ...definitions.map(({ table, from, to }) => `${table}: ${hashes(from)} → ${hashes(to)}`),
    ...inputs.map(({ table, from, to }) => `${table}: version ${from ?? 'none'} → ${to ?? 'none'}`),
  ];
  return [
    `${after.table}, version ${before.version} (${timeText(before.committedAt)}) → version ${after.version} (${timeText(after.committedAt)})`,
    ...apart(section('Definitions and inputs that changed:', causes, LONG)),
    ...apart(section(`${count(sources.length, 'source file')} changed:`, sources.map(sourceLine), LONG)),
    ...(diff.rows === undefined ? [] : ['', ...rowLines(diff.rows, shown, maxWidth)]),
  ];
}

function hashes(list: readonly string[]): string {
  return list.length === 0 ? 'none' : list.join(', ');
}

function sourceLine({ dataset, source, change, old, new: now }: SourceDiff): string {
  const delivery = (now ?? old)?.delivery;
  const from = delivery === undefined ? '' : `, ${deliveryLabel({ id: source, by: delivery })}`;
  const rows =
    old && now ? `${number(old.rows)} → ${count(now.rows, 'row')}` : count((now ?? old)?.rows ?? 0, 'row');
  const quarantined = (now ?? old)?.quarantinedRows ?? 0;
  const skipped = (now ?? old)?.skippedRows ?? 0;
  return `${change} ${source} (${dataset}${from}): ${rows}${quarantined === 0 ? '' : `, ${number(quarantined)} quarantined`}${skipped === 0 ? '' : `, ${number(skipped)} skipped`}`;
}

function rowLines(
  { key, columns, counts }: RowDiff,
  shown: readonly RowChange[],
  maxWidth?: number,
): string[] {
  const total = counts.added + counts.removed + counts.changed;
  if (total === 0) return ['No row changed.'];
  const kinds = (['added', 'removed', 'changed'] as const).filter((kind) => counts[kind] > 0);
  const how = key.length === 0 ? 'no key to match them by' : `matched by ${key.join(', ')}`;
  const visible = columns.filter(
    ({ name }) =>
      key.includes(name) ||
      shown.some(({ old, new: now }) => old === null || now === null || differs(old, now, name)),
  );
  const rows = shown.map((row) => [row.change, ...visible.map((column) => cell(row, column))]);
  const header = visible.map(({ name, sqlType }) => ({ name, right: isNumber(sqlType) }));
  return [
    `Rows (${how}): ${kinds.map((kind) => `${number(counts[kind])} ${kind}`).join(', ')}`,
    ...renderTable([left('change'), ...header], rows, maxWidth),
    ...(total > shown.length ? [restLine(total - shown.length, JSON_HAS_ALL)] : []),
  ];
}

function differs(old: Row, now: Row, name: string): boolean {
  return cellText(old[name] ?? null) !== cellText(now[name] ?? null);
}

function cell({ old, new: now }: RowChange, { name, sqlType }: RowDiff['columns'][number]): string {
  const text = (row: Row) => cellText(row[name] ?? null, sqlType) ?? 'NULL';
  if (old && now && differs(old, now, name)) return `${text(old)} → ${text(now)}`;
  const row = now ?? old;
  return row ? text(row) : '';
}
