// One source file to Parquet: accepted rows by partition, rejected rows for quarantine, and the proof that none is lost.
// Knows nothing of tables, commits or reports. Law 3 (conservation) and law 8 (bounded memory) are held here.
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { tableColumns } from '../core/contract.ts';
import { fileLiteral, identifier, literal } from '../core/sql-text.ts';
import { partitionExpression, selectColumn, type Validation, validation } from '../core/validation-sql.ts';
import { fieldViolation, type RejectedRow, shown, type Violation } from '../core/violation.ts';
import type { PartitionValues } from '../delta/actions.ts';
import { type FileStatistics, fileStatistics } from '../delta/stats.ts';
import { CorruptionError } from '../errors.ts';
import { SqlError, type SqlSession } from '../ports.ts';
import { csvSource } from './csv-source.ts';
import { jsonSource } from './json-source.ts';
import { orderedRows } from './ordered-rows.ts';
import { type QuarantineFile, writeQuarantine } from './quarantine.ts';
import { type FlaggedRow, fileViolation, type RowSource, type SourceFile } from './row-source.ts';

export type DataFile = FileStatistics & { readonly path: string; readonly partition: PartitionValues };

export type Converted = {
  readonly outcome: 'accepted';
  readonly rows: number;
  readonly acceptedRows: number;
  readonly dataFiles: readonly DataFile[];
  readonly quarantine: QuarantineFile | undefined;
  readonly ignoredColumns: readonly string[];
};
export type Refused = { readonly outcome: 'rejected'; readonly violation: Violation };

const PARQUET = '(FORMAT parquet, COMPRESSION zstd)';

/** Throws CorruptionError where the counts do not add up, SqlError where the engine fails for another reason than the data. */
export async function convert(session: SqlSession, file: SourceFile): Promise<Converted | Refused> {
  try {
    const source = await (file.dataset.format === 'json' ? jsonSource(file) : csvSource(file));
    return 'rule' in source
      ? { outcome: 'rejected', violation: source }
      : await convertRows(session, file, source);
  } catch (error) {
    if (error instanceof SqlError && error.kind === 'data') {
      return { outcome: 'rejected', violation: fileViolation('source-error', engineProblem(error)) };
    }
    throw error;
  }
}

/** The engine's first line says what is wrong; the rest speaks of its own options. */
function engineProblem(error: SqlError): string {
  const [first = ''] = error.message.split('\n');
  if (!first.includes('state machine')) return first;
  return 'the file cannot be read as CSV: its line ends are mixed (LF and CRLF), or a quote is out of place; write it anew with one kind of line end';
}

async function convertRows(
  session: SqlSession,
  file: SourceFile,
  source: RowSource,
): Promise<Converted | Refused> {
  const rules = validation(file.dataset, source.texts, file.fromPath);
  const accepted = join(file.scratch, 'accepted.parquet');
  const [valid, rows] = await Promise.all([
    copyAccepted(session, file, source, rules, accepted),
    source.countRecords(),
  ]);
  const repeated = valid > 0 && (await hasRepeatedKey(session, file, accepted));
  let acceptedRows = valid;
  let quarantine: QuarantineFile | undefined;
  if (repeated) acceptedRows = await keepFirstOfEachKey(session, file, accepted);
  if (acceptedRows !== rows) {
    quarantine = await writeQuarantine(session, file.scratch, rejectedRows(session, file, source, rules));
  }
  if (acceptedRows + (quarantine?.rows ?? 0) !== rows)
    return unbalanced(file, rows, acceptedRows, quarantine);
  const dataFiles = await splitByPartition(session, file, accepted, acceptedRows);
  return { outcome: 'accepted', rows, acceptedRows, dataFiles, quarantine, ignoredColumns: source.ignored };
}

