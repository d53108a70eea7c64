// The second pass over a source file with bad rows: which rows they are, and every reason against each.
import { join } from 'node:path';
import { literal, readParquet } from '../core/sql-text.ts';
import type { Validation } from '../core/validation-sql.ts';
import { fieldViolation, type RejectedRow, shown, type Violation } from '../core/violation.ts';
import type { SqlSession } from '../ports.ts';
import { PARQUET } from './accepted-rows.ts';
import { orderedRows } from './ordered-rows.ts';
import type { FlaggedRow, RowSource, SourceFile } from './row-source.ts';

/** In the file's order. */
export async function* rejectedRows(
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
    FROM ${readParquet(flags)}) WHERE violations IS NOT NULL ORDER BY "row"`;
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
