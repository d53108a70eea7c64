// The second pass over a source file with bad rows: finds these rows and every reason against each.
import { join } from 'node:path';
import { type RowKey, rowKeys } from '../core/contract.ts';
import { failedChecks, type Validation } from '../core/validation-sql.ts';
import { fieldViolation, type RefusedRow, shown, type Violation } from '../core/violation.ts';
import { CorruptionError } from '../errors.ts';
import type { SqlSession } from '../ports.ts';
import { identifier, readParquet, writeParquet } from '../sql/quoting.ts';
import { repeatedHeader } from './csv/repeated-header.ts';
import { heldBefore, type KeyedRows } from './part-keys.ts';
import { keyFields, repeats } from './repeated-keys.ts';
import type { FlaggedRow, RecordCount, RowSource, SourceFile } from './row-source.ts';

/** In the file's order. */
export async function* refusedRows(
  session: SqlSession,
  file: SourceFile,
  source: RowSource,
  rules: Validation,
  counted: RecordCount,
  /** Rows that are neither refused nor anyone's repetition: see anySkips. */
  skipped: string | undefined,
): AsyncIterable<RefusedRow> {
  const unlessSkipped = (value: string) =>
    skipped === undefined ? value : `CASE WHEN NOT ${skipped} THEN ${value} END`;
  const flags = flagsPath(file);
  const texts = new Map(file.dataset.fields.map(({ name }, i) => [name, rules.texts[i]]));
  const keys = keyFields(file.dataset).flatMap((name) => [
    `${unlessSkipped(String(rules.values.get(name)))} AS ${keyColumn(name)}`,
    `${texts.get(name)} AS ${keyTextColumn(name)}`,
  ]);
  // DuckDB finds some errors only in columns that it reads: read all that the first pass read.
  const checked = new Set(rules.checks.map(({ text }) => text));
  const unchecked = rules.texts.flatMap((text, i) =>
    checked.has(text) ? [] : [`${text} IS NULL AS blank${i}`],
  );
  const member = source.members === undefined ? [] : ['member'];
  const select = [`${unlessSkipped(rules.violations)} AS violations`, ...member, ...unchecked, ...keys].join(
    ', ',
  );
  const relationRows = await session.run(
    writeParquet(`SELECT ${select} FROM ${rules.relation(source.relation)}`, flags),
  );
  const rows = flaggedRows(session, file, rules, flags);
  const memberRows = source.members && (await rowsByMember(session, flags, source.members.length));
  yield* source.refusedRows({ rows, relationRows, counted, ...(memberRows ? { memberRows } : {}) });
}

function flagsPath({ scratch }: SourceFile): string {
  return join(scratch, 'flags.parquet');
}

/** Rows with their keys, of which refusedRows found what is wrong. */
export function flaggedKeys(file: SourceFile): KeyedRows {
  return { relation: readParquet(flagsPath(file)), holds: 'violations IS NULL', column: keyColumn };
}

/** Throws CorruptionError if the engine has mixed the members' rows. */
async function rowsByMember(session: SqlSession, flags: string, members: number): Promise<number[]> {
  type Row = { member: number; rows: number; first: number };
  const found = await session.rows<Row>(
    `SELECT member, count(*) AS rows, min(file_row_number) AS first FROM ${readParquet(flags)} GROUP BY member ORDER BY member`,
  );
  const counts = Array.from({ length: members }, () => 0);
  let before = 0;
  for (const { member, rows, first } of found) {
    if (Number(first) !== before)
      throw new CorruptionError(
        'the engine has mixed the rows of an archive. Nothing was committed; please report this',
      );
    counts[Number(member)] = Number(rows);
    before += Number(rows);
  }
  return counts;
}

function keyColumn(field: string): string {
  return identifier(`key ${field}`);
}

function keyTextColumn(field: string): string {
  return identifier(`text ${field}`);
}

/** A row that follows a row without violations that has the same key. */
function repeatedSql(file: SourceFile, keys: readonly RowKey[]): string {
  const relation = { column: keyColumn, isValid: 'violations IS NULL' };
  const checks = keys.map((key, number) => ({
    bad: repeats(file.dataset, key, { ...relation, ...heldBefore(file, key, number) }),
    text: `concat_ws(', ', ${key.fields.map(keyTextColumn).join(', ')})`,
  }));
  // The keys are numbered with negative numbers, the checks from zero.
  return `nullif(${failedChecks(checks, (n) => -1 - n)}, '[]')`;
}

async function* flaggedRows(
  session: SqlSession,
  file: SourceFile,
  rules: Validation,
  flags: string,
): AsyncIterable<FlaggedRow> {
  const keys = rowKeys(file.dataset);
  const repeated = keys.length === 0 ? 'NULL' : repeatedSql(file, keys);
  const sql = `SELECT * FROM (SELECT file_row_number AS "row", violations, ${repeated} AS repeated
    FROM ${readParquet(flags)}) WHERE violations IS NOT NULL OR repeated IS NOT NULL ORDER BY "row"`;
  type Row = { row: number; violations: string | null; repeated: string | null };
  for await (const chunk of session.stream<Row>(sql))
    for (const row of chunk)
      yield {
        row: row.row,
        violations: [...flagsOf(row.violations), ...flagsOf(row.repeated)].map((flag) =>
          named(file, rules, flag),
        ),
      };
}

type Flag = readonly [check: number, value: string | null];

function flagsOf(json: string | null): readonly Flag[] {
  return json === null ? [] : (JSON.parse(json) as Flag[]);
}

function named(file: SourceFile, rules: Validation, [number, value]: Flag): Violation {
  const check = rules.checks[number];
  if (check && check.field === undefined) return repeatedHeader();
  if (check?.field) {
    const pathValue = file.fromPath.get(check.field.name);
    return fieldViolation(file.dataset, check.field, check.rule, value, pathValue);
  }
  const key = rowKeys(file.dataset)[-1 - number];
  if (!key) throw new Error(`there is no check ${number} of ${file.dataset.name}`);
  const names = key.fields.join(', ');
  const message = `${names}: ${shown(value)} stands in an earlier row of this file`;
  return { field: names, rule: key.rule, value, message };
}
