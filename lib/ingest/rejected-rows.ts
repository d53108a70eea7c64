// The second pass over a source file with bad rows: which rows they are, and every reason against each.
import { join } from 'node:path';
import { type RowKey, rowKeys } from '../core/contract.ts';
import { identifier, literal, readParquet } from '../core/sql-text.ts';
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
  records: number,
): AsyncIterable<RejectedRow> {
  const flags = join(file.scratch, 'flags.parquet');
  const keyFields = [...new Set(rowKeys(file.dataset).flatMap((key) => key.fields))];
  const texts = new Map(file.dataset.fields.map(({ name }, i) => [name, rules.texts[i]]));
  const keys = keyFields
    .map(
      (name) =>
        `, ${rules.values.get(name)} AS ${keyColumn(name)}, ${texts.get(name)} AS ${keyTextColumn(name)}`,
    )
    .join('');
  // The engine looks for some errors only in columns that it reads: read all that the first pass read.
  const anyText = `coalesce(${[...rules.texts].join(', ')}) IS NULL AS blank`;
  const relationRows = await session.run(
    `COPY (SELECT to_json(${rules.violations}) AS violations, ${anyText}${keys} FROM ${rules.relation(source.relation)}) TO ${literal(flags)} ${PARQUET}`,
  );
  yield* source.rejectedRows(session, {
    rows: flaggedRows(session, file, rules, flags),
    relationRows,
    records,
  });
}

function keyColumn(field: string): string {
  return identifier(`key ${field}`);
}

function keyTextColumn(field: string): string {
  return identifier(`text ${field}`);
}

/** A row that stands in the file after one without violations that has the same key. */
function repeatedSql(keys: readonly RowKey[]): string {
  const flags = keys.map((key, n) => {
    const columns = key.fields.map(keyColumn);
    const present = columns.map((column) => `${column} IS NOT NULL`).join(' AND ');
    const texts = key.fields.map(keyTextColumn).join(', ');
    const first = `min(CASE WHEN violations IS NULL THEN file_row_number END) OVER (PARTITION BY ${columns.join(', ')})`;
    // The keys' numbers go on below zero, where the checks' end.
    return `CASE WHEN ${present} AND ${first} < file_row_number THEN {'check': ${-1 - n}, 'value': concat_ws(', ', ${texts})} END`;
  });
  return `to_json(nullif(list_filter([${flags.join(', ')}], lambda x: x IS NOT NULL), []))`;
}

async function* flaggedRows(
  session: SqlSession,
  file: SourceFile,
  rules: Validation,
  flags: string,
): AsyncIterable<FlaggedRow> {
  const keys = rowKeys(file.dataset);
  const repeated = keys.length === 0 ? 'NULL' : repeatedSql(keys);
  const sql = `SELECT * FROM (SELECT file_row_number AS "row", violations, ${repeated} AS repeated
    FROM ${readParquet(flags)}) WHERE violations IS NOT NULL OR repeated IS NOT NULL ORDER BY "row"`;
  type Row = { row: number; violations: string | null; repeated: string | null };
  for await (const row of orderedRows<Row>(session, sql, join(file.scratch, 'flagged.parquet')))
    yield {
      row: row.row,
      violations: [...flagsOf(row.violations), ...flagsOf(row.repeated)].map((flag) =>
        named(file, rules, flag),
      ),
    };
}

type Flag = { readonly check: number; readonly value: string | null };

function flagsOf(json: string | null): readonly Flag[] {
  return json === null ? [] : (JSON.parse(json) as Flag[]);
}

function named(file: SourceFile, rules: Validation, flag: Flag): Violation {
  const check = rules.checks[flag.check];
  if (check) {
    const pathValue = file.fromPath.get(check.field.name);
    return fieldViolation(file.dataset, check.field, check.rule, flag.value, pathValue);
  }
  const key = rowKeys(file.dataset)[-1 - flag.check];
  if (!key) throw new Error(`there is no check ${flag.check} of ${file.dataset.name}`);
  const names = key.fields.join(', ');
  const message = `${names}: ${shown(flag.value)} stands in an earlier row of this file`;
  return { field: names, rule: key.rule, value: flag.value, message };
}
