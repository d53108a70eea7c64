// A query's rows into a file: CSV and JSON as on standard output, Parquet by DuckDB's COPY. Knows nothing of tables.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { visibleJson } from '../core/visible-text.ts';
import { CliError } from '../errors.ts';
import { readQuery } from '../inspect/read-query.ts';
import { moveFile } from '../move-file.ts';
import type { ScratchFolder, SqlSession } from '../ports.ts';
import { identifier, writeParquet } from '../sql/quoting.ts';
import { splitStatements } from '../sql/statements.ts';
import { type FileFormat, replaceFile } from './output-file.ts';
import { type TextFormat, withKeys, writeRecords } from './query-output.ts';

export type Writing = { readonly scratch: ScratchFolder; readonly signal: AbortSignal };

/** Returns the number of rows. */
export async function writeAnswer(
  session: SqlSession,
  sql: string,
  format: FileFormat,
  target: string,
  writing: Writing,
): Promise<number> {
  let rows = 0;
  await replaceFile(target, async (path) => {
    rows =
      format === 'parquet'
        ? await parquetFile(session, sql, path, writing)
        : await textFile(session, sql, format, path, writing);
  });
  return rows;
}

async function textFile(
  session: SqlSession,
  sql: string,
  format: TextFormat,
  path: string,
  { signal }: Writing,
): Promise<number> {
  const file = await open(path, 'w');
  const sink = {
    data: (text: string) => file.appendFile(format === 'json' ? visibleJson(text) : text),
    isClosed: () => false,
  };
  try {
    return await writeRecords(session, sql, format, sink, signal);
  } finally {
    await file.close();
  }
}

/**
 * The engine writes into the scratch folder, which it may reach anyway, and the file is moved from there: no statement of a user
 * can reach another folder. The user's SQL stays a part of one query that only reads; whatever it says, COPY is a statement of ours.
 */
async function parquetFile(
  session: SqlSession,
  sql: string,
  path: string,
  { scratch, signal }: Writing,
): Promise<number> {
  const columns = withKeys(await session.describe(sql));
  const exact = columns.map(({ key, type }) => {
    const name = identifier(key);
    const stored = parquetType(type);
    return stored === type ? name : `CAST(${name} AS ${stored}) AS ${name}`;
  });
  const names = columns.map(({ key }) => identifier(key)).join(', ');
  // Not a view, which SHOW TABLES would list.
  const select = `SELECT ${exact.join(', ')} FROM (${asSelect(sql)}) AS answer (${names})`;
  if ((await readQuery(session, select)) === undefined)
    throw new CliError('This query cannot be written as Parquet: use CSV or JSON.');
  const made = join(scratch, 'answer.parquet');
  const rows = await session.run(writeParquet(select, made), signal);
  await moveFile(made, path);
  return rows;
}

/** DESCRIBE and the like are no SELECT, and have to be in parentheses to be one. */
function asSelect(sql: string): string {
  const { statements, rest } = splitStatements(sql);
  return `SELECT * FROM (${statements[0] ?? rest}\n)`;
}

/** DuckDB writes these as what cannot hold all of their values: huge integers as DOUBLE, intervals in milliseconds. */
const EXACT: Readonly<Record<string, string>> = {
  HUGEINT: 'DECIMAL(38,0)',
  UHUGEINT: 'DECIMAL(38,0)',
  INTERVAL: 'VARCHAR',
  'TIME WITH TIME ZONE': 'VARCHAR',
};
const QUOTED_OR_INEXACT = /"(?:[^"]|"")*"|'(?:[^']|'')*'|\b(?:U?HUGEINT|INTERVAL|TIME WITH TIME ZONE)\b/g;

/** The type, lists and structs included, under which Parquet keeps each value. A value that does not fit it is an error. */
export function parquetType(type: string): string {
  return type.replace(QUOTED_OR_INEXACT, (part) => EXACT[part] ?? part);
}
