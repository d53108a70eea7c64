// A query's rows as they arrive: a table of the first thousand for a screen, or all of them as CSV or JSON.

import { csvRecord } from '../csv-record.ts';
import { cellText, isExactNumber, jsonOf } from '../inspect/cell-text.ts';
import type { ResultColumn, Row, SqlSession } from '../ports.ts';
import { renderTable } from './table-text.ts';
import type { Terminal } from './terminal.ts';
import { count, number } from './text.ts';

export type TextFormat = 'csv' | 'json';
export type Format = 'table' | TextFormat;

const MAX_TABLE_ROWS = 1000;

/** Where a document for programs goes, piece by piece. */
export type Sink = {
  data(text: string, format: TextFormat): Promise<void>;
  /** True if nobody reads the rest. */
  isClosed(): boolean;
};

export async function writeRows(
  session: SqlSession,
  sql: string,
  format: Format,
  terminal: Terminal,
  signal?: AbortSignal,
): Promise<void> {
  const sink = { data: terminal.data, isClosed: terminal.outIsClosed };
  if (format !== 'table') {
    await writeRecords(session, sql, format, sink, signal);
    return;
  }
  const columns = withKeys(await session.describe(sql));
  await writeTable(columns, whileRead(session.stream(sql, signal), sink), terminal);
}

/** Returns the number of rows. */
export async function writeRecords(
  session: SqlSession,
  sql: string,
  format: TextFormat,
  sink: Sink,
  signal?: AbortSignal,
): Promise<number> {
  const columns = withKeys(await session.describe(sql));
  const chunks = whileRead(session.stream(sql, signal), sink);
  return format === 'csv' ? writeCsv(columns, chunks, sink) : writeJson(columns, chunks, sink);
}

async function* whileRead(chunks: Chunks, sink: Sink): AsyncGenerator<readonly Row[]> {
  for await (const rows of chunks) {
    if (sink.isClosed()) return;
    yield rows;
  }
}

/** `key`: the column's name in a Row, where a number distinguishes equal names. */
export type Column = ResultColumn & { readonly key: string };

export function withKeys(columns: readonly ResultColumn[]): Column[] {
  const taken = new Set<string>();
  return columns.map((column) => {
    let key = column.name;
    for (let again = 1; taken.has(key); again++) key = `${column.name}:${again}`;
    taken.add(key);
    return { ...column, key };
  });
}

type Chunks = AsyncIterable<readonly Row[]>;

async function writeCsv(columns: readonly Column[], chunks: Chunks, sink: Sink): Promise<number> {
  await sink.data(csvRecord(columns.map(({ name }) => name)), 'csv');
  let written = 0;
  for await (const rows of chunks) {
    await sink.data(
      rows.map((row) => csvRecord(columns.map(({ key, type }) => cellText(row[key] ?? null, type)))).join(''),
      'csv',
    );
    written += rows.length;
  }
  return written;
}

/** Decimals and large integers arrive as text, so no digit is lost; written as JSON numbers they keep every digit too. */
async function writeJson(columns: readonly Column[], chunks: Chunks, sink: Sink): Promise<number> {
  const fields = columns.map(({ key, type }) => ({
    key,
    name: JSON.stringify(key),
    json: jsonOf(type),
  }));
  let written = 0;
  for await (const rows of chunks) {
    const lines = rows.map(
      (row) => `  {${fields.map(({ key, name, json }) => `${name}: ${json(row[key] ?? null)}`).join(', ')}}`,
    );
    await sink.data(`${written === 0 ? '[\n' : ',\n'}${lines.join(',\n')}`, 'json');
    written += rows.length;
  }
  await sink.data(written === 0 ? '[]\n' : '\n]\n', 'json');
  return written;
}

async function writeTable(columns: readonly Column[], chunks: Chunks, terminal: Terminal): Promise<void> {
  const shown: string[][] = [];
  let rows = 0;
  for await (const chunk of chunks) {
    rows += chunk.length;
    for (const row of chunk.slice(0, MAX_TABLE_ROWS - shown.length))
      shown.push(columns.map(({ key, type }) => cellText(row[key] ?? null, type) ?? 'NULL'));
  }
  const header = columns.map(({ name, type }) => ({ name, right: isNumber(type) }));
  const more =
    rows > shown.length ? `… ${number(rows - shown.length)} more rows: use --format csv` : count(rows, 'row');
  await terminal.out([...renderTable(header, shown, terminal.outColumns), more]);
}

export function isNumber(type: string): boolean {
  return isExactNumber(type) || type === 'DOUBLE' || type === 'FLOAT';
}
