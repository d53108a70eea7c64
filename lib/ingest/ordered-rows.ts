// A query's rows in order, a page at a time, so that several such results can be read side by side in one session.
import { literal, readParquet } from '../core/sql-text.ts';
import type { Row, SqlSession } from '../ports.ts';

const PAGE_ROWS = 20_000;

/** `sql` ends in the ORDER BY that matters; `path` is a new temporary Parquet file that holds its result. */
export async function* orderedRows<T extends Row>(
  session: SqlSession,
  sql: string,
  path: string,
): AsyncIterable<T> {
  const rows = await session.run(`COPY (${sql}) TO ${literal(path)} (FORMAT parquet)`);
  for (let from = 0; from < rows; from += PAGE_ROWS) {
    yield* await session.rows<T>(
      `SELECT * FROM ${readParquet(path)}
       WHERE file_row_number >= ${from} AND file_row_number < ${from + PAGE_ROWS} ORDER BY file_row_number`,
    );
  }
}
