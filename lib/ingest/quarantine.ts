// Writes rejected rows to one Parquet file (line, path, raw, violations) and counts them by field and rule on the way.
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createGzip } from 'node:zlib';
import type { RefusedRow, Violation } from '../core/violation.ts';
import type { SqlSession } from '../ports.ts';
import { fileLiteral, writeParquet } from '../sql/quoting.ts';
import { pour } from './pour.ts';
import type { SourceFile } from './row-source.ts';

export type ViolationCount = { readonly field: string; readonly rule: string; readonly rows: number };

export type QuarantineFile = {
  /** A local file. */
  readonly path: string;
  readonly rows: number;
  readonly counts: readonly ViolationCount[];
  readonly examples: readonly Example[];
  /** The text of a CSV file before its first record. */
  readonly header?: string;
};

/** A violation and its record, by line or by path in a JSON document. */
export type Example = Violation & { readonly line: number | null; readonly path: string | null };

/** Writing each line separately would cost more than the line. */
const BATCH_CHARACTERS = 256 * 1024;
/** UTF-8 bytes per unit of a text's length. */
const MAX_CHARACTER_BYTES = 3;
const LEAST_OBJECT_BYTES = 1024 * 1024;
const COLUMNS = `{line: 'BIGINT', path: 'VARCHAR', raw: 'VARCHAR', violations: 'STRUCT(field VARCHAR, rule VARCHAR, "value" VARCHAR, message VARCHAR)[]'}`;

export async function writeQuarantine(
  session: SqlSession,
  file: SourceFile,
  rejected: AsyncIterable<RefusedRow>,
  maxExamples: number,
  headerText?: () => Promise<string>,
): Promise<QuarantineFile> {
  const counts = new Map<string, { field: string; rule: string; rows: number }>();
  const examples: Example[] = [];
  let rows = 0;
  // DuckDB allocates several times the maximum line length.
  let longest = LEAST_OBJECT_BYTES;
  async function* lines() {
    let batch = '';
    for await (const row of rejected) {
      rows += 1;
      for (const violation of row.violations) {
        const { field, rule } = violation;
        if (examples.length < maxExamples)
          examples.push({ line: row.line, path: row.path ?? null, ...violation });
        const id = `${field}\n${rule}`;
        const count = counts.get(id);
        if (count) count.rows += 1;
        else counts.set(id, { field, rule, rows: 1 });
      }
      const line = `${JSON.stringify(row)}\n`;
      if (MAX_CHARACTER_BYTES * line.length > longest)
        longest = Math.max(longest, Buffer.byteLength(line) + 1);
      batch += line;
      if (batch.length < BATCH_CHARACTERS) continue;
      yield batch;
      batch = '';
    }
    if (batch !== '') yield batch;
  }
  // Compressed, because the reasons are several times longer than a short row, and every row of a file may be bad.
  const lined = join(file.scratch, 'quarantine.ndjson.gz');
  await pour(lines(), createGzip({ level: 1 }), createWriteStream(lined));
  const path = join(file.scratch, 'quarantine.parquet');
  const source = `read_json(${fileLiteral(lined)}, format = 'newline_delimited', columns = ${COLUMNS}, maximum_object_size = ${longest}, hive_partitioning = false)`;
  await session.run(writeParquet(`SELECT * FROM ${source}`, path));
  const header = headerText === undefined ? {} : { header: await headerText() };
  return { path, rows, counts: [...counts.values()], examples, ...header };
}