/** Broken quotes leave open where a record ends: then the file is refused. Otherwise the mismatch is our fault. */
function unbalanced(
  file: SourceFile,
  rows: number,
  accepted: number,
  quarantine: QuarantineFile | undefined,
): Refused {
  const quotes = quarantine?.examples.find((row) => row.violations.some((v) => v.rule === 'source-error'));
  if (quotes) {
    const message = `quotes are not balanced from line ${quotes.line} on, so that its records cannot be told apart: correct that line and send the file again`;
    return { outcome: 'rejected', violation: fileViolation('source-error', message) };
  }
  throw new CorruptionError(
    `${file.path}: ${rows} records, but ${accepted} accepted and ${quarantine?.rows ?? 0} quarantined. Nothing was committed; please report this file's shape.`,
  );
}

/** True where all partition values come from the source's key: the whole file is one partition. */
function singlePartition(file: SourceFile): PartitionValues | undefined {
  const columns = file.dataset.partitionBy;
  if (!columns.every((p) => p.transform === 'identity' && file.fromPath.has(p.field))) return undefined;
  return Object.fromEntries(columns.map((p) => [p.name, file.fromPath.get(p.field) ?? null]));
}

function dataColumns(file: SourceFile): string[] {
  const partitions = new Set(file.dataset.partitionBy.map((p) => p.name));
  return tableColumns(file.dataset).flatMap((column) =>
    partitions.has(column.name) ? [] : [identifier(column.name)],
  );
}

function copyAccepted(
  session: SqlSession,
  file: SourceFile,
  source: RowSource,
  rules: Validation,
  to: string,
): Promise<number> {
  const wanted = new Set(
    singlePartition(file) === undefined ? [] : file.dataset.partitionBy.map((p) => p.name),
  );
  const fields = [...rules.values].filter(
    ([name]) => !wanted.has(name) || file.dataset.primaryKey.includes(name),
  );
  const derived = file.dataset.partitionBy.filter((p) => p.transform !== 'identity');
  const select = [
    ...fields.map(([name, value]) => selectColumn(value, name)),
    ...derived.map((p) =>
      selectColumn(partitionExpression(p.transform, rules.values.get(p.field) as string), p.name),
    ),
  ];
  return session.run(
    `COPY (SELECT ${select.join(', ')} FROM ${rules.relation(source.relation)} WHERE ${rules.valid}) TO ${literal(to)} ${PARQUET}`,
  );
}

function keyList(file: SourceFile): string {
  return file.dataset.primaryKey.map(identifier).join(', ');
}

async function hasRepeatedKey(session: SqlSession, file: SourceFile, accepted: string): Promise<boolean> {
  if (file.dataset.primaryKey.length === 0) return false;
  const sql = `SELECT 1 FROM read_parquet(${fileLiteral(accepted)}) GROUP BY ${keyList(file)} HAVING count(*) > 1 LIMIT 1`;
  return (await session.rows(sql)).length > 0;
}

/** The rows stand in the file's order, so that row numbers here and in the flags tell the same first row. */
async function keepFirstOfEachKey(session: SqlSession, file: SourceFile, accepted: string): Promise<number> {
  const all = join(file.scratch, 'repeated.parquet');
  await rename(accepted, all);
  return session.run(
    `COPY (SELECT * FROM read_parquet(${fileLiteral(all)})
           QUALIFY row_number() OVER (PARTITION BY ${keyList(file)} ORDER BY file_row_number) = 1) TO ${literal(accepted)} ${PARQUET}`,
  );
}

/** A second pass, for files with bad rows alone: which rows, and why. */
async function* rejectedRows(
  session: SqlSession,
  file: SourceFile,
  source: RowSource,
  rules: Validation,
): AsyncIterable<RejectedRow> {
  const flags = join(file.scratch, 'flags.parquet');
  const key = file.dataset.primaryKey.map((name) => rules.values.get(name) as string);
  const keys = key.map((value, i) => `, ${value} AS k${i}`).join('');
  // The engine finds broken bytes only in columns that it reads: read all that the first pass read.
  const anyText = `coalesce(${[...rules.texts].join(', ')}) IS NULL AS blank`;
  await session.run(
    `COPY (SELECT ${rules.violations} AS violations, ${anyText}${keys} FROM ${rules.relation(source.relation)}) TO ${literal(flags)} ${PARQUET}`,
  );
  yield* source.rejectedRows(session, flaggedRows(session, file, rules, flags));
}

