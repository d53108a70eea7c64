// A local path as SQL for DuckDB's readers, which take every path for a glob.
import { literal } from '../core/sql-text.ts';

/** `/a/[x]*.parquet` → `'/a/[[]x][*].parquet'`: exactly that file, for read_parquet, read_csv and the like; not for COPY TO. */
export function fileLiteral(path: string): string {
  return literal(path.replace(/[[*?]/g, (character) => `[${character}]`));
}
