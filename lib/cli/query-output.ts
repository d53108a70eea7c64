// Prints a query's rows as they arrive: a table of the first thousand, or all of them as CSV or JSON.

import { csvRecord } from '../csv-record.ts';
import { cellText } from '../inspect/cell-text.ts';
import type { ResultColumn, Row, SqlSession, Value } from '../ports.ts';
import { renderTable } from './table-text.ts';
import type { Terminal } from './terminal.ts';
import { count, number } from './text.ts';

export type Format = 'table' | 'csv' | 'json';

const MAX_TABLE_ROWS = 1000;

export async function writeRows(
  session: SqlSession,
  sql: string,
  format: Format,
  terminal: Terminal,
): Promise<void> {
  const columns = withKeys(await session.describe(sql));
  const chunks = whileRead(session.stream(sql), terminal);
  if (format === 'csv') await writeCsv(columns, chunks, terminal);
  else if (format === 'json') await writeJson(columns, chunks, terminal);
  else await writeTable(columns, chunks, terminal);
}

async function* whileRead(chunks: Chunks, terminal: Terminal): AsyncGenerator<readonly Row[]> {
  for await (const rows of chunks) {
    if (terminal.outIsClosed()) return;
    yield rows;
  }
}

/** `key`: the column's name in a Row, where a number distinguishes equal names. */
type Column = ResultColumn & { readonly key: string };

function withKeys(columns: readonly ResultColumn[]): Column[] {
  const taken = new Set<string>();
  return columns.map((column) => {
    let key = column.name;
    for (let again = 1; taken.has(key); again++) key = `${column.name}:${again}`;
    taken.add(key);
    return { ...column, key };
  });
}

type Chunks = AsyncIterable<readonly Row[]>;

async function writeCsv(columns: readonly Column[], chunks: Chunks, terminal: Terminal): Promise<void> {
  await terminal.data(csvRecord(columns.map(({ name }) => name)), 'csv');
  for await (const rows of chunks)
    await terminal.data(
      rows.map((row) => csvRecord(columns.map(({ key }) => cellText(row[key] ?? null)))).join(''),
      'csv',
    );
}

/** Decimals and large integers arrive as text, so no digit is lost; written as JSON numbers they keep every digit too. */
async function writeJson(columns: readonly Column[], chunks: Chunks, terminal: Terminal): Promise<void> {
  const fields = columns.map(({ key, type }) => ({
    key,
    name: JSON.stringify(key),
    exact: isExactNumber(type),
  }));
  let written = 0;
  for await (const rows of chunks) {
    const lines = rows.map(
      (row) =>
        `  {${fields.map(({ key, name, exact }) => `${name}: ${jsonValue(row[key] ?? null, exact)}`).join(', ')}}`,
    );
    await terminal.data(`${written === 0 ? '[\n' : ',\n'}${lines.join(',\n')}`, 'json');
    written += rows.length;
  }
  await terminal.data(written === 0 ? '[]\n' : '\n]\n', 'json');
}

export function jsonValue(value: Value, exact: boolean): string {
  if (exact && typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) return value;
  // JSON cannot express NaN and infinities.
  if (typeof value === 'number' && !Number.isFinite(value)) return JSON.stringify(String(value));
  return JSON.stringify(value);
}

async function writeTable(columns: readonly Column[], chunks: Chunks, terminal: Terminal): Promise<void> {
  const shown: string[][] = [];
  let rows = 0;
  for await (const chunk of chunks) {
    rows += chunk.length;
    for (const row of chunk.slice(0, MAX_TABLE_ROWS - shown.length))
      shown.push(columns.map(({ key }) => cellText(row[key] ?? null) ?? 'NULL'));
  }
  const header = columns.map(({ name, type }) => ({ name, right: isNumber(type) }));
  const more =
    rows > shown.length ? `… ${number(rows - shown.length)} more rows: use --format csv` : count(rows, 'row');
  await terminal.out([...renderTable(header, shown, terminal.outColumns), more]);
}

export function isExactNumber(type: string): boolean {
  return /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|UINTEGER|DECIMAL\(.*\))$/.test(type);
}

export function isNumber(type: string): boolean {
  return isExactNumber(type) || type === 'DOUBLE' || type === 'FLOAT';
}