const REPEATED_KEY = -1;

async function* flaggedRows(
  session: SqlSession,
  file: SourceFile,
  rules: Validation,
  flags: string,
): AsyncIterable<FlaggedRow> {
  const keys = file.dataset.primaryKey.map((_, i) => `k${i}`);
  const repeated = `CASE WHEN violations IS NULL AND row_number() OVER (PARTITION BY violations IS NULL, ${keys.join(', ')} ORDER BY file_row_number) > 1
    THEN [{'check': ${REPEATED_KEY}, 'value': concat_ws(', ', ${keys.join(', ')})}] ELSE violations END`;
  const sql = `SELECT * FROM (SELECT file_row_number AS "row", ${keys.length === 0 ? 'violations' : `${repeated} AS violations`}
    FROM read_parquet(${fileLiteral(flags)})) WHERE violations IS NOT NULL ORDER BY "row"`;
  type Flag = { check: number; value: string | null };
  const rows = orderedRows<{ row: number; violations: readonly Flag[] }>(
    session,
    sql,
    join(file.scratch, 'flagged.parquet'),
  );
  for await (const { row, violations } of rows)
    yield { row, violations: violations.map((flag) => named(file, rules, flag)) };
}

function named(
  file: SourceFile,
  rules: Validation,
  flag: { check: number; value: string | null },
): Violation {
  const check = rules.checks[flag.check];
  if (flag.check !== REPEATED_KEY && check) {
    return fieldViolation(
      file.dataset,
      check.field,
      check.rule,
      flag.value,
      file.fromPath.get(check.field.name),
    );
  }
  const names = file.dataset.primaryKey.join(', ');
  return {
    field: names,
    rule: 'primary-key',
    value: flag.value,
    message: `${names}: ${shown(flag.value)} stands in an earlier row of this file`,
  };
}

async function splitByPartition(
  session: SqlSession,
  file: SourceFile,
  accepted: string,
  rows: number,
): Promise<DataFile[]> {
  const columns = tableColumns(file.dataset).filter(
    (c) => !file.dataset.partitionBy.some((p) => p.name === c.name),
  );
  const described = async (path: string, partition: PartitionValues): Promise<DataFile> => ({
    path,
    partition,
    ...(await fileStatistics(session, path, columns)),
  });
  const single = singlePartition(file);
  const keyInPartition = file.dataset.partitionBy.some((p) => file.dataset.primaryKey.includes(p.name));
  if (single !== undefined && !keyInPartition)
    return rows === 0 && file.dataset.mode === 'append' ? [] : [await described(accepted, single)];
  const names = file.dataset.partitionBy.map((p) => p.name);
  // To Delta an empty text in a partition column is null.
  const text = (name: string) => `nullif(CAST(${identifier(name)} AS VARCHAR), '')`;
  const texts = names.map((name) => `${text(name)} AS ${identifier(name)}`).join(', ');
  const partitions = await session.rows<Record<string, string | null>>(
    `SELECT DISTINCT ${texts} FROM read_parquet(${fileLiteral(accepted)}) ORDER BY ALL`,
  );
  const files: DataFile[] = [];
  for (const [i, partition] of partitions.entries()) {
    const path = join(file.scratch, `part-${i}.parquet`);
    const where = names
      .map((name) => `${text(name)} IS NOT DISTINCT FROM ${literal(partition[name] ?? null)}`)
      .join(' AND ');
    await session.run(
      `COPY (SELECT ${dataColumns(file).join(', ')} FROM read_parquet(${fileLiteral(accepted)}) WHERE ${where}) TO ${literal(path)} ${PARQUET}`,
    );
    files.push(await described(path, partition));
  }
  return files;
}
